#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_json.sh ZCXSOCK MAN-PAGE
#
# --json writes one object, to a file or alone to standard output. It has the
# keys of the man page and no others, and its numbers add up.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1 page=$2

# The words marked as variables in the man page's part on the object.
documented_keys() {
	sed -n '/^The JSON object has/,/^\.Sh/s/^\.Va \([a-z_]*\).*/\1/p' "$page" | sort
}

# has_keys FILE FILTER: the keys of this object, and no others, are documented.
has_keys() {
	jq -r "$2 | keys[]" "$work/$1" | sort >"$work/keys"
	diff "$work/keys" "$work/documented" >"$work/diff" && return
	fail "$1: other keys (<) than documented (>)"
	show "$work/diff"
}

# adds_up FILE: a run with its own packet memory.
adds_up() {
	json "$1" '.frames | .frames == ([to_entries[] | select(.key | startswith("in_")) | .value] | add)'
	json "$1" '(.kicks - .stats.tx_kicks - .stats.fill_kicks) == 0'
	json "$1" '(.pps - .packets / .duration_s | fabs) <= 1 + .pps / 1000'
	json "$1" '(.mbps - .bytes * 8e-6 / .duration_s | fabs) <= 0.1 + .mbps / 1000'
}

receive_and_send() {
	start_zcxsock rx "$zcxsock" rx -i far --batch 32 --count 500 --json "$work/rx.json"
	run 0 "$zcxsock" tx -i near --rate 5000 --count 500 --packet-size 200 --json -
	end rx 0
	cp "$work/out" "$work/tx.json"
	says err 'sent +500 packets' # the text, since JSON has standard output
	adds_up tx.json
	adds_up rx.json
	has_keys tx.json 'del(.out)'
	has_keys rx.json 'del(.out)'
	json tx.json '.tool == "zcxsock" and .command == "tx" and .interface == "near"'
	json tx.json '.mode == "native-copy" and .driver == "veth" and .ended_by == "count"'
	json tx.json '.packets == 500 and .bytes == 500 * 200'
	json tx.json '.stats | .tx_packets == 500 and .tx_completed == 500 and .tx_bytes == 100000'
	json rx.json '.command == "rx" and .batch == 32 and .queue == 0 and .frame_size == 2048'
	json rx.json '.packets == 500 and .stats.rx_packets == 500 and .redirect.redirected == 500'
}

forward() {
	start_zcxsock fwd "$zcxsock" fwd -i far --out exit --count 500 --json "$work/fwd.json"
	await has_line fwd.err 'exit queue 0: native-copy mode'
	run 0 "$zcxsock" tx -i near --rate 5000 --count 500
	end fwd 0
	has_keys fwd.json 'del(.out)'
	json fwd.json '.command == "fwd" and .interface == "far" and .out.interface == "exit"'
	# The second socket has the keys of a socket, but not those of the run.
	json fwd.json '(.out | keys) - keys == []'
	json fwd.json '(keys - (.out | keys)) | contains(["packets", "pps", "kicks", "ended_by"])'
	json fwd.json '.packets == 500 and .stats.rx_packets == 500 and .out.stats.tx_packets == 500'
}

# The packet memory suits the MTU of the card.
large_frames() {
	ip link set far mtu 3000
	run 0 "$zcxsock" rx -i far --duration 0.1 --json "$work/large.json"
	json large.json '.frame_size == 4096'
	ip link set far mtu 1500
}

veth near far
veth exit end
documented_keys >"$work/documented"
check grep -qx packets "$work/documented"
sed -i '/^out$/d' "$work/documented"
receive_and_send
forward
large_frames
finish
