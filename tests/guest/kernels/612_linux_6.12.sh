#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The last series whose virtio-net has no zero copy.
set -euo pipefail
# shellcheck source=tests/guest/kernels/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

without_zero_copy 6.12
