#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# handoff.sh SOURCE
#
# Nobody sleeps for ever at an end of a handoff while the other end has done what
# he waits for (tests/model/handoff.pml). And each thing that the proofs rest on is
# needed: with it taken away the verifier has to find a run that hangs.
set -euo pipefail

model=$1/tests/model/handoff.pml
# shellcheck source=tests/model/spin.sh
source "$(dirname "${BASH_SOURCE[0]}")/spin.sh"
cd "$work"

for property in popped pushed; do
	expect holds "$property" 'both fences, the last look'
	expect hangs "$property" 'no fence before the look at the bell' NO_RING_FENCE
	expect hangs "$property" 'no fence before the last look' NO_ARM_FENCE
	expect hangs "$property" 'no last look' NO_LAST_LOOK
	expect hangs "$property" 'the eventfd read too late' CLEAR_LATE
done
exit "$status"
