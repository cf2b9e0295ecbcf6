#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_tokens.sh ZCXSOCK
#
# With --tokens each packet's way home is told once, and in order where that
# was asked for: sleeping in either loop or spinning, gathered or not, with full
# rings on the way.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

readonly count=20000

# told ORDER ARGUMENT...
told() {
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
		told "$order" $way --ring-size 64 --batch 48
	done
	told "$order" --rate 50000 --kick batch --tail 500
done
says out '  tokens +20000 told once, 0 not told, 0 wrong$'
told in-order
says out '  tokens +20000 told once and in order, 0 not told, 0 wrong$'

run 0 "$zcxsock" tx -i near --count 10 --json "$work/tx.json"
json tx.json '.tokens == {order: "off", told: 0, not_told: 0, wrong: 0}'
check eval "! grep -q tokens '$work/out'"
finish
