#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Opens sockets without options on two igb cards, also right after a close, which resets the
# link: they get zero-copy, and packets up to the longest arrive unchanged. `tests/run cards`
# has all programs.
set -euo pipefail
# shellcheck source=tests/guest/cards/common
source "$(dirname "${BASH_SOURCE[0]}")/../cards/common"

boot_machine 240 --add "$programs/../../examples/zcxsock:/tests/zcxsock" \
	--nic hub=0,dev=igb --nic hub=0,dev=igb -- \
	"auto ZCXSK_TEST_IFACES='eth0 eth1' /tests/auto zero-copy" \
	"zcxsock /tests/zcxsock tx -i eth0 --count 100 --json - | grep '\"mode\": *\"zero-copy\"'" \
	"stream ZCXSK_TEST_MODES=zero-copy ZCXSK_TEST_IFACES='eth0 eth1' /tests/stream"
