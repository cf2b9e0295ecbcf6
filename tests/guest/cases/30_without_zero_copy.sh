#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# On 6.12, whose virtio-net lacks zero-copy, zero-copy is refused with the reason, native
# copy is chosen instead, and works.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

here="ZCXSK_TEST_MODES='native-copy generic-copy' ZCXSK_TEST_IFACES='eth0 eth1'"
boot --kernel bookworm-backports --smp 1 --deadline 540 --nic hub=0 --nic hub=0 -- \
	"demanded /tests/explains eth0 zero-copy EOPNOTSUPP zero-copy kernel 6.13" \
	"fallback /tests/explains eth0 auto OK native-copy zero-copy kernel" \
	"refusals $here /tests/refusals" \
	"stream $here /tests/stream" \
	"burst $here /tests/burst" \
	"bad_packets $here /tests/bad_packets" \
	"mtu $here /tests/mtu" \
	"link $here /tests/link" \
	"lifetime $here /tests/lifetime"
