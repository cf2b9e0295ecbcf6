#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs the kernel's list of AF_XDP behaviours on each kind of card, in each mode that it has.
# A card that resets its link at each open gets a guest for each mode.
set -euo pipefail
# shellcheck source=tests/guest/cards/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

status=0

# conform DRIVER DEVICE MODE...: DEVICE "" is virtio's.
conform() {
	local driver=$1 device=$2 mode
	local -a conform_lines=()

	for mode in "${@:3}"; do
		conform_lines+=("$mode.conform ZCXSK_TEST_MODES=$mode ZCXSK_TEST_IFACES='eth0 eth1' /tests/conform")
	done
	boot_machine 1500 --nic "hub=0${device:+,dev=$device}" --nic "hub=0${device:+,dev=$device}" -- \
		"${conform_lines[@]}" | to_passport "$driver" || status=1
}

conform virtio_net '' zero-copy native-copy generic-copy
conform igb igb zero-copy
conform igb igb native-copy
conform igb igb generic-copy
conform vmxnet3 vmxnet3 native-copy generic-copy
conform e1000e e1000e generic-copy
exit "$status"
