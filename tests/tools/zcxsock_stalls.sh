#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_stalls.sh ZCXSOCK
#
# A way out that keeps the packets is told once, as a stall, and answered as
# --on-stall says: the run goes on when they come home, goes on with a rebuilt
# socket, or ends. The packets are kept in the queue of another interface,
# which lets a byte a second through; what the kernel has not freed has not
# come home.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

# Of the stalls here, in milliseconds; as many packets are out then.
readonly stall=500 limit=100
readonly -a gently=(--rate 5000 --limit "$limit" --stall "$stall")
readonly line='near queue 0: stall 1: no frame has come home for ([5-9][0-9]{2}|[0-9]{4,}) ms; '

# What arrives at the far end goes on to the hole as it is, and waits there.
dig_hole() {
	tc qdisc add dev far ingress &&
		tc filter add dev far ingress protocol all u32 match u32 0 0 \
			action mirred egress redirect dev hole &&
		block && unblock
}

block() { tc qdisc add dev hole root tbf rate 8bit burst 100 limit 1000000; }
# The packets in the queue are freed: all come home.
unblock() { tc qdisc del dev hole root; }

# stalled NAME: it was told, once.
stalled() {
	check test "$(grep -c 'stall [0-9]*:' "$work/$1.err")" -eq 1
	says "$1.err" "$line$limit are out, 0 of them still in the TX ring\$"
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
	says tx.out '  watchdog +forced 0, recovered 0, stalls 1, longest silence [0-9.]+ ms$'
	json tx.json ".ended_by == \"count\" and .stats.tx_stalls == 1"
	json tx.json ".stats.tx_silence_max_ns >= $stall * 1000000"
	json tx.json ".stats.tx_completed == 1000 and .stats.tx_abandoned == 0"
}

# The rebuild waits until the old queue is released; that is when the packets
# in the hole are gone.
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
	says tx.out "  drops +$limit in a queue that was rebuilt\$"
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
	says tx.err "^zcxsock: the kernel did not give back $limit frames\$"
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
