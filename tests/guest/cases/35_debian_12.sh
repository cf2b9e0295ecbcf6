#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel that Debian 12 is installed with, 6.1: zero-copy is refused with the
# reason; on virtio-net and on veth native copy and generic copy work, with rules,
# the BPF program's verdicts, programs of others, a broker, and long packets.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

# libxdp and the tools look for their objects where their packages put them.
dispatcher=$(dpkg -L libxdp1 | grep '/xdp-dispatcher\.o$')

card="ZCXSK_TEST_IFACES='eth0 eth1'"
both="$card ZCXSK_TEST_MODES='native-copy generic-copy'"
native="$card ZCXSK_TEST_MODES=native-copy"
boot --kernel bookworm --smp 1 --memory 1024 --deadline 540 --nic hub=0 --nic hub=0 \
	--add "$programs/../bpf/test_verdicts:/tests/test_verdicts" \
	--add "$(command -v ip):/bin/ip" --add "$(dirname "$dispatcher")" \
	--add "$(command -v xdp-filter):/bin/xdp-filter" \
	--add "$(command -v xdp-loader):/bin/xdp-loader" -- \
	"demanded /tests/explains eth0 zero-copy EOPNOTSUPP zero-copy kernel 6.13" \
	"stepped_down /tests/explains eth0 auto OK native-copy zero-copy kernel" \
	"stream $native /tests/stream" \
	"burst $both /tests/burst" \
	"mtu $both /tests/mtu" \
	"swap $both /tests/swap" \
	"privileges $both /tests/privileges" \
	"given $native /tests/given" \
	"broker $native /tests/broker" \
	"coexist $native /tests/coexist" \
	"verdicts /tests/test_verdicts" \
	"veth_queues /tests/queues" \
	"veth_threads /tests/threads"
