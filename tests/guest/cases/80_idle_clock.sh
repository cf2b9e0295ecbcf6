#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Compares the bench's clock of the processor's idle time with known loads.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

program=$programs/../bench/guest_idle_clock
if [[ ! -x $program ]]; then
	echo "built without the bench"
	exit 77
fi
"$cases/../run" --kernel newest --smp 1 --add "$program:/tests/idle_clock" -- /tests/idle_clock
