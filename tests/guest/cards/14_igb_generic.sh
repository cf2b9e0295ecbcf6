#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs all programs of tests/kernel in generic copy on igb, which resets its link when a program is
# attached in the driver, but not in this mode.
set -euo pipefail
# shellcheck source=tests/guest/cards/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

card_modes=(generic-copy)
card_lines igb
boot_cards igb 1780 "${lines[@]}"
