#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs programs of tests/kernel on vmxnet3, which has native XDP and no zero-copy. Its program does not run any more after the card was down.
set -euo pipefail
# shellcheck source=tests/guest/cards/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

card_lines vmxnet3 "$@"
boot_cards vmxnet3 1700 "${lines[@]}"
