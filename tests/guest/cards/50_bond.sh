#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs programs of tests/kernel between a bond over a virtio card and another card.
set -euo pipefail
# shellcheck source=tests/guest/cards/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

# Loading the module creates bond0. Only a monitored link of a member is one of the bond.
readonly bonds='cd /sys/class/net; echo +bond1 >bonding_masters
	for bond in bond0/eth0 bond1/eth2; do
		echo active-backup >${bond%/*}/bonding/mode
		echo 10 >${bond%/*}/bonding/miimon
		ip link set ${bond#*/} down
		echo +${bond#*/} >${bond%/*}/bonding/slaves
	done'

card_ifaces='bond0 eth1 bond1 eth3'
card_lines bond "$@"
# These remove the interface, which is no device on a bus.
without_program unplug
boot_machine 1700 --env ZCXSK_TEST_KEEP=1 "${pair_nics[@]}" -- "bonds $load_devices; $bonds" "${lines[@]}" | to_passport bond
