#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# wakeup.sh SOURCE
#
# The wake-up protocol of lib/wakeup.pml does what docs/wakeup.md says: with the
# watchdog no frame stays out for ever, whatever is lost; with the fences no
# wakeup is lost without it either. And each thing that the proofs rest on is
# needed: with it taken away the verifier has to find a run that hangs.
set -euo pipefail

model=$1/lib/wakeup.pml
readonly depth=1000000 # steps; the longest run without a repetition has some 200,000
readonly shown=60      # lines of a run that should not be, from its end

for tool in spin gcc; do
	command -v "$tool" >/dev/null || {
		printf '%s is missing\n' "$tool"
		exit 77
	}
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
made='' # macros of ./pan

# make_verifier MACRO...: ./pan, unless it is there already.
make_verifier() {
	[[ ! -x pan || "$*" != "$made" ]] || return 0
	made=$*
	if ! { spin -a "${@/#/-D}" "$model" && gcc -O1 -w -o pan pan.c; } >log 2>&1; then
		cat log
		exit 1
	fi
}

# verify PROPERTY MACRO...: leaves the verifier's words in ./log.
verify() {
	local property=$1
	shift

	rm -f -- *.trail
	make_verifier "$@"
	# All executions (-a) in which whoever can go on does so some time (-f).
	./pan -a -f -m"$depth" -N "$property" >log 2>&1 || :
}

# What came of it: "holds", "hangs", or what kept the verifier from an answer.
verdict() {
	if grep -qE 'too small|reached -DMEMLIM|out of memory' log; then
		printf 'gave up'
	elif grep -q 'errors: 0$' log; then
		printf 'holds'
	elif grep -q 'acceptance cycle' log && [[ -e wakeup.pml.trail ]]; then
		printf 'hangs'
	else
		printf 'broken'
	fi
}

explain() {
	printf 'it should not; the last steps, or the words of the verifier:\n'
	if [[ -e wakeup.pml.trail ]]; then
		spin -t -p -g "${@/#/-D}" -k wakeup.pml.trail "$model" |
			grep -v "^[[:space:]]*queue" | tail -n "$shown"
	else
		cat log
	fi
	status=1
}

# expect VERDICT PROPERTY TEXT [MACRO]...
expect() {
	local wanted=$1 property=$2 text=$3 found states
	shift 3

	verify "$property" "$@"
	found=$(verdict)
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' log)
	printf '%-6s %-15s %10s states  %s\n' "$found" "$property" "${states:-?}" "$text"
	[[ $found == "$wanted" ]] || explain "$@"
}

watchdog_on() {
	local -a anything=(LOSE_INTERRUPTS NO_RECHECK NO_KERNEL_FENCE NO_FENCE)

	printf 'watchdog on:\n'
	expect holds home 'interrupts lost, no re-check, no fence' WATCHDOG "${anything[@]}"
	expect holds home 'virtio-net, interrupts lost' \
		WATCHDOG FLAG_STAYS_SET NO_RECHECK LOSE_INTERRUPTS
	expect holds told 'the device dies' WATCHDOG LOSE_INTERRUPTS DEVICE_DIES
	expect hangs home 'the same' WATCHDOG LOSE_INTERRUPTS DEVICE_DIES
	expect holds told 'flag clear while the device has frames, interrupts lost' \
		WATCHDOG FLAG_STAYS_CLEAR LOSE_INTERRUPTS
	expect hangs home 'the same' WATCHDOG FLAG_STAYS_CLEAR LOSE_INTERRUPTS
}

watchdog_off() {
	printf 'watchdog off:\n'
	expect holds home 'fences and re-check, interrupts kept'
	expect holds kicked_in_time 'the same'
	expect holds home 'virtio-net, interrupts kept' FLAG_STAYS_SET NO_RECHECK NO_FENCE
	expect holds home 'flag clear while the device has frames' FLAG_STAYS_CLEAR
	expect hangs home 'our fence taken away' NO_FENCE
	expect hangs home 'the re-check taken away' NO_RECHECK
	expect hangs home "the kernel's fence taken away" NO_KERNEL_FENCE
	expect hangs home 'interrupts lost' LOSE_INTERRUPTS
	expect hangs home 'virtio-net, interrupts lost' FLAG_STAYS_SET NO_RECHECK LOSE_INTERRUPTS
	expect hangs told 'the device dies' DEVICE_DIES
}

# The halves run at the same time, each in a folder of its own.
mkdir "$work/on" "$work/off"
(
	cd "$work/on"
	watchdog_on
	exit "$status"
) >"$work/on.log" 2>&1 &
on=$!
(
	cd "$work/off"
	watchdog_off
	exit "$status"
) >"$work/off.log" 2>&1 &
off=$!
wait "$on" || status=1
wait "$off" || status=1
cat "$work/on.log" "$work/off.log"
exit "$status"
