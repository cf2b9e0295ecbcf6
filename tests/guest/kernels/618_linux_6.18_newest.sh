#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The newest kernel of this series, without the fault.
set -euo pipefail
# shellcheck source=tests/guest/kernels/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

with_zero_copy 6.18
