#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Zero copy, with the fault that can wedge the network stack: it is not chosen.
set -euo pipefail
# shellcheck source=tests/guest/kernels/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

with_fault 6.17
