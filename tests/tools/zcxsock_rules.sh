#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_rules.sh ZCXSOCK
#
# zcxsock counts the packets that each rule decides. SIGHUP reloads the file, and
# the new rules are in force at once; if they are invalid or refused, the old ones
# stay.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

# A queue of veth holds 256 packets; at this rate none is lost.
readonly -a gently=(--rate 5000)

# send COUNT PORT
send() { run 0 "$zcxsock" tx -i near "${gently[@]}" --count "$1" --dst-port "$2"; }

hits() {
	start_zcxsock rx "$zcxsock" rx -i far --count 500 --json "$work/rx.json" \
		--rules 'take udp dport 4789; pass udp dport 9; take tcp or sctp'
	send 100 9
	send 200 7
	send 500 4789
	end rx 0
	says rx.out '^  rules      500 hits: take udp and dport 4789$'
	says rx.out '^             100 hits: pass udp and dport 9$'
	says rx.out '^             0 hits: take tcp or sctp$'
	json rx.json '.rules == [{rule: "take udp and dport 4789", hits: 500},
		{rule: "pass udp and dport 9", hits: 100}, {rule: "take tcp or sctp", hits: 0}]'
	json rx.json '.redirect.passed == 300'
}

# Without --rules every packet is taken; with an empty text, none.
all_or_nothing() {
	start_zcxsock rx "$zcxsock" rx -i far --count 100 --json "$work/rx.json"
	send 100 9
	end rx 0
	json rx.json '.rules == [{"rule": "take any", "hits": 100}]'
	start_zcxsock rx "$zcxsock" rx -i far --rules '' --json "$work/rx.json"
	send 100 9
	signal rx INT
	end rx 0
	json rx.json '.rules == [] and .packets == 0 and .redirect.passed == 100'
}

# read_again RULES ANSWER
read_again() {
	printf '%s\n' "$1" >"$work/rules"
	signal rx HUP
	await has_line rx.err "^zcxsock: far: the rules $2\$"
}

reload() {
	printf 'take udp dport 4789 # for now\n' >"$work/rules"
	start_zcxsock rx "$zcxsock" rx -i far --rules-file "$work/rules" --count 700 \
		--json "$work/rx.json"
	send 100 9
	send 200 4789
	read_again 'take udp dport 9' "were replaced by those of $work/rules"
	send 100 4789
	send 300 9
	read_again 'take udp dport' "stay unchanged; $work/rules was not applied"
	says rx.err "^zcxsock: $work/rules: column [0-9]+: "
	send 200 9
	end rx 0
	json rx.json '.rules == [{rule: "take udp and dport 9", hits: 500}] and .packets == 700'
}

# far carries the default route now, so these rules would cut the machine off.
refused() {
	printf 'take udp dport 9\n' >"$work/rules"
	start_zcxsock rx "$zcxsock" rx -i far --rules-file "$work/rules" --json "$work/rx.json"
	ip address add 198.51.100.1/24 dev far
	ip route add default via 198.51.100.2
	read_again 'take any' "stay unchanged; $work/rules was not applied"
	says rx.err 'EPERM'
	signal rx INT
	end rx 0
	json rx.json '[.rules[].rule] == ["take udp and dport 9"]'
}

veth near far
hits
all_or_nothing
reload
refused
finish
