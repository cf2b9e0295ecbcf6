#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_confirm.sh ZCXSOCK
#
# With --confirm, the rules end when the time is over, even while zcxsock cannot
# run, and it exits with status 1. If SIGUSR1 or Enter confirms the rules, it goes
# on. If reloaded rules are not confirmed, the previous rules return.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

# Seconds to confirm in: enough for the steps before it, on a busy machine.
readonly time=4

# send COUNT PORT
send() { run 0 "$zcxsock" tx -i near --rate 5000 --count "$1" --dst-port "$2"; }
# Waits until it reports this many packets since the start.
received() { await has_line rx.out " $1 received "; }
# Waits longer than the time, and sends packets that the kernel gets.
let_time_pass() { run 0 "$zcxsock" tx -i elsewhere --rate 10 -d "$time.5"; }

start_rx() {
	start_zcxsock rx "$zcxsock" rx -i far --confirm "$time" --interval 0.1 \
		--json "$work/rx.json" "$@"
	await has_line rx.err "far: the rules end in $time s; kill -USR1 [0-9]+ keeps them"
}

confirm() {
	signal rx USR1
	await has_line rx.err '^zcxsock: far: the rules are kept$'
}

# The BPF program ends the rules, not zcxsock.
not_confirmed() {
	start_rx "$@"
	send 100 9
	received 100
	signal rx STOP
	let_time_pass
	send 300 9
	signal rx CONT
	end rx 1
	says rx.err "^zcxsock: far: not confirmed within $time s: no packets are taken any more\$"
	json rx.json '.ended_by == "unconfirmed" and .packets == 100 and .redirect.passed >= 300'
	check has_none far
}

confirmed() {
	start_rx --rules 'take udp dport 9'
	confirm
	let_time_pass
	send 300 9
	received 300
	signal rx INT
	end rx 0
	json rx.json '.ended_by == "signal" and .rules[0].hits == 300'
}

fall_back() {
	printf 'take udp dport 9\n' >"$work/rules"
	start_rx --rules-file "$work/rules"
	confirm
	printf 'take udp dport 4789\n' >"$work/rules"
	signal rx HUP
	await has_line rx.err "were replaced by those of $work/rules\$"
	send 100 9
	send 200 4789
	received 200
	await has_line rx.err "not confirmed within $time s: the previous rules are in force again\$"
	send 100 4789
	send 300 9
	received 500
	signal rx INT
	end rx 0
	json rx.json '.packets == 500 and [.rules[].rule] == ["take udp and dport 9"]'
}

by_enter() {
	start_terminal typed "$zcxsock" rx -i far --confirm 30
	await_shown typed 'zcxsock: far: the rules end in 30 s; press Enter to keep them'
	printf '\n' >"$work/typed.keys"
	await_shown typed 'zcxsock: far: the rules are kept'
	press_ctrl_c typed
}

# A broken connection sends SIGHUP, but must not reload the rules.
terminal_lost() {
	local pid script
	printf 'take udp dport 9\n' >"$work/rules"
	start_terminal lost "$zcxsock" rx -i far --confirm 30 --rules-file "$work/rules"
	await_shown lost '.*press Enter to keep them'
	script=$(child_of lost)
	pid=$(cat "/proc/${script% }/task/${script% }/children")
	kill -KILL "${script% }"
	end lost 137
	await test ! -e "/proc/${pid% }"
	check has_none far
}

veth near far
veth elsewhere nowhere
one_of_some not_confirmed
one_of_some not_confirmed --rules 'take udp dport 9'
one_of_some confirmed
one_of_some fall_back
by_enter
terminal_lost
finish
