#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Unplugs cards during traffic, through QEMU's monitor: the card of a sender in the
# library's wait, of a sender in an epoll loop, and of a receiver.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

folder=$(mktemp -d "${TMPDIR:-/tmp}/zcxsk-unplug.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The program prints a line that names the card to unplug.
pull_cards() {
	local line

	while IFS= read -r line; do
		printf '%s\n' "$line"
		case $line in
		'pull '*) "$cases/../monitor" "$folder/monitor" device_del "id=${line#pull }" ;;
		esac
	done
}

slots=()
for hub in 0 1 2; do
	slots+=(--nic "hub=$hub,hotplug=on" --nic "hub=$hub,hotplug=on")
done
"$cases/../run" --kernel newest --smp 1 --deadline 300 --qmp "$folder/monitor" "${slots[@]}" \
	--add "$programs/kernel_hotunplug:/tests/hotunplug" -- sh -c '
	ZCXSK_TEST_IFACES="eth0 eth1" /tests/hotunplug waits nic0 &&
	ZCXSK_TEST_IFACES="eth2 eth3" /tests/hotunplug epoll nic2 &&
	ZCXSK_TEST_IFACES="eth4 eth5" /tests/hotunplug receiver nic5' | pull_cards
