#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# On cards that lack a feature, zero-copy is refused, the explanation names the feature and
# the remedy, and the next mode is chosen. Without indirect descriptors zero-copy works and
# loses nothing. A card whose own MTU is large has big packets, whatever the MTU of the
# interface. Without sysfs the features are unknown, and a bond has no native XDP of its own;
# the commands of these two remedies are followed.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

own_network
# Only with a back end that supports offloads does the card use big packets, or keep receive
# offloads that cannot be disabled.
for tap in big0 fixed0; do
	ip tuntap add "$tap" mode tap vnet_hdr
	silent_up "$tap"
done

# Busybox's shell would run its own ip, which does not know this command.
readonly members='/bin/ip link show master bond0'

indirect="ZCXSK_TEST_MODES=zero-copy ZCXSK_TEST_IFACES='eth4 eth5'"
boot --kernel newest --smp 1 --memory 768 --deadline 540 \
	--add "$(command -v ip):/bin/ip" \
	--nic hub=0,iommu_platform=off,disable-legacy=off \
	--nic hub=1,queue_reset=off \
	--nic tap=1:big0,mrg_rxbuf=off \
	--nic tap=1:fixed0,ctrl_guest_offloads=off \
	--nic hub=2,indirect_desc=off --nic hub=2,indirect_desc=off \
	--nic hub=3,mrg_rxbuf=off,host_mtu=2000 --nic hub=3,mrg_rxbuf=off,host_mtu=1500 -- \
	"access_platform /tests/explains eth0 zero-copy EINVAL ACCESS_PLATFORM iommu_platform=on" \
	"access_platform_fallback /tests/explains eth0 auto OK native-copy ACCESS_PLATFORM" \
	"ring_reset /tests/explains eth1 zero-copy ENOENT RING_RESET queue_reset=on" \
	"ring_reset_fallback /tests/explains eth1 auto OK native-copy RING_RESET" \
	"big_packets /tests/explains eth2 zero-copy ENOENT MRG_RXBUF mrg_rxbuf=on" \
	"big_packets_fallback /tests/explains eth2 auto OK generic-copy MRG_RXBUF" \
	"large_mtu ip link set eth6 mtu 1500; /tests/explains eth6 auto OK generic-copy MRG_RXBUF" \
	"normal_mtu /tests/explains eth7 auto OK zero-copy" \
	"fixed_offloads /tests/explains eth3 zero-copy EOPNOTSUPP offload" \
	"fixed_offloads_fallback /tests/explains eth3 auto OK generic-copy offload" \
	"no_indirect_stream $indirect /tests/stream" \
	"no_indirect_poll $indirect /tests/poll" \
	"no_sysfs mount -t tmpfs none /sys; /tests/explains eth1 native-copy EOPNOTSUPP \
		'the features of the virtio device of eth1 cannot be read' \
		'Mount sysfs (\`mount -t sysfs sysfs /sys\`), or allow generic-copy'" \
	"no_sysfs_remedy mount -t sysfs sysfs /sys; /tests/explains eth1 native-copy OK native-copy" \
	"bond $load_devices; ip link set eth7 down; ip link set eth7 master bond0; \
		/tests/explains bond0 native-copy EOPNOTSUPP \
		'native XDP of bond0 (bonding) runs in its members, where the sockets of bond0' \
		'Use a member: \`ip link show master bond0\`; or allow generic-copy'" \
	"bond_fallback /tests/explains bond0 native-copy,generic-copy OK generic-copy" \
	"bond_remedy $members | grep -q ': eth7:' && /tests/explains eth7 native-copy OK native-copy"
