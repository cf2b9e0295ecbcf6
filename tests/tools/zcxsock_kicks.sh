#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_kicks.sh ZCXSOCK
#
# Each kick policy kicks when its watermark and tail time say so, in the library's
# waits, in an epoll loop and when spinning. The test checks the causes that
# zcxsock counts. --limit and --watchdog reach the socket.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

# The limit of packets in flight, so that no wait for room flushes.
readonly burst_count=640
# Microseconds: long enough that no tail time ends during a test.
readonly never=1000000
# Packets that a kick moves on kernels where the number cannot be set.
readonly fixed_budget=32

# tx ARGUMENT...: sends all packets; its counters are in tx.json.
tx() {
	run 0 "$zcxsock" tx -i near --json "$work/tx.json" "$@"
	json tx.json '.ended_by == "count" and .stats.tx_completed == .packets'
	json tx.json '.stats | .tx_kicks == .tx_kicks_flag + .tx_kicks_watermark +
		.tx_kicks_tail + .tx_kicks_flush + .tx_kicks_budget + .tx_kicks_forced'
}

# only CAUSE...: no kick had another cause.
only() {
	local cause
	for cause in flag watermark tail flush budget forced; do
		[[ " $* " == *" $cause "* ]] || json tx.json ".stats.tx_kicks_$cause == 0"
	done
}

# budget: the most packets that a kick moves on this kernel, from the last run.
budget() { jq "if .copy_budget > 0 then .copy_budget else $fixed_budget end" "$work/tx.json"; }

# above N: the cause of repeated kicks, if N packets are more than that.
above() { (($1 <= $(budget))) || printf budget; }

every_burst() {
	local policy
	for policy in adaptive burst; do
		tx --kick "$policy" --batch 16 --count "$burst_count"
		only flag
		json tx.json ".kick_policy == \"$policy\" and .kick_watermark == 1"
		json tx.json ".stats.tx_kicks_flag == $burst_count / 16"
		json tx.json '.packets_per_kick == 16'
	done
	says out '  sending +16\.0 packets per kick: 40 by need_wakeup$'
}

by_watermark() {
	local loop watermark repeated
	for loop in library epoll; do
		for watermark in 32 64; do
			tx --kick batch --watermark "$watermark" --tail "$never" --watchdog off \
				--batch 16 --count "$burst_count" --loop "$loop"
			only watermark "$(above "$watermark")"
			repeated=$(((watermark - 1) / $(budget)))
			json tx.json ".kick_watermark == $watermark and .loop == \"$loop\""
			json tx.json ".stats.tx_kicks_watermark == $burst_count / $watermark"
			json tx.json ".packets_per_kick * (1 + $repeated) == $watermark"
		done
	done
	says out "kick: 10 by watermark$( ((repeated == 0)) || printf ', %d repeated' \
		$((10 * repeated)))\$"
}

# Single packets do not wait for each other. If other processes take the processor
# for a while, tx catches up and sends the missed packets together. Without the
# tail time, all packets would wait until the end.
by_tail_time() {
	tx --kick batch --batch 1 --rate 500 --count 100 "$@"
	only tail flush
	json tx.json '.stats.tx_kicks_tail >= 10 and .stats.tx_kicks_flush <= 1'
}

# The packets of 20 ms are sent together, whatever happens in between.
gathered() {
	tx --kick batch --watermark 500 --tail 20000 --watchdog off \
		--batch 1 --rate 5000 --count 1000 "$@"
	only tail flush "$(above 500)"
	# Packets that one kick does not move are moved by the next, at once.
	json tx.json ".stats.tx_kicks_budget <= .packets / $(budget)"
	json tx.json '.packets >= 50 * (.stats | .tx_kicks_tail + .tx_kicks_flush) and
		.stats.tx_kicks_tail >= 2'
}

in_every_loop() {
	one_of_some "$1" --loop library
	one_of_some "$1" --loop epoll
	one_of_some "$1" --wait spin
}

by_hand() {
	tx --kick manual --count "$burst_count" --watchdog off
	only flush budget
	# One kick, when all packets are written, before the wait at the end.
	json tx.json '.stats.tx_kicks_flush == 1'
}

# With a rate, one kick before each sleep.
by_hand_before_sleeps() {
	tx --kick manual --batch 1 --rate 500 --count 100
	only flush budget
	json tx.json '.stats.tx_kicks_flush >= 10'
}

limited() {
	tx --limit 8 --batch 64 --count 1000
	json tx.json '.tx_limit == 8 and .stats.tx_ring_full > 0'
	run 0 "$zcxsock" tx -i near --limit 8 --count 10 --kick batch -v
	says out 'kicks: batch, one for 4 packets; at most 8 packets in flight$'
}

# No kick is forced while completions arrive. They stop if the kernel's threads do
# not get to run.
healthy() {
	tx --count 200000
	json tx.json '.stats | .tx_kicks_forced == 0 and .tx_recovered == 0 and .tx_stalls == 0'
	check eval "! grep -q watchdog '$work/out'"
}

forward() {
	start_zcxsock fwd "$zcxsock" fwd -i far --out exit --count 500 --kick batch \
		--watermark 16 --tail "$never" --watchdog off --json "$work/fwd.json"
	await has_line fwd.err 'exit queue 0: native-copy mode'
	run 0 "$zcxsock" tx -i near --rate 5000 --count 500
	end fwd 0
	json fwd.json '.kick_policy == "batch" and .out.kick_watermark == 16'
	json fwd.json '.out.stats | .tx_kicks_flag == 0 and .tx_kicks_tail == 0 and .tx_kicks > 0'
}

veth near far
veth exit end
every_burst
by_watermark
in_every_loop by_tail_time
in_every_loop gathered
by_hand
one_of_some by_hand_before_sleeps
limited
one_of_some healthy
forward
finish
