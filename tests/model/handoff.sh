#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# handoff.sh SOURCE
#
# No end of a handoff sleeps forever after the other end has done what it waits for
# (tests/model/handoff.pml). Everything that the proofs depend on is necessary:
# without any one of them the verifier must find a run that hangs.
set -euo pipefail

model=$1/tests/model/handoff.pml
# shellcheck source=tests/model/spin.sh
source "$(dirname "${BASH_SOURCE[0]}")/spin.sh"
cd "$work"

for property in popped pushed; do
	expect holds "$property" 'both fences, the last check'
	expect hangs "$property" 'no fence before the check of armed' NO_NOTIFY_FENCE
	expect hangs "$property" 'no fence before the last check' NO_PREPARE_FENCE
	expect hangs "$property" 'no last check' NO_LAST_CHECK
	expect hangs "$property" 'the eventfd read too late' CLEAR_LATE
done
exit "$status"
