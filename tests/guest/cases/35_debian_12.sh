#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# On 6.1, the kernel of Debian 12, zero-copy is refused with the reason. Native copy and
# generic copy work on virtio-net and on veth, with rules, the BPF program's verdicts,
# foreign programs, a broker, and long packets.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

# libxdp and the tools look for their BPF objects in the folders of their packages.
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
	"fallback /tests/explains eth0 auto OK native-copy zero-copy kernel" \
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
