#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Zero copy on virtio-net; the library chooses it.
set -euo pipefail
# shellcheck source=tests/guest/kernels/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

with_zero_copy 7.2
