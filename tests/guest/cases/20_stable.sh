#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs the same programs on 6.18, a long-term kernel, in zero-copy. Other cases cover the
# copy modes.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

pair_lines 'zero-copy'
boot --kernel 6.18 --smp 1 --deadline 1080 "${pair_nics[@]}" -- "${lines[@]}"
