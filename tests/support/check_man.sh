#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# check_man.sh
#
# The man pages are without faults, and each public function has its name in
# the NAME section of one of them.
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

# The names of a page: the operands of .Nm before its one-line description.
named=$(
	for page in "${pages[@]}"; do
		sed -n '/^\.Nd/q; s/^\.Nm \([A-Za-z0-9_-]*\).*/\1/p' "$page"
	done | sort -u)
while IFS= read -r name; do
	grep -qx "$name" <<<"$named" || {
		printf 'no man page for %s\n' "$name"
		status=1
	}
done < <(declared_functions 'API|INLINE' include/zcxsk/*.h)
exit "$status"
