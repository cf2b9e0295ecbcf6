#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Packets that no rule takes reach the kernel, whatever a program in zero copy does: on one
# queue, and on four queues that share the packet memory, on two kernels. A rebuild keeps the
# rings when the device's ring has changed.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

here="ZCXSK_TEST_IFACES='eth0 eth1' ZCXSK_TEST_MODES=zero-copy"

own_network 6.18
ip link add bridge0 type bridge mcast_snooping 0
silent_up bridge0
for tap in many0 many1; do
	ip tuntap add "$tap" mode tap multi_queue vnet_hdr
	ip link set "$tap" master bridge0
	silent_up "$tap"
done

for kernel in 6.18 newest; do
	boot --kernel "$kernel" --smp 2 --deadline 480 \
		--add "$(command -v ethtool):/usr/bin/ethtool" \
		--nic tap=4:many0 --nic tap=4:many1 -- \
		"four_queues ethtool -L eth0 combined 4 && $here /tests/passed queues" \
		"one_queue ethtool -L eth0 combined 1 && $here /tests/passed" \
		"resized $here /tests/resized"
done
