#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs programs of tests/kernel on tap interfaces, whose other side is a program that passes
# packets on.
set -euo pipefail
# shellcheck source=tests/guest/cards/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

card_ifaces='tap0 tap1 tap2 tap3'
card_lines tun "$@"
# These remove the interface, which is no device on a bus.
without_program unplug
boot_machine 1700 --env ZCXSK_TEST_KEEP=1 -- "taps /tests/tap_link $card_ifaces" "${lines[@]}" | to_passport tun
