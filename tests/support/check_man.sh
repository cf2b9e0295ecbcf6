#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# check_man.sh
#
# The man pages are without faults, and name each function of the library.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# shellcheck source=tests/support/public_names.sh
source tests/support/public_names.sh
status=0

mapfile -t pages < <(find docs/man -name '*.[1-8]' | sort)
((${#pages[@]})) || {
	printf 'there are no man pages in docs/man\n'
	exit 1
}
mandoc -T lint -W warning "${pages[@]}" || status=1

while IFS= read -r name; do
	grep -qw "$name" "${pages[@]}" || {
		printf 'no man page names %s\n' "$name"
		status=1
	}
done < <(declared_functions API include/zcxsk/*.h)
exit "$status"
