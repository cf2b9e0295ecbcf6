#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs the first programs of tests/kernel in native copy on igb, which resets its link when a program is
# attached.
set -euo pipefail
# shellcheck source=tests/guest/cards/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

card_modes=(native-copy)
card_lines igb "${first_programs[@]}"
boot_cards igb 1780 "${lines[@]}"
