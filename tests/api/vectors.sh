#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# vectors.sh SHARED_LIBRARY COMPILER_ID
#
# No function of the library returns, calls another one or jumps to it while the upper
# halves of the vector registers are in use: SSE code that runs next would be several
# times as slow. This reads the machine code, because compilers move instructions.
set -euo pipefail

library=$1 compiler=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() {
	printf 'skipped: %s\n' "$1"
	exit 77
}

# dirty_exits OBJECT: follows every path from each instruction that uses a 256-bit or
# 512-bit register, and prints those that leave the function before a vzeroupper. The
# last line counts the functions that use such registers. Calls that a sanitizer adds
# are not exits: the function goes on after them, or the process ends.
dirty_exits() {
	objdump -d --no-show-raw-insn "$1" | awk '
	/^[0-9a-f]+ <.*>:$/ {
		name = substr($2, 2, length($2) - 3)
		sub(/^0+/, "", $1)
		if (name !~ /\.cold/)
			entry[$1 == "" ? "0" : $1] = name
		next
	}
	/^ *[0-9a-f]+:\t/ {
		split($0, field, "\t")
		gsub(/[ :]/, "", field[1])
		while (sub(/^(notrack|bnd|repn?z?|addr32|data16|[c-gs]s|rex[.A-Z]*) +/, "", field[2]))
			;
		address[++count] = field[1]
		at[field[1]] = count
		text[count] = field[2]
		owner[count] = name
	}
	# The address that the instruction jumps to, or an empty string if it is computed.
	function target_of(i,   words) {
		split(text[i], words, " ")
		return words[2] ~ /^[0-9a-f]+$/ ? words[2] : ""
	}
	function leaves(from, i) {
		printf "%s: %s: upper halves used at %s reach \"%s\"\n", owner[i], address[i],
			address[from], text[i]
	}
	# Queues instruction i, once.
	function follow(i) {
		if (i && i <= count && !seen[i]++)
			pending[++depth] = i
	}
	function jump(from, i,   target) {
		target = target_of(i)
		if (!(target in at) || (target in entry && entry[target] != owner[i]))
			leaves(from, i)
		else
			follow(at[target])
	}
	function step(from, i) {
		if (text[i] ~ /^vzero(upper|all)/ || text[i] ~ /<__asan_report_[a-z0-9_]*@/)
			return
		if (text[i] ~ /^l?ret/ || (text[i] ~ /^call/ && text[i] !~ /<__[atu]b?san_/)) {
			leaves(from, i)
			return
		}
		if (text[i] ~ /^(j|loop)/)
			jump(from, i)
		if (text[i] !~ /^(jmp|ud2|hlt)/)
			follow(i + 1)
	}
	END {
		for (i = 1; i <= count; i++) {
			if (text[i] !~ /%[yz]mm/)
				continue
			users[owner[i]] = 1
			follow(i + 1)
			while (depth)
				step(i, pending[depth--])
		}
		for (name in users)
			functions++
		print functions + 0
	}'
}

# expect COUNT NAME: dirty_exits finds this many exits in the assembly on stdin.
expect() {
	local found

	{
		printf '.type other, @function\nother: ret\n'
		printf '.type %s, @function\n%s:\n' "$2" "$2"
		cat
	} | gcc -c -x assembler -o "$work/$2.o" -
	found=$(dirty_exits "$work/$2.o" | grep -c 'reach') || true
	((found == $1)) || {
		printf 'the check itself: %s has %s dirty exits, not %s\n' "$2" "$found" "$1"
		dirty_exits "$work/$2.o"
		exit 1
	}
}

check_itself() {
	expect 0 clean <<-'END'
		vmovdqu (%rsi), %ymm0
		vzeroupper
		ret
	END
	expect 0 clean_on_both_paths <<-'END'
		test %edi, %edi
		je 2f
		1: vmovdqu (%rsi), %ymm0
		dec %edi
		jne 1b
		vzeroupper
		2: call other
		jmp other
	END
	expect 1 never_cleaned <<-'END'
		vmovdqu %ymm0, (%rsi)
		ret
	END
	expect 1 used_after_the_last <<-'END'
		vmovdqu (%rsi), %ymm0
		vzeroupper
		vmovdqa (%rsp), %ymm6
		ret
	END
	expect 1 jumps_over_it <<-'END'
		vmovdqu (%rsi), %ymm0
		je 1f
		vzeroupper
		1: ret
	END
	expect 1 jumps_back_to_a_return <<-'END'
		jmp 2f
		1: ret
		2: vmovdqu (%rsi), %ymm0
		jne 1b
		vzeroupper
		ret
	END
	expect 3 call_and_tail_jumps <<-'END'
		vmovdqu (%rsi), %ymm0
		je other
		call other
		vpxor %ymm0, %ymm0, %ymm0
		jmp other
	END
	expect 1 jumps_somewhere <<-'END'
		vpaddq %ymm0, %ymm1, %ymm1
		jmp *%rax
	END
}

machine=$(readelf -h "$library" | sed -n 's/^ *Machine: *//p')
[[ $machine == *X86-64* ]] || skip "$machine has no such registers"
check_itself
dirty_exits "$library" >"$work/found"
functions=$(tail -n 1 "$work/found")
((functions)) || {
	[[ $compiler == GNU ]] || skip "$compiler compiles no loops for AVX2"
	printf 'no function of %s uses 256-bit registers\n' "$library"
	exit 1
}
! grep reach "$work/found" || exit 1
printf '%s functions use 256-bit registers and leave their upper halves clean\n' "$functions"
