#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# orderings.sh OBJDUMP OBJECT...
#
# Checks the instructions that order loads and stores: on x86-64 the full fences, on arm64
# all orderings. No test that runs can show that one is missing: x86-64 and an emulator on
# it keep nearly all orders. The OBJECTs are orderings.c, eventcount.c and ring_chain.c.
set -euo pipefail

readonly objdump=$1
shift
readonly objects=("$@")
status=0
machine=$("$objdump" -f "${objects[0]}" | sed -n 's/^architecture: \([^,]*\).*/\1/p')

disassemble() {
	"$objdump" -d --no-show-raw-insn --disassemble="$1" "${objects[@]}"
}

# The loads, stores and fences of a function, as words: "ldr stlr dmb-ish", on x86-64
# "ld st fence".
accesses() {
	if [[ $machine == aarch64 ]]; then
		disassemble "$1" |
			awk '$1 ~ /:$/ && $2 ~ /^(ld|st|dmb|dsb)/ { print $2 ($2 ~ /^d/ ? "-" $3 : "") }'
	else
		disassemble "$1" | awk '
			$1 !~ /:$/ { next }
			$2 == "lock" || $2 == "mfence" { print "fence"; next }
			/\(/ && !/lea|nop|\(%r(sp|ip)/ { print $2 ~ /^mov/ && /\)$/ ? "st" : "ld" }'
	fi | xargs
}

# expect FUNCTION PATTERN: extended regular expression.
expect() {
	local found

	found=$(accesses "$1")
	[[ " $found " =~ $2 ]] && return
	printf '%s: found "%s", which is not "%s"\n' "$1" "$found" "$2"
	status=1
}

expect_arm64() {
	local acquire=' lda(p)?r ' release=' stlr ' fence=' dmb-ish '

	expect order_a "$acquire"
	expect order_b "$release"
	expect order_c "$acquire"
	expect order_d "$release"
	# The index must be visible before the flag is read: the load of the flag is the first
	# after the fence, except for the load of its address.
	expect order_w "$release${fence# }ldr ldr "
	expect order_burst "$release${fence# }ldr ldr "
	expect order_eventcount " str ${fence# }ldr "
	expect eventcount_prepare " str${fence}"
	# The skip is stored before the fence, the index after it; it is loaded after the index.
	expect order_skip_b " str${fence}str "
	expect order_skip_c "^$acquire(ldr )+"
	expect chain_resize ' ldaxr stlxr .*str '
	expect chain_switch ' ldaxr stxr .*stlr '
	expect chain_peek_next "$acquire.*$acquire" # next, then the index
}

expect_x86_64() {
	expect order_w ' st fence ld ld '
	expect order_burst ' st fence ld ld '
	expect order_eventcount ' st fence ld '
	expect eventcount_prepare ' st fence '
}

case $machine in
aarch64) expect_arm64 ;;
i386:x86-64) expect_x86_64 ;;
*) expect 'a known machine' "$machine" ;;
esac
exit "$status"
