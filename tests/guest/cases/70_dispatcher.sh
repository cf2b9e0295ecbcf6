#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Shares an interface through libxdp's dispatcher, which not every kernel supports, on the
# newest kernel: tests/bpf/dispatcher.c, and tests/kernel/coexist.c with a foreign tool
# started before and after, and without the BPF file system.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

# libxdp and the tools look for their BPF objects in the folders of their packages.
dispatcher=$(dpkg -L libxdp1 | grep '/xdp-dispatcher\.o$')

boot --kernel newest --memory 1024 --deadline 720 --nic hub=0 --nic hub=0 \
	--add "$programs/../bpf/test_dispatcher:/tests/test_dispatcher" \
	--add "$(command -v ip):/bin/ip" --add "$(dirname "$dispatcher")" \
	--add "$(command -v xdp-filter):/bin/xdp-filter" \
	--add "$(command -v xdp-loader):/bin/xdp-loader" -- \
	"dispatcher /tests/test_dispatcher" \
	"coexist ZCXSK_TEST_IFACES='eth0 eth1' ZCXSK_TEST_MODES=zero-copy /tests/coexist" \
	"abandoned ZCXSK_TEST_IFACES='eth0 eth1' ZCXSK_TEST_MODES=native-copy /tests/abandoned"
