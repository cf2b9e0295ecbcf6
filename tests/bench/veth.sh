#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# veth.sh ZCXSK-BENCH
#
# tx on its own veth pair: kernel sockets, the libxdp loop, DPDK if it is installed,
# and the library side by side, and no interface left afterwards; round trips,
# compared for the same way of waiting; -i, and its refusal of the interface of the
# default route; and an early end.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"
enter "$@"
bench=$1

# rate_of ENGINE MODE: tx.json has its rate, of all rounds.
rate_of() {
	json tx.json "[.results[] | select(.case == \"tx\" and .engine == \"$1\" and .mode == \"$2\"
		and .metric == \"packets_per_second\")] | length == 1 and .[0].median > 0
		and .[0].runs == 2 and .[0].batch == 64 and .[0].packet_size == 64"
}

has_dpdk() {
	command -v dpdk-testpmd >/dev/null && ldconfig -p | grep -q librte_net_af_xdp
}

side_by_side() {
	run 0 "$bench" tx --veth --quick --rounds 2 --seconds 0.1 --batch 64 --json "$work/tx.json"
	says out 'zcxsk +native-copy'
	for engine in udp-send udp-sendmmsg udp-gso af-packet tpacket-v3; do
		rate_of "$engine" kernel
	done
	rate_of libxdp native-copy
	rate_of zcxsk native-copy
	! has_dpdk || rate_of dpdk native-copy
	json tx.json '.machine.place == "veth" and .machine.interface.driver == "veth"'
	json tx.json '[.ratios[] | select(.metric == "packets_per_second") | .against] | length >= 6'
	check eval '! ip -o link | grep -qE " (near|far)[@:]"'
}

# Ratios compare the same way of waiting, and no packet is lost.
round_trips() {
	run 0 "$bench" latency --veth --quick --rounds 1 --seconds 0.05 --mode native-copy \
		--engine udp-send,af-packet,zcxsk --json "$work/trips.json"
	json trips.json '[.ratios[] | select(.metric == "round_trip_p50" or .metric == "round_trip_p99")
		| [.case, .against, .metric]] | unique | length == 12'
	json trips.json '[.results[] | select(.metric == "round_trip_lost")] | length == 9 and
		all(.median == 0)'
}

# The turn is short: an engine that is not running during it sends nothing.
on_interfaces() {
	run 0 "$bench" tx -i one --peer two --quick --rounds 1 --seconds 0.05 --batch 64 \
		--engine libxdp,zcxsk --json "$work/one.json"
	json one.json '[.results[] | select(.metric == "packets_per_second" and .median > 0)]
		| length == 2'
	check has_none one
	check has_none two
}

default_route() {
	ip addr add 192.0.2.1/24 dev one
	ip route add default via 192.0.2.2
	run 1 "$bench" tx -i one --quick
	says err 'one carries the default route.* --yes-default-route'
	run 1 "$bench" tx -i two --peer one --quick
	says err 'one carries the default route'
	run 0 "$bench" tx -i one --peer two --yes-default-route --quick --rounds 1 --seconds 0.05 \
		--batch 64 --engine zcxsk
}

early_end() {
	start early "$bench" tx --veth --rounds 64 --seconds 0.1 --batch 64 --engine zcxsk,libxdp \
		--json "$work/early.json"
	# The second line of progress appears after some turns.
	await has_line early.err 'turn ([2-9]|[0-9]{2,}) of 128'
	signal early TERM
	end early 143
	says early.out 'packets_per_second'
	json early.json '.schema == 1 and (.results | length > 0)'
	check eval '! ip -o link | grep -qE " (near|far)[@:]"'
}

one_of_some side_by_side
one_of_some round_trips
veth one two
one_of_some on_interfaces
default_route
early_end
finish
