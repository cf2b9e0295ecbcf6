#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_tcp.sh ZCXSOCK FORWARD
#
# TCP passes through fwd and through the forwarding example between two veth pairs with
# default offloads, byte for byte, although the sender leaves its checksums unfinished.
# In generic copy the sender's segments are too large for frames: fwd says so, and its
# remedy cures that.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1 forward=$2
stream=$(dirname "${BASH_SOURCE[0]}")/tcp_stream.py

readonly bytes=$((100 * 1000 * 1000)) port=5001
readonly client_address=192.0.2.1 server_address=192.0.2.2

# Before a command: in the namespace of that end.
readonly -a in_client=(ip netns exec client) in_server=(ip netns exec server)

# link END: a pair from END, a namespace, to END_out here; it keeps its offloads.
link() {
	ip netns add "$1"
	ip link add "$1_out" numrxqueues 1 numtxqueues 1 type veth \
		peer name port0 netns "$1" numrxqueues 1 numtxqueues 1
	ip -n "$1" link set lo up
	ip -n "$1" link set port0 up
	ip link set "$1_out" up
}

# Both ends know each other without ARP, since the example only forwards IP.
connect() {
	local mac
	"${in_client[@]}" ip address add "$client_address/24" dev port0
	"${in_server[@]}" ip address add "$server_address/24" dev port0
	mac=$("${in_server[@]}" cat /sys/class/net/port0/address)
	"${in_client[@]}" ip neighbour add "$server_address" lladdr "$mac" dev port0
	mac=$("${in_client[@]}" cat /sys/class/net/port0/address)
	"${in_server[@]}" ip neighbour add "$client_address" lladdr "$mac" dev port0
}

# transfer BYTES: from the client to the server.
transfer() {
	start server "${in_server[@]}" "$stream" receive "$server_address" "$port" "$1"
	await has_line server.out listening
	run 0 "${in_client[@]}" "$stream" send "$server_address" "$port" "$1"
	end server 0
	says server.out "^$1 bytes, all equal\$"
}

# stalls BYTES: the transfer must not end.
stalls() {
	start server "${in_server[@]}" timeout 5 "$stream" receive "$server_address" "$port" "$1"
	await has_line server.out listening
	run 124 "${in_client[@]}" timeout 4 "$stream" send "$server_address" "$port" "$1"
	end server 124
}

default_offloads() {
	local feature
	for feature in tx-checksum-ip-generic tcp-segmentation-offload; do
		"${in_client[@]}" ethtool -k port0 >"$work/features"
		says features "$feature: on"
	done
}

# Both directions.
through_example() {
	start_terminal forward "$forward" client_out server_out
	await_shown forward 'server_out in native-copy mode'
	transfer "$bytes"
	press_ctrl_c forward
	shows forward '[0-9]+ packets forwarded, 0 dropped'
}

# From here on, packets that are not taken pass through a bridge.
bridge() {
	ip link add middle type bridge
	ip link set middle up
	ip link set client_out master middle
	ip link set server_out master middle
}

# Data goes through fwd, and what comes back through the bridge.
through_fwd() {
	start_zcxsock fwd "$zcxsock" fwd -i client_out --out server_out \
		--rules "take tcp dport $port" --json "$work/fwd.json"
	transfer "$bytes"
	signal fwd INT
	end fwd 0
	json fwd.json ".packets > $bytes / 1500 and .not_sent == 0"
}

# The other end of the pair is in another namespace, so the remedy says where it is.
through_generic_fwd() {
	local -a remedy
	start fwd "$zcxsock" fwd -i client_out --out server_out \
		--mode generic-copy --rules "take tcp dport $port"
	await has_line fwd.err 'warning: client_out: .*before they are segmented'
	stalls "$bytes"
	read -ra remedy < <(sed -nE 's/.*segmented.* Remedy: ([^,]*), in the .*/\1/p' "$work/fwd.err")
	run 0 "${in_client[@]}" "${remedy[@]/NAME/port0}"
	transfer "$bytes"
	signal fwd INT
	end fwd 0
}

mount -t tmpfs tmpfs /run # for the names of namespaces
link client
link server
connect
default_offloads
through_example
bridge
through_fwd
through_generic_fwd
finish
