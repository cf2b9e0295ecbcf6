#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Opens sockets without options on two igb cards: they get zero-copy, although the card resets
# its link, and packets up to the longest arrive unchanged. `tests/run cards` has all programs.
set -euo pipefail
# shellcheck source=tests/guest/cards/common
source "$(dirname "${BASH_SOURCE[0]}")/../cards/common"

boot_machine 240 --nic hub=0,dev=igb --nic hub=0,dev=igb -- \
	"auto ZCXSK_TEST_IFACES='eth0 eth1' /tests/auto zero-copy" \
	"stream ZCXSK_TEST_MODES=zero-copy ZCXSK_TEST_IFACES='eth0 eth1' /tests/stream"
