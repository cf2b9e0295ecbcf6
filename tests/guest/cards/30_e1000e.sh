#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs programs of tests/kernel on e1000e, which has generic XDP only. Its link returns half a second after the card is up.
set -euo pipefail
# shellcheck source=tests/guest/cards/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

card_lines e1000e "$@"
boot_cards e1000e 1700 "${lines[@]}"
