#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_link.sh ZCXSOCK
#
# A receiver and a sender report a link that goes down and comes up, once each.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

# reports COMMAND...: a run on near, whose peer goes down and up.
reports() {
	start_zcxsock run "$zcxsock" "$@"
	ip link set far down
	await has_line run.err '^zcxsock: near: the link is down$'
	ip link set far up
	await has_line run.err '^zcxsock: near: the link is up again$'
	signal run TERM
	end run 0
	check test "$(grep -c 'the link is' "$work/run.err")" = 2
}

veth near far
reports rx -i near
reports tx -i near --rate 1000
finish
