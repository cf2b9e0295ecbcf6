#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# check_format.sh [--fix]
#
# Checks that every C and C++ file is formatted by .clang-format, and that every source file
# has an SPDX line in the first two lines. --fix formats the files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Other versions break lines elsewhere, so the version is fixed.
readonly version=14
formatter=$(command -v clang-format-$version) || {
	printf 'clang-format-%s is missing\n' $version
	exit 1
}
status=0

mapfile -t sources < <(find include lib bpf examples tests bench -name '*.[ch]' -o -name '*.cc')
if [[ ${1:-} == --fix ]]; then
	"$formatter" -i "${sources[@]}"
fi
"$formatter" --dry-run -Werror "${sources[@]}" || status=1

mapfile -t scripts < <(grep -rlIE '^#!/(usr/)?bin/' examples tests bench .ci)
for path in "${sources[@]}" "${scripts[@]}"; do
	head -n 2 "$path" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' || {
		printf '%s: no SPDX line in the first two lines\n' "$path"
		status=1
	}
done
if ((status)); then
	printf 'to format all files: tests/support/check_format.sh --fix\n'
fi
exit "$status"
