#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# check_man.sh
#
# mandoc finds no fault in the man pages. tests/api/man.sh compares them with the
# headers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mapfile -t pages < <(find docs/man -name '*.[1-8]' | sort)
((${#pages[@]})) || {
	printf 'there are no man pages in docs/man\n'
	exit 1
}
mandoc -T lint -W warning "${pages[@]}"
