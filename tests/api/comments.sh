#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# comments.sh SOURCE
#
# Checks that each declaration in the public headers, or each block of declarations
# without an empty line, has a comment above it.
set -euo pipefail

awk '
	function complain() {
		printf "%s:%d: no comment above: %s\n", FILENAME, FNR, $0
		bad = 1
	}
	FNR == 1 { covered = 0 }
	/^ZCXSK_(API|INLINE) / && !covered { complain() }
	/\*\/$/ { covered = 1 }
	/^$/ { covered = 0 }
	END { exit bad }
' "$1"/include/zcxsk/*.h
