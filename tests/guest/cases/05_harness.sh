#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What the other cases rely on: a status and output that come back as they
# were, a guest that hangs ended by its deadline, a crash noticed, nothing left
# behind by an interrupt. tests/guest/selftest has more of these.
set -euo pipefail

exec "$(dirname "${BASH_SOURCE[0]}")/../selftest" --no-install \
	status output fetched_file deadline panic interrupt sink header
