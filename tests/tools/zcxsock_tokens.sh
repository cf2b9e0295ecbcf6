#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_tokens.sh ZCXSOCK
#
# With --tokens each completion is reported once, with in-order in the order of
# sending: when sleeping in either loop and when spinning, with single and merged
# kicks, and with full rings.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

readonly count=20000

# reported ORDER ARGUMENT...
reported() {
	local order=$1
	shift
	run 0 "$zcxsock" tx -i near --count "$count" --tokens "$order" --json "$work/tx.json" "$@"
	json tx.json ".tokens == {order: \"$order\", told: $count, not_told: 0, wrong: 0}"
	json tx.json ".stats.tx_completed == $count"
}

veth near far
for order in in-order as-done; do
	for way in '--loop library' '--loop epoll' '--wait spin'; do
		# shellcheck disable=SC2086 # two words
		reported "$order" $way --ring-size 64 --batch 48
	done
	reported "$order" --rate 50000 --kick batch --tail 500
done
says out '  tokens +20000 reported once, 0 missing, 0 wrong$'
reported in-order
says out '  tokens +20000 reported once and in order, 0 missing, 0 wrong$'

run 0 "$zcxsock" tx -i near --count 10 --json "$work/tx.json"
json tx.json '.tokens == {order: "off", told: 0, not_told: 0, wrong: 0}'
check eval "! grep -q tokens '$work/out'"
finish
