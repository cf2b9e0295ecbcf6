#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs every program of tests/kernel in zero copy on a kernel with pages of 16 KiB.
set -euo pipefail
# shellcheck source=tests/guest/arm64/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

pair_lines zero-copy
boot_arm64 1200 --flavour 16k -- "${lines[@]}"
