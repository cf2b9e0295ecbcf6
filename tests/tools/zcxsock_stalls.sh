#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_stalls.sh ZCXSOCK
#
# If the outgoing interface keeps the packets, zcxsock reports one stall and does
# what --on-stall says: it goes on when they complete, goes on with a rebuilt
# socket, or exits. The packets wait in the queue of another interface, which lets
# one byte per second through; they complete when the kernel frees them.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

# The stall time in milliseconds, and the number of packets in flight.
readonly stall=500 limit=100
readonly -a gently=(--rate 5000 --limit "$limit" --stall "$stall")
readonly line='near queue 0: stall 1: no completion for ([5-9][0-9]{2}|[0-9]{4,}) ms; '

# Packets that arrive at the far end are redirected to the hole and wait there.
dig_hole() {
	tc qdisc add dev far ingress &&
		tc filter add dev far ingress protocol all u32 match u32 0 0 \
			action mirred egress redirect dev hole &&
		block && unblock
}

block() { tc qdisc add dev hole root tbf rate 8bit burst 100 limit 1000000; }
# Frees the packets in the queue, so that all complete.
unblock() { tc qdisc del dev hole root; }

# stalled NAME: the stall was reported once.
stalled() {
	check test "$(grep -c 'stall [0-9]*:' "$work/$1.err")" -eq 1
	says "$1.err" "$line$limit frames in flight, 0 of them still in the TX ring\$"
}

goes_on() {
	block
	start_zcxsock tx "$zcxsock" tx -i near "${gently[@]}" --count 1000 --interval 0.1 \
		--json "$work/tx.json" "$@"
	await has_line tx.err "$line"
	await has_line tx.out '  stalls 1$'
	unblock
	end tx 0
	stalled tx
	says tx.out '  watchdog +forced 0, recovered 0, stalls 1, longest time without a completion [0-9.]+ ms$'
	json tx.json ".ended_by == \"count\" and .stats.tx_stalls == 1"
	json tx.json ".stats.tx_silence_max_ns >= $stall * 1000000"
	json tx.json ".stats.tx_completed == 1000 and .stats.tx_abandoned == 0"
}

# The rebuild waits until the kernel releases the old queue, which happens when the
# packets in the hole are gone.
is_rebuilt() {
	block
	start_zcxsock tx "$zcxsock" tx -i near "${gently[@]}" --count 1000 --on-stall rebuild \
		--json "$work/tx.json" "$@"
	await has_line tx.err "$line"
	unblock
	end tx 0
	stalled tx
	says tx.err '^zcxsock: the socket was rebuilt$'
	json tx.json ".stats | .tx_abandoned == $limit and .tx_completed == 1000 - $limit"
	json tx.json '.frames | .frames == ([to_entries[] | select(.key != "frames") | .value] | add)'
	says tx.out "  drops +$limit lost in a rebuilt queue\$"
}

forwards_rebuilt() {
	block
	start_zcxsock fwd "$zcxsock" fwd -i end --out near "${gently[@]:2}" --on-stall rebuild \
		--json "$work/fwd.json"
	await has_line fwd.err 'near queue 0: native-copy mode'
	run 0 "$zcxsock" tx -i exit --rate 5000 --count 200
	await has_line fwd.err "$line"
	unblock
	await has_line fwd.err 'the socket was rebuilt'
	run 0 "$zcxsock" tx -i exit --rate 5000 --count 200
	signal fwd INT
	end fwd 0
	stalled fwd
	json fwd.json ".out.stats | .tx_abandoned == $limit and .tx_completed >= $limit"
}

ends() {
	block
	start_zcxsock tx "$zcxsock" tx -i near "${gently[@]}" --on-stall exit --json "$work/tx.json" "$@"
	end tx 1
	stalled tx
	says tx.err '^zcxsock: near: stopped by ETIME'
	says tx.err "^zcxsock: the kernel did not return $limit frames\$"
	json tx.json '.ended_by == "error" and .packets < 1000'
	unblock
}

veth near far
veth hole bottom
veth exit end
dig_hole 2>"$work/err" || {
	show "$work/err"
	printf 'skipped: this kernel lacks tbf, u32 or mirred\n'
	exit 77
}
goes_on
goes_on --loop epoll
goes_on --wait spin
goes_on --tokens in-order
json tx.json '.tokens | .told == 1000 and .not_told == 0 and .wrong == 0'
is_rebuilt
is_rebuilt --loop epoll
is_rebuilt --tokens in-order
json tx.json ".tokens | .told == 1000 - $limit and .not_told == $limit and .wrong == 0"
forwards_rebuilt
ends
ends --wait spin
finish
