#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# On 6.17, whose zero copy can wedge the network stack: the library does not choose it, a
# killed program leaves the network lock free, and who demands it may set interfaces down
# before closing. `tests/run kernels` runs more, on more kernels.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

only=(set_down killed_auto explains)
boot --kernel 6.17 --smp 1 --memory 512 --deadline 300 --nic hub=0 --nic hub=0 -- \
	"chosen /tests/explains eth0 auto OK native-copy network lock" \
	"killed_auto ZCXSK_TEST_IFACES='eth0 eth1' /tests/killed_auto" \
	"set_down ZCXSK_TEST_IFACES='eth0 eth1' ZCXSK_TEST_MODES=zero-copy /tests/set_down"
