#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A bond of two virtio-net cards of which the active one is taken away in mid-stream.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

boot --kernel newest --smp 2 --memory 768 --deadline 300 "${pair_nics[@]}" \
	--add "$(command -v ip):/bin/ip" -- \
	"modules $load_devices" "$(pair_line failover generic-copy)"
