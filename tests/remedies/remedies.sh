#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# remedies.sh [--left-out] ZCXSOCK SITUATION
#
# Runs the remedies of explanations. Each function below makes a situation in which a call
# is refused, takes the remedy out of the explanation, as it stands there, and follows it:
# then the same call must succeed. With --left-out the remedies are not followed, and the
# call must be refused in every situation, because otherwise it was not the remedy that
# cured.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"
enter "$@"
left_out=no
[[ $1 != --left-out ]] || {
	left_out=yes
	shift
}
zcxsock=$1 situation=$2
open=("$zcxsock" rx -i near -d 0.01)
unlocked=(setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock)
name=
# Shell commands before the call, in the same process.
before=

# try COMMAND...: runs it after `before`; its explanation is in $work/err.
try() {
	timeout "$run_deadline" bash -c "$before"'exec "$@"' try "$@" \
		>"$work/out" 2>"$work/err" </dev/null
}

# refused PATTERN COMMAND...: the call must end with status 1 and this explanation.
refused() {
	local pattern=$1 status=0
	shift
	call=("$@")
	try "${call[@]}" || status=$?
	((status == 1)) || fail "$name: status $status instead of 1: $*"
	says err "$pattern"
}

# take_command PATTERN [PLACE WORD]: sets $command to the first command of the explanation,
# in backquotes, that matches, with this word in its place.
take_command() {
	command=$(grep -o '`[^`]*`' "$work/err" | tr -d '`' | grep -m 1 -E -e "$1") || {
		fail "$name: no command '$1'"
		show "$work/err"
		command=false
	}
	[[ -z ${2:-} ]] || command=${command/$2/$3}
}

# follow COMMAND...: what the remedy says, as it says it.
follow() {
	[[ $left_out == no ]] || return 0
	"$@" >"$work/remedy" 2>&1 || {
		fail "$name: the remedy fails: $*"
		show "$work/remedy"
	}
}

# run_command PATTERN [PLACE WORD]: the command of the remedy.
run_command() {
	take_command "$@"
	follow bash -c "$command"
}

# The same for commands that act on the process that runs them.
run_in_process() {
	take_command "$@"
	[[ $left_out == yes ]] || before+="$command; "
}

