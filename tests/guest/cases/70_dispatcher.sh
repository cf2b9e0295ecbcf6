#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Sharing an interface through libxdp's dispatcher, which not every kernel
# allows: tests/bpf/dispatcher.c, on the newest kernel.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

# libxdp looks for its dispatcher's object where its package put it.
dispatcher=$(dpkg -L libxdp1 | grep '/xdp-dispatcher\.o$')

"$cases/../run" --kernel newest --memory 1024 --deadline 120 \
	--add "$programs/../bpf/test_dispatcher:/tests/test_dispatcher" \
	--add "$(command -v ip):/bin/ip" --add "$(dirname "$dispatcher")" \
	--add "$cases/inside:/tests/inside" -- /tests/inside \
	"dispatcher /tests/test_dispatcher"
