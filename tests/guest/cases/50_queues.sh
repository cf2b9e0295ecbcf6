#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Cards with several queues: usable queues are counted before attaching, because the driver
# then adds queues for XDP, on which sockets cannot send; a socket on each of two queues;
# the number of queues is changed before opening. On a slow card, the TX interrupt of one
# queue is masked.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

own_network
ip link add bridge0 type bridge mcast_snooping 0
silent_up bridge0
for tap in many0 many1; do
	ip tuntap add "$tap" mode tap multi_queue vnet_hdr
	ip link set "$tap" master bridge0
	silent_up "$tap"
done
ip tuntap add slow0 mode tap multi_queue vnet_hdr
silent_up slow0

here="ZCXSK_TEST_IFACES='eth0 eth1'"
two='ethtool -L eth0 combined 2 && ethtool -L eth1 combined 2'
one='ethtool -L eth0 combined 1 && ethtool -L eth1 combined 1'
boot --kernel newest --smp 2 --deadline 540 --add "$(command -v ethtool):/usr/bin/ethtool" \
	--nic tap=4:many0 --nic tap=4:many1 --nic tap=4:slow0,tx=timer,x-txtimer=1000000 -- \
	"two_queues $two && $here ZCXSK_TEST_MODES='zero-copy native-copy generic-copy' /tests/queues" \
	"stream_of_queue_0 $here ZCXSK_TEST_MODES=zero-copy /tests/stream" \
	"masked_queue ethtool -L eth2 combined 2 && ZCXSK_TEST_IFACES=eth2 /tests/masked_queue" \
	"one_queue $one && $here ZCXSK_TEST_MODES=zero-copy /tests/refusals"