# cured [COMMAND...]: the call, or this one in its place, must succeed now.
cured() {
	local status=0
	if (($#)) && [[ $left_out == no ]]; then call=("$@"); fi
	try "${call[@]}" || status=$?
	if [[ $left_out == yes ]]; then
		((status == 1)) || fail "$name: cured without the remedy"
		return
	fi
	((status == 0)) || {
		fail "$name: not cured: status $status: ${call[*]}"
		show "$work/err"
	}
}

# hold WORD...: a situation that lasts until `release`.
hold() {
	start held "$situation" "$@"
	await has_line held.out ready
}
release() {
	kill "$(child_of held 2>/dev/null)" 2>/dev/null || :
	wait "${pids[held]}" 2>/dev/null || :
}

# ---- the interface ----------------------------------------------------------

interface_down() {
	ip link set near down
	refused 'interface near is down \(ENETDOWN\)' "${open[@]}"
	run_command '^ip link set'
	cured
}

no_such_interface() {
	local names
	refused "no interface named 'nearby'" "$zcxsock" rx -i nearby -d 0.01
	run_command '^ip link show'
	[[ $left_out == yes ]] || names=$(sed -n 's/^[0-9]*: \(near\)@.*/\1/p' "$work/remedy")
	cured "$zcxsock" rx -i "${names:-nearby}" -d 0.01
}

mtu_lowered() {
	ip link set near mtu 3000
	refused 'MTU of near is 3000, .*up to 1766' "${open[@]}" --frame-size 2048
	run_command '^ip link set dev near mtu'
	cured
}

larger_frames() {
	local size
	ip link set near mtu 3000
	refused 'MTU of near is 3000' "${open[@]}" --frame-size 2048
	size=$(grep -o 'frames of [0-9]* bytes\.' "$work/err" | tr -dc 0-9)
	cured "${open[@]}" --frame-size "$size"
}

# Frames of 4096 bytes are in force, so only the MTU can change.
mtu_above_the_largest_frames() {
	ip link set near mtu 9000
	refused 'MTU of near is 9000, .*up to 3814' "${open[@]}" --frame-size 4096
	if grep -q 'use frames' "$work/err"; then fail "$name: frames of 4096 are in force"; fi
	run_command '^ip link set dev near mtu'
	cured
}

peer_mtu() {
	ip link set far mtu 9000
	refused 'MTU of the peer of near' "${open[@]}" --mode native-copy
	run_command '^ip link set dev PEER' PEER far
	cured
}

# ---- queues -----------------------------------------------------------------

queue_added() {
	ethtool -L near rx 1 tx 1
	refused 'queue 1 does not exist: near has 1' "${open[@]}" -q 1
	run_command '^ethtool -L'
	cured
}

queue_that_exists() {
	local last
	refused 'queue 7 does not exist: near has 2' "${open[@]}" -q 7
	if grep -q 'ethtool -L' "$work/err"; then fail "$name: near cannot have 8 queues"; fi
	last=$(sed -n 's/.*Use a queue from 0 to \([0-9]*\).*/\1/p' "$work/err")
	cured "${open[@]}" -q "${last:-7}"
}

peer_has_more_queues() {
	ethtool -L near rx 1
	refused 'fewer RX queues \(1\)' "${open[@]}" --mode native-copy
	run_command '^ethtool -L near'
	cured
}

peer_has_fewer_queues() {
	ethtool -L near rx 1
	refused 'fewer RX queues \(1\)' "${open[@]}" --mode native-copy
	run_command PEER PEER far
	cured
}

queue_in_use() {
	local owner
	hold queue near
	refused 'queue 0 of near most likely has an AF_XDP socket already' "${open[@]}"
	run_command '^ss '
	if [[ $left_out == no ]]; then
		owner=$(sed -n 's/.*near:.*pid=\([0-9]*\).*/\1/p' "$work/remedy")
		if [[ -z $owner ]]; then
			run_command '^grep '
			owner=$(tr -dc 0-9 <"$work/remedy")
		fi
		check kill "$owner"
	fi
	cured
	release
}

# ---- other programs ---------------------------------------------------------

# foreign HOW MODE
foreign() {
	"$situation" attach near "$1"
	refused 'another XDP program \(id [0-9]*, foreign\)' "${open[@]}" --mode "$2"
	run_command '^ip link set'
	cured
}
native_program() { foreign native native-copy; }
generic_program() { foreign generic generic-copy; }

# linked HOW MODE
linked() {
	hold hold near "$1"
	refused 'another XDP program \(id [0-9]*, foreign\)' "${open[@]}" --mode "$2"
	run_command '^bpftool link detach'
	cured
	release
}
native_link() { linked native native-copy; }
generic_link() { linked generic generic-copy; }

# An interface of the same index in another namespace has a link, too.
link_elsewhere() {
	local index
	index=$(</sys/class/net/near/ifindex)
	ip netns add other
	ip -n other link add near index "$index" type veth peer name far
	ip -n other link set near up
	ip netns exec other "$situation" hold near native >"$work/other.out" &
	await has_line other.out ready
	native_link
	ip netns exec other ip -d link show near | grep -q prog/xdp ||
		fail "$name: the link elsewhere was detached"
	kill %?netns
	wait %?netns 2>/dev/null || :
	ip netns delete other
}

own_program() {
	refused 'This process attached it: pass zcxsk_socket_redirect\(\)' "$situation" second near
	cured "$situation" second near redirect
}

# ---- the process ------------------------------------------------------------

open_files() {
	before='ulimit -S -n 10; '
	refused 'limit of open files, 10' "${open[@]}"
	run_in_process '^ulimit -n'
	cured
}

locked_memory() {
	before='ulimit -S -l 64; '
	refused 'RLIMIT_MEMLOCK is 64 KiB' "${unlocked[@]}" "$situation" open near 2048
	run_in_process '^ulimit -l'
	cured
}

# The hard limit is too low, too, so that there are fewer frames.
fewer_frames() {
	local frames
	before='ulimit -l 4096; '
	refused 'RLIMIT_MEMLOCK is 4096 KiB' "${unlocked[@]}" "$situation" open near 8192
	frames=$(sed -n 's/.*Use at most \([0-9]*\) frames.*/\1/p' "$work/err")
	cured "${unlocked[@]}" "$situation" open near "${frames:-8192}"
}

# Root whose programs have only what their files grant.
missing_capabilities() {
	local program=$work/program
	cp "$situation" "$program"
	refused 'lacks CAP_' setpriv --securebits=+noroot --inh-caps=-all \
		"$program" open near 2048
	run_command '^setcap' PROGRAM "$program"
	cured
	rm "$program"
}

# restricted FAMILIES PATTERN: the families that the remedy names are allowed, too.
restricted() {
	local more
	refused "$2" "$situation" families "$1" "${open[@]}"
	more=$(sed 's/.*). Allow//' "$work/err" | grep -o 'AF_[A-Z]*' | paste -sd,)
	cured "$situation" families "$1,$more" "${open[@]}"
}
af_xdp_forbidden() { restricted AF_NETLINK,AF_UNIX 'has AF_XDP sockets, but a seccomp filter'; }
facts_forbidden() { restricted AF_INET,AF_XDP 'because of a seccomp filter'; }

# ---- management traffic -------------------------------------------------------

# Rules that take everything of the interface with the default route.
taken=("$zcxsock" rx -i near -d 0.01 --rules)
guarded() {
	ip address add 198.51.100.1/24 dev near
	ip route add default via 198.51.100.2
	refused 'rule 0, "take any", would take on near: ARP, for the IPv4 default route' \
		"${taken[@]}" 'take any'
}

loss_accepted() {
	local kinds
	guarded
	kinds=$(grep -o -e '--give-up [a-z0-9.,]*' "$work/err" | sed 's/\.$//')
	# shellcheck disable=SC2086 # the option and its value
	cured "${call[@]}" $kinds
}

pass_rules_first() {
	guarded
	cured "${taken[@]}" 'pass arp; pass icmp; pass proto 2; take any'
}

rules_narrowed() {
	guarded
	cured "${taken[@]}" 'take udp dport 4789'
}

# ---- all of them ------------------------------------------------------------

situations=(interface_down no_such_interface mtu_lowered larger_frames
	mtu_above_the_largest_frames peer_mtu queue_added queue_that_exists
	peer_has_more_queues peer_has_fewer_queues queue_in_use native_program generic_program
	native_link generic_link link_elsewhere own_program open_files locked_memory fewer_frames
	missing_capabilities af_xdp_forbidden facts_forbidden loss_accepted pass_rules_first
	rules_narrowed)

for name in "${situations[@]}"; do
	before=
	ip link add near numrxqueues 2 numtxqueues 2 type veth \
		peer name far numrxqueues 2 numtxqueues 2
	silent_up near
	silent_up far
	"$name"
	ip link delete near
done
printf '%d situations\n' "${#situations[@]}"
finish
