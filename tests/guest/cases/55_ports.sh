#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A card with four queues as one port: the device spreads flows over them, and each packet
# arrives once. The number of queues is changed, which virtio-net refuses while XDP is
# attached. With two processors and two of four queues in use, the driver adds queues for
# XDP: packets on those pass and are counted.
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

here="ZCXSK_TEST_IFACES='eth0 eth1' ZCXSK_TEST_MODES='zero-copy native-copy generic-copy'"
four='ethtool -L eth0 combined 4 && ethtool -L eth1 combined 4'
boot --kernel newest --smp 2 --deadline 900 --add "$(command -v ethtool):/usr/bin/ethtool" \
	--nic tap=4:many0 --nic tap=4:many1 -- \
	"port $four && $here /tests/port" \
	"port_change $four && $here /tests/port_change"
