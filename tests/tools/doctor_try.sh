#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doctor_try.sh ZCXSK-DOCTOR ZCXSOCK
#
# A trial opens a socket, sends, and leaves the interface as it was: also if it is killed at
# any time, if it hangs, if the link goes meanwhile, or if queues change. On an interface
# that this machine needs it is made only if that is given up, and SSH survives it.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
doctor=$1 zcxsock=$2
session=$(dirname "${BASH_SOURCE[0]}")/session.py

# attempt STATUS... -- ARGUMENT...: one of these statuses. Where the kernel hides sockets, a
# success is 4.
attempt() {
	local statuses=' ' status=0
	while [[ $1 != -- ]]; do
		statuses+="$1 "
		shift
	done
	shift
	timeout --foreground "$run_deadline" "$doctor" --json "$work/json" "$@" \
		>"$work/out" 2>"$work/err" </dev/null || status=$?
	[[ $statuses == *" $status "* ]] || {
		fail "status $status instead of$statuses: $*"
		show "$work/out" "$work/err"
	}
	check_sanitizer "$work/err"
}

found() { json json "any(.interfaces[0].findings[]; .severity == \"$1\" and (.what | test(\"$2\")))"; }
trial() { json json ".interfaces[0].facts.trial | $1"; }

# No program is left, no process, and the queue is free.
is_undone() {
	check has_none near
	check eval '! pgrep -f "^$doctor "'
	run 0 "$zcxsock" rx -i near -d 0.001
}

plain() {
	local before after
	before=$(counter far rx_packets)
	attempt 3 4 -- --try --verbose near
	after=$(counter far rx_packets)
	((after - before >= 8)) || fail "the other end received $((after - before)) packets"
	found note 'the trial on queue 0 got native-copy and sent 8 frames'
	trial '.queue == 0 and .outcome == "native-copy" and .sent == 8 and .undone'
	says err '^zcxsk-doctor: trial: opening'
	is_undone
}

refusals() {
	attempt 6 -- --try=1 near
	found fails 'the trial on queue 1 failed: .*EINVAL'
	ip link set near down
	attempt 6 -- --try near
	found fails 'the trial on queue 0 failed: .*ENETDOWN'
	ip link set near up
	start_zcxsock rx "$zcxsock" rx -i near
	attempt 6 -- --try near
	found unknown 'not tried, because an XDP program is attached already'
	signal rx TERM
	end rx 0
	attempt 3 4 -- --try near
	is_undone
}

# Without privileges nothing is attached, and the finding says what is missing.
no_privileges() {
	run 6 setpriv --reuid=65534 --clear-groups --bounding-set=-all --inh-caps=-all \
		"$doctor" --json - --try --give-up all near
	mv "$work/out" "$work/json"
	found fails 'the trial on queue 0 failed: .* the process lacks CAP_'
	is_undone
}

# Sizes that no mode but the last can receive.
large() {
	ip link set near mtu 9000
	attempt 3 4 6 -- --try near
	json json '.interfaces[0].findings | any(.[]; .what | test("the trial on queue 0 (got|failed)"))'
	ip link set near mtu 1500
	is_undone
}

# Killed at each time of its 0.1 s.
killed() {
	local round
	for ((round = 0; round < 25; round++)); do
		timeout --foreground -s KILL "$(printf '0.%03d' $((5 + round * 5)))" \
			"$doctor" --try near >/dev/null 2>&1 || :
		await has_none near
	done
	is_undone
}

# start_held [OPTION]...: a trial in the background that waits for its queue, after its
# program was attached. `let_go` gives it the queue. The forecast is a refusal, so that the
# status is 6 in any case.
start_held() {
	start_zcxsock holder "$zcxsock" tx -i near --rate 1
	start run "$doctor" --json "$work/json" --try=0 "$@" near
	await has_program near
	read -r parent <<<"$(child_of run)"
	read -r child <<<"$(<"/proc/$parent/task/$parent/children")"
}
let_go() {
	signal holder TERM
	end holder 0
}

# ended STATUS...: the trial ended with one of them.
ended() {
	local status=0
	wait "${pids[run]}" || status=$?
	[[ " $* " == *" $status "* ]] || {
		fail "status $status instead of $*"
		show "$work/run.out" "$work/run.err"
	}
	check_sanitizer "$work/run.err"
}

