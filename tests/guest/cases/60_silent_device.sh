#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A device that never completes packets, and a driver that never sends the packets of a
# zero-copy socket (virtio_net.napi_tx=0).
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

# The driver reads the parameter when it binds to a card.
napi_tx='echo 0 > /sys/module/virtio_net/parameters/napi_tx &&
	card=$(basename $(readlink -f /sys/class/net/eth1/device)) &&
	echo $card > /sys/bus/virtio/drivers/virtio_net/unbind &&
	echo $card > /sys/bus/virtio/drivers/virtio_net/bind'
boot --kernel newest --smp 1 --deadline 540 --nic hub=0 --nic hub=1 -- \
	"silent ZCXSK_TEST_IFACES=eth0 ZCXSK_TEST_MODES=zero-copy /tests/silent" \
	"napi_tx_off $napi_tx && /tests/explains eth1 zero-copy EOPNOTSUPP napi_tx"
