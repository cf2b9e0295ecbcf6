#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# orderings.sh OBJDUMP OBJECT
#
# Checks the instructions that order loads and stores. Running the tests in an emulator on
# x86-64 is not enough, because its memory model is stronger. OBJECT is orderings.c,
# compiled for arm64.
set -euo pipefail

readonly objdump=$1 object=$2
status=0

# The loads, stores and fences of a function, as words: "ldr stlr dmb-ish".
accesses() {
	"$objdump" -d --no-show-raw-insn --disassemble="$1" "$object" |
		awk '$1 ~ /:$/ && $2 ~ /^(ld|st|dmb|dsb)/ { print $2 ($2 ~ /^d/ ? "-" $3 : "") }' | xargs
}

# expect FUNCTION PATTERN: extended regular expression.
expect() {
	local found

	found=$(accesses "$1")
	[[ " $found " =~ $2 ]] && return
	printf '%s: found "%s", which is not %s\n' "$1" "$found" "$2"
	status=1
}

readonly acquire=' lda(p)?r ' release=' stlr ' fence=' dmb-ish '
expect order_a "$acquire"
expect order_b "$release"
expect order_c "$acquire"
expect order_d "$release"
# The index must be visible before the flag is read: the load of the flag is the first
# after the fence, except for the load of its address.
expect order_w "$release${fence# }ldr ldr "
expect order_burst "$release${fence# }ldr ldr "
expect order_eventcount " str ${fence# }ldr "
exit "$status"
