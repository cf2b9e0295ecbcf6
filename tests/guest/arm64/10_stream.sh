#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Boots an arm64 kernel, and sends and receives on its virtio-net cards in all three modes.
set -euo pipefail
# shellcheck source=tests/guest/arm64/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

boot_arm64 300 -- "$(pair_line stream 'zero-copy native-copy generic-copy')"
