#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The properties that the other cases rely on: status and output are returned unchanged, a
# guest that hangs is ended at its deadline, a crash is detected, and an interrupt leaves
# nothing behind. tests/guest/selftest has more of these checks.
set -euo pipefail

exec "$(dirname "${BASH_SOURCE[0]}")/../selftest" --no-install \
	status output fetched_file deadline panic interrupt sink header
