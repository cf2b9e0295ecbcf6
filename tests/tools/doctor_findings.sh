#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doctor_findings.sh ZCXSK-DOCTOR ZCXSOCK
#
# Each situation is found and sets the exit status, its remedy is run as it stands there, and
# then the finding is gone. An unknown fact is null and has a reason. Addresses are not in a
# report.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
doctor=$1 zcxsock=$2
session=$(dirname "${BASH_SOURCE[0]}")/session.py
# Status of a veth pair with which nothing is wrong: kernels that do not show sockets exist.
clean=0

# examine STATUS [ARGUMENT]...: of near, or the clean status if that is worse.
examine() {
	local status=$(($1 > clean ? $1 : clean))
	run "$status" "$doctor" --json "$work/json" "${@:2}" near
}

# found SEVERITY PATTERN: the text has such a finding, perhaps in several lines.
found() { json json "any(.interfaces[0].findings[]; .severity == \"$1\" and (.what | test(\"$2\")))"; }
not_found() { json json "all(.interfaces[0].findings[]; .what | test(\"$1\") | not)"; }

# look COMMAND...: whether sockets are hidden or not.
look() {
	"$@" --json - near >"$work/json" 2>"$work/err" || [[ $? == [346] ]] || fail "status $?: $*"
	check_sanitizer "$work/err"
}

# follow PATTERN: runs the command in the remedy of this finding.
follow() {
	local command
	command=$(jq -r ".interfaces[0].findings[] | select(.what | test(\"$1\")) | .remedy" \
		"$work/json" | grep -o '`[^`]*`' | tr -d '`')
	bash -c "$command" >"$work/remedy" 2>&1 || {
		fail "the remedy fails: $command"
		show "$work/remedy"
	}
}

# cured STATUS PATTERN: finds it, follows the remedy, and finds it no longer.
cured() {
	examine "$1"
	found "$2" "$3"
	follow "$3"
	examine 0
	not_found "$3"
}

fact() { json json ".interfaces[0].facts.$1"; }
unknown() { json json ".interfaces[0] | .facts.$1 == null and (.unknown[\"$1\"] | length > 0)"; }

is_clean() {
	local status=0
	"$doctor" --json "$work/json" near >"$work/out" || status=$?
	clean=$status
	((status == 3 || status == 4)) || fail "status $status for a pair without faults"
	((status == 3)) || found unknown 'cannot be seen whether other programs have AF_XDP sockets'
	fact 'interface | .driver == "veth" and .up and .carrier and .mtu == 1500'
	fact 'queues | .rx == 1 and .usable == 1 and .added_for_xdp == 0'
	fact 'xdp | .native_program == 0 and .known_fault == false'
	fact 'guard.needed == false'
	fact 'forecast | .queue == 0 and .verdict == "yes" and .outlook == "native-copy"'
	fact 'forecast["zero-copy"] | .verdict == "no" and .errno == "EOPNOTSUPP"'
	found slower 'no zero-copy: .* has no zero-copy'
	found note 'a socket on queue 0 gets native-copy, with an MTU of at most [0-9]+'
	unknown interface.firmware
	unknown queues.device_rx_ring
	json json '.tool == "zcxsk-doctor" and .machine.machine.kernel != null'
	json json '.interfaces[0] | .interface == "near" and (.facts | has("addresses") | not)'
	says out '^near: veth, Linux .*: native-copy$'
}

link() {
	ip link set near down
	cured 6 fails 'interface near is down'
	ip link set far down
	cured 4 unknown 'no carrier'
}

napi() {
	echo 2 >/sys/class/net/near/napi_defer_hard_irqs
	echo 20000 >/sys/class/net/near/gro_flush_timeout
	cured 3 slower 'interrupts wait for up to 20 us after each of 2 polls'
	echo 0 >/sys/class/net/near/gro_flush_timeout
}

queues() {
	ip link add wide numrxqueues 2 numtxqueues 2 type veth peer name end
	silent_up wide
	silent_up end
	ip link set near name narrow
	ip link set wide down
	ip link set wide name near
	silent_up near
	cured 0 note 'packets arrive on 2 queues'
	ip link del near
	ip link set narrow down
	ip link set narrow name near
	silent_up near
}

holders() {
	local pid
	start_zcxsock rx "$zcxsock" rx -i near
	read -r pid <<<"$(child_of rx)"
	look "$doctor"
	found fails "a socket on queue 0 is refused: .*process $pid .zcxsock. holds it .EBUSY."
	found note "XDP program [0-9]+ is attached, held by zcxsock .pid $pid."
	fact 'xdp | .native_program > 0 and .generic_program == 0'
	fact 'sockets | .queues_taken == [0] or .queues_taken == null'
	fact "sockets | .list == null or .list[0].pid == $pid"
	# A process that may see nothing says so.
	look setpriv --reuid=65534 --clear-groups --bounding-set=-all --inh-caps=-all "$doctor"
	found unknown 'may not see everything: .*xdp.native_program_held_by'
	unknown xdp.native_program_held_by
	signal rx TERM
	end rx 0
}

# Facts of an interface with this name in another namespace are not taken for its own.
other_sysfs() {
	unshare --net bash -c 'ip link add near type veth peer name far && ip link set near up &&
		exec "$@"' bash "$doctor" --json "$work/json" near >"$work/out" || :
	unknown napi.threaded
	unknown interface.numa_node
}

# Without an answer of the driver there is no number.
no_answers() {
	ip link set lo up
	run 6 "$doctor" --json "$work/json" lo # its MTU is too large
	unknown queues.combined
	unknown interface.firmware
}

has_addresses() {
	grep -qE '192\.0\.2\.[0-9]|([0-9a-f]{2}:){5}[0-9a-f]{2}|2001:db8' "$1"
}

report() {
	local lines
	ip netns add peer
	ip link set far netns peer
	ip address add 192.0.2.1/24 dev near
	ip address add 2001:db8::1/64 dev near nodad
	ip route add default via 192.0.2.2 dev near
	ip -n peer address add 192.0.2.2/24 dev far
	ip -n peer link set far up
	mkfifo "$work/lines"
	start server "$session" serve 192.0.2.1 22
	await has_line server.out listening
	start client ip netns exec peer bash -c '"$@" <"$0"' "$work/lines" \
		"$session" connect 192.0.2.1 22
	exec {lines}>"$work/lines"
	await has_line client.out connected
	examine 0
	found note 'the SSH connection from 192.0.2.2'
	examine 0 --report "$work/report"
	says err "report is ready"
	json report '.interfaces[0].facts.guard.needed | test("the SSH connection from .address. port")'
	json report '.counters.near.rx_packets >= 0 and (.os_release | length > 0)'
	json report '.machine.machine.kernel != "(address)"'
	check eval "! has_addresses '$work/report'"
	examine 0 --report "$work/report" --with-addresses
	check has_addresses "$work/report"
	json report '.interfaces[0].facts.addresses.ip | contains(["192.0.2.1", "2001:db8::1"])'
	exec {lines}>&-
	end client 0
	end server 0
}

all_interfaces() {
	ip link add other type veth peer name end
	run 6 "$doctor" --json -
	json out '[.interfaces[].interface] == ["end", "other", "near"] or (.interfaces | length) == 3'
	says err '^other +veth +ENETDOWN +fails +a socket .*interface other is down'
	says err '^near +veth +(native-copy|EBUSY) +(slower|unknown|fails) '
	check eval "! grep -q '^lo ' '$work/err'"
}

veth near far
is_clean
link
napi
queues
holders
other_sysfs
no_answers
report
all_interfaces
finish
