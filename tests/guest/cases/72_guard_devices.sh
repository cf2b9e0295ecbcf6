#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The guard of sessions with kinds of devices and tunnels that need modules of the kernel:
# tests/bpf/guard_devices.c, on the newest kernel and on that of Debian 12.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

for kernel in newest bookworm; do
	boot --kernel "$kernel" --memory 768 --deadline 480 --nic hub=0 \
		--add "$programs/../bpf/test_guard_devices:/tests/test_guard_devices" \
		--add "$(command -v ip):/bin/ip" -- \
		"modules $load_devices" "guard_devices /tests/test_guard_devices -j1"
done
