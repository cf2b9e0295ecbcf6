#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A card whose TX interrupt is masked while packets are sent: the sender sleeps
# and still gets every frame back.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

# The card takes its time, 2 ms; a faster one can be done before the kick is.
boot --kernel newest --smp 1 --deadline 120 --nic sink,tx=timer,x-txtimer=2000000 -- \
	"lost_interrupt ZCXSK_TEST_IFACES=eth0 ZCXSK_TEST_MODES=zero-copy /tests/lost_interrupt"