killed_in_opening() {
	start_held
	kill -STOP "$child" # so that it cannot end by itself
	kill -KILL "$parent"
	wait "${pids[run]}" 2>/dev/null || :
	await has_none near
	let_go
	is_undone
}

# Another process kills the child.
child_killed() {
	start_held
	kill -KILL "$child"
	ended 6
	found fails 'the trial was killed from outside, or crashed, at opening the socket'
	trial '.undone'
	let_go
	is_undone
}

hangs() {
	start_held --deadline 1
	kill -STOP "$child"
	ended 6
	found fails 'the trial was ended by force after 1 s, at opening the socket'
	trial '(.ended_in_time | not) and .undone'
	let_go
	is_undone
}

queue_is_taken() {
	start_held
	ended 6
	found fails 'the trial on queue 0 failed: .*EBUSY'
	trial '.outcome == "EBUSY" and .undone'
	let_go
	is_undone
}

link_goes_in_opening() {
	start_held
	ip link set far down
	let_go
	ip link set far up
	ended 6
	trial '.outcome == "native-copy" and .undone'
	is_undone
}

has_ended() { [[ $(<"/proc/$child/stat") == *') Z '* ]]; }

# The link is lost when the child has ended and its parent has not looked.
lose_link() {
	start_held
	kill -STOP "$parent"
	let_go
	await has_ended
	ip link set far down
	kill -CONT "$parent"
}

link_returns() {
	lose_link
	sleep 1
	ip link set far up
	ended 6
	trial '.outcome == "native-copy" and .undone'
	json json 'all(.interfaces[0].findings[]; .what | test("link has not come back") | not)'
	is_undone
}

link_stays_away() {
	lose_link
	ended 6
	found risk 'the link has not come back 10 s after the trial'
	trial '.undone | not'
	ip link set far up
	is_undone
}

# The number of queues changes all the time.
queues_change() {
	local changer
	ip link add wide numrxqueues 2 numtxqueues 2 type veth peer name end
	silent_up wide
	silent_up end
	(while :; do
		ethtool -L wide rx 1 tx 1 || :
		ethtool -L wide rx 2 tx 2 || :
	done) >/dev/null 2>&1 &
	changer=$!
	for _ in 1 2 3 4 5; do
		attempt 3 4 5 6 -- --try wide
		check has_none wide
	done
	kill "$changer"
	wait "$changer" 2>/dev/null || :
	ethtool -L wide rx 2 tx 2 2>/dev/null || :
	# The last queue is free, and the first one if the last is not.
	attempt 3 4 -- --try wide
	trial '.queue == 1'
	attempt 3 4 -- --try --queue 0 wide
	trial '.queue == 0'
	ip link del wide
}

guarded() {
	local lines command
	ip netns add peer
	ip link set far netns peer
	ip address add 192.0.2.1/24 dev near
	ip -n peer address add 192.0.2.2/24 dev far
	ip -n peer link set far up
	mkfifo "$work/lines"
	start server "$session" serve 192.0.2.1 22
	await has_line server.out listening
	start client ip netns exec peer bash -c '"$@" <"$0"' "$work/lines" \
		"$session" connect 192.0.2.1 22
	exec {lines}>"$work/lines"
	await has_line client.out connected
	attempt 4 -- --try near
	found unknown 'not tried, because .*: ssh,'
	json json '.interfaces[0].facts | has("trial") | not'
	command=$(jq -r '.interfaces[0].findings[] | select(.what | test("not tried")) | .remedy' \
		"$work/json" | grep -o '`[^`]*`' | tr -d '`')
	read -ra command <<<"${command#zcxsk-doctor }"
	attempt 3 4 -- "${command[@]}"
	trial '.sent == 8 and .undone'
	printf 'still here\n' >&"$lines"
	await has_line server.out 'still here'
	exec {lines}>&-
	end client 0
	end server 0
}

veth near far
plain
refusals
no_privileges
large
killed
killed_in_opening
child_killed
hangs
queue_is_taken
link_goes_in_opening
link_returns
link_stays_away
queues_change
guarded
finish
