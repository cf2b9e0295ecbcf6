#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The oldest kernel of this series, which still has the fault of 6.17.
set -euo pipefail
# shellcheck source=tests/guest/kernels/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

with_fault 6.18-oldest
