#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Packets that no rule takes reach the kernel, whatever a program in zero copy does: on one
# queue, on two kernels, and on four queues that share the packet memory.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

here="ZCXSK_TEST_IFACES='eth0 eth1' ZCXSK_TEST_MODES=zero-copy"
[[ -n ${ZCXSK_OWN_NETWORK:-} ]] ||
	boot --kernel 6.18 --smp 1 --deadline 240 --nic hub=0 --nic hub=0 -- \
		"one_queue $here /tests/passed"

own_network
ip link add bridge0 type bridge mcast_snooping 0
silent_up bridge0
for tap in many0 many1; do
	ip tuntap add "$tap" mode tap multi_queue vnet_hdr
	ip link set "$tap" master bridge0
	silent_up "$tap"
done

boot --kernel newest --smp 2 --deadline 240 --add "$(command -v ethtool):/usr/bin/ethtool" \
	--nic tap=4:many0 --nic tap=4:many1 -- \
	"four_queues ethtool -L eth0 combined 4 && $here /tests/passed queues" \
	"one_queue ethtool -L eth0 combined 1 && $here /tests/passed"
