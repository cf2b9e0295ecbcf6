#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs every program of tests/kernel on virtio-net of an arm64 guest, in all three modes.
set -euo pipefail
# shellcheck source=tests/guest/arm64/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

pair_lines 'zero-copy native-copy generic-copy'
boot_arm64 1500 -- "${lines[@]}"
