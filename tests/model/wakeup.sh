#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# wakeup.sh SOURCE
#
# Checks that the wake-up protocol of tests/model/wakeup.pml does what docs/wakeup.md
# describes. With the watchdog no frame stays in flight forever, whatever is lost; with the
# fences no wakeup is lost even without the watchdog. Each part that the proofs depend on
# is necessary: without it the verifier has to find an execution that hangs.
set -euo pipefail

model=$1/tests/model/wakeup.pml
# shellcheck source=tests/model/spin.sh
source "$(dirname "${BASH_SOURCE[0]}")/spin.sh"

watchdog_on() {
	local -a anything=(LOSE_INTERRUPTS NO_RECHECK NO_KERNEL_FENCE NO_FENCE)

	printf 'watchdog on:\n'
	expect holds completed_in_time 'interrupts lost, no re-check, no fence' WATCHDOG "${anything[@]}"
	expect holds completed_in_time 'virtio-net, interrupts lost' \
		WATCHDOG FLAG_STAYS_SET NO_RECHECK LOSE_INTERRUPTS
	expect holds reported 'the device dies' WATCHDOG LOSE_INTERRUPTS DEVICE_DIES
	expect hangs completed_in_time 'the same' WATCHDOG LOSE_INTERRUPTS DEVICE_DIES
	expect holds reported 'flag clear while the device has frames, interrupts lost' \
		WATCHDOG FLAG_STAYS_CLEAR LOSE_INTERRUPTS
	expect hangs completed_in_time 'the same' WATCHDOG FLAG_STAYS_CLEAR LOSE_INTERRUPTS
}

watchdog_off() {
	printf 'watchdog off:\n'
	expect holds completed_in_time 'fences and re-check, interrupts kept'
	expect holds kicked_in_time 'the same'
	expect holds completed_in_time 'virtio-net, interrupts kept' FLAG_STAYS_SET NO_RECHECK NO_FENCE
	expect holds completed_in_time 'flag clear while the device has frames' FLAG_STAYS_CLEAR
	expect hangs completed_in_time 'without our fence' NO_FENCE
	expect hangs completed_in_time 'without the re-check' NO_RECHECK
	expect hangs completed_in_time "without the kernel's fence" NO_KERNEL_FENCE
	expect hangs completed_in_time 'interrupts lost' LOSE_INTERRUPTS
	expect hangs completed_in_time 'virtio-net, interrupts lost' FLAG_STAYS_SET NO_RECHECK LOSE_INTERRUPTS
	expect hangs reported 'the device dies' DEVICE_DIES
}

# The two halves run in parallel, each in its own folder.
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
