#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Cards whose TX interrupt is masked while packets are sent: senders that sleep, in any
# way, still get every frame completed. On a healthy card the watchdog does nothing.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

# A card that finishes before the kick returns needs no interrupt, so these are slow: 2 ms
# to make a silence visible, 1 ms for comparing rates.
boot --kernel newest --smp 1 --deadline 540 --nic sink,tx=timer,x-txtimer=2000000 \
	--nic sink,tx=timer,x-txtimer=1000000 --nic sink --nic sink -- \
	"lost_interrupt ZCXSK_TEST_IFACES=eth0 ZCXSK_TEST_MODES=zero-copy /tests/lost_interrupt" \
	"recovery ZCXSK_TEST_IFACES=eth1 /tests/recovery" \
	"healthy ZCXSK_TEST_IFACES='eth2 eth3' ZCXSK_TEST_MODES=zero-copy /tests/kicks"
