#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_traffic.sh ZCXSOCK
#
# rx receives every packet that tx sends, sleeping or spinning. Rules take and pass;
# fwd sends packets back with the MAC addresses swapped, or on another interface;
# --vlan adds a tag; --rate limits the rate; a slow rx loses only what its ring cannot
# hold.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

# A queue of veth holds 256 packets. At this rate none is lost, even if tx is
# descheduled for a while and catches up.
readonly packets=1000
readonly -a gently=(--rate 5000 --count "$packets")

# statistic PROTOCOL NAME: a counter of the kernel in this namespace.
statistic() {
	awk -v "protocol=$1:" -v "name=$2" '$1 == protocol {
		if (column) { print $column; exit }
		for (i = 2; i <= NF; i++) if ($i == name) column = i
	}' /proc/self/net/snmp
}

one_for_one() {
	local wait
	for wait in poll spin; do
		start_zcxsock rx "$zcxsock" rx -i far --wait "$wait" --count "$packets" \
			--json "$work/rx.json"
		run 0 "$zcxsock" tx -i near --wait "$wait" "${gently[@]}" --packet-size 100
		says out "sent +$packets packets, $((packets * 100)) bytes"
		says out 'drops +none'
		end rx 0
		says rx.out "received +$packets packets, $((packets * 100)) bytes"
		json rx.json ".ended_by == \"count\" and .wait == \"$wait\""
	done
}

# With full rings, veth sent or dropped every packet that tx reports as sent.
at_full_speed() {
	local before after count=50000
	before=$(($(counter near tx_packets) + $(counter near tx_dropped)))
	run 0 "$zcxsock" tx -i near --count "$count" --ring-size 64 --batch 48
	after=$(($(counter near tx_packets) + $(counter near tx_dropped)))
	check test "$((after - before))" -eq "$count"
}

rules() {
	start_zcxsock rx "$zcxsock" rx -i far --rules 'take udp dport 4789; take tcp' \
		--count "$packets"
	run 0 "$zcxsock" tx -i near --rate 5000 --count 100
	run 0 "$zcxsock" tx -i near "${gently[@]}" --dst-port 4789
	end rx 0
	says rx.out 'passed +100 to the kernel'
}

# The kernel only counts packets to its own MAC address without an unknown VLAN tag.
# It verifies both checksums and answers with ICMP, so from here on the interfaces
# are not silent.
back_to_sender() {
	local tag ports received

	ip address add 198.18.0.2/24 dev near
	for tag in no yes; do
		local -a options=("${gently[@]}")
		[[ $tag == no ]] || options+=(--vlan 7 --packet-size 1518)
		received=$(statistic Ip InReceives) ports=$(statistic Udp NoPorts)
		start_zcxsock fwd "$zcxsock" fwd -i far --rules 'take udp dport 9' \
			--count "$packets"
		run 0 "$zcxsock" tx -i near "${options[@]}"
		end fwd 0
		says fwd.out "forwarded +$packets packets"
		received=$(($(statistic Ip InReceives) - received))
		ports=$(($(statistic Udp NoPorts) - ports))
		[[ $tag == yes ]] || check test "$received $ports" = "$packets $packets"
		[[ $tag == no ]] || check test "$received" -eq 0
	done
	check test "$(statistic Udp InCsumErrors)" -eq 0
	check test "$(statistic Ip InHdrErrors)" -eq 0
}

through() {
	start_zcxsock rx "$zcxsock" rx -i end --rules 'take udp dport 9' --count "$packets"
	start_zcxsock fwd "$zcxsock" fwd -i far --out exit --rules 'take udp dport 9' \
		--count "$packets" --json "$work/fwd.json"
	await has_line fwd.err 'exit queue 0: native-copy mode'
	run 0 "$zcxsock" tx -i near "${gently[@]}" --packet-size 1514
	end fwd 0
	end rx 0
	says rx.out "received +$packets packets, $((packets * 1514)) bytes"
	json fwd.json ".packets == $packets and .not_sent == 0 and .out.stats.tx_packets == $packets"
}

# With frames left in the fill ring, since a driver that finds none may spin.
left_behind() {
	start_zcxsock rx "$zcxsock" rx -i far --json "$work/rx.json"
	signal rx STOP
	run 0 "$zcxsock" tx -i near --rate 20000 --count 6000
	signal rx CONT
	signal rx INT
	end rx 0
	json rx.json '.kernel | .kernel_rx_ring_full > 0 and .kernel_rx_fill_ring_empty_descs == 0'
}

# Never faster than the rate. How much slower depends on the machine; expect half.
at_a_rate() {
	run 0 "$zcxsock" tx -i near --rate 2000 --batch 16 -d 0.5 --json "$work/tx.json"
	json tx.json '.ended_by == "duration" and .duration_s >= 0.5'
	json tx.json '.packets <= 2000 * .duration_s * 1.2 + 16'
	json tx.json '.packets >= 500'
}

veth near far
veth exit end
one_for_one
left_behind
at_full_speed
rules
back_to_sender
through
one_of_some at_a_rate
finish
