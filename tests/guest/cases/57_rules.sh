#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# With a single network card, UDP to one port is taken in zero-copy while rules are
# swapped, and a TCP connection to the kernel continues over the same card.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

boot --kernel newest --smp 1 --deadline 540 --nic hub=0 --nic hub=0 -- \
	"swap ZCXSK_TEST_IFACES='eth0 eth1' ZCXSK_TEST_MODES='zero-copy native-copy' /tests/swap"
