#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# wakeup.sh SOURCE
#
# The wake-up protocol of tests/model/wakeup.pml does what docs/wakeup.md says: with the
# watchdog no frame stays out for ever, whatever is lost; with the fences no
# wakeup is lost without it either. And each thing that the proofs rest on is
# needed: with it taken away the verifier has to find a run that hangs.
set -euo pipefail

model=$1/tests/model/wakeup.pml
# shellcheck source=tests/model/spin.sh
source "$(dirname "${BASH_SOURCE[0]}")/spin.sh"

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
