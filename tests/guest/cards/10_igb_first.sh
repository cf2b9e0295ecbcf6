#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs the first programs of tests/kernel in zero copy on igb, which resets its link when a program is
# attached, and takes what a kick offers later, from its interrupt.
set -euo pipefail
# shellcheck source=tests/guest/cards/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

card_modes=(zero-copy)
card_lines igb "${first_programs[@]}"
boot_cards igb 1780 "${lines[@]}"
