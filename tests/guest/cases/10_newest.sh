#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs every program of tests/kernel on virtio-net, in all three modes, on the newest
# kernel of the archive. The long one runs in zero copy only, the other modes as veth.service_loop.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

pair_lines 'zero-copy native-copy generic-copy'
lines=("$(pair_line service_loop zero-copy)" "${lines[@]}")
boot --kernel newest --smp 1 --deadline 1080 "${pair_nics[@]}" -- "${lines[@]}"
