#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_session.sh ZCXSOCK
#
# With an SSH session over the card, rules that take it are refused by its name however
# zcxsock is started, the remedy makes them accepted, and a rule that does not touch the
# session is accepted. The session is still alive in the end.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1
session=$(dirname "${BASH_SOURCE[0]}")/session.py

readonly address=192.0.2.1 peer_address=192.0.2.2
readonly seconds=0.1 # that accepted rules are in force

# The documented ones, without CAP_SYS_PTRACE, which shows the sockets of other processes.
readonly capabilities=-all,+net_admin,+net_raw,+bpf,+perfmon,+ipc_lock

# write_command RULES OPTION...: the script that each way of starting runs. Some of them
# clear the environment and the personality that sanitizers need.
write_command() {
	{
		printf '#!/bin/bash\n'
		export -p | grep -E '[ALTU]*SAN_OPTIONS=' || :
		setarch "$(uname -m)" -R true 2>/dev/null && printf 'exec setarch %s -R ' "$(uname -m)"
		printf '%q ' "$zcxsock" rx -i near --mode native-copy --rules "$@"
	} >"$work/command"
}

# Starts it in a new server of tmux, and ends with its status and output.
write_in_tmux() {
	cat >"$work/in_tmux" <<-END
		#!/bin/bash
		cd "$work"
		tmux -S tmux -f /dev/null new-session -d \\
			"./command >tmux.out 2>tmux.err; echo \\\$? >tmux.status; tmux -S tmux wait-for -S done"
		tmux -S tmux wait-for done
		cat tmux.out
		cat tmux.err >&2
		exit "\$(<tmux.status)"
	END
}

# try STATUS RULES [OPTION...]: the way is in `way`.
try() {
	local status=$1
	shift
	write_command "$@"
	run "$status" "${way[@]}"
}

# started_by NAME COMMAND...: the command starts zcxsock; NAME is for the list of failures.
started_by() {
	local name=$1 before=$failures rules
	local -a way=("${@:2}")

	for rules in 'take any' "take tcp dport $port"; do
		try 1 "$rules" --duration "$seconds"
		says err "the SSH connection from $peer_address port $peer_port"
	done
	try 0 'take udp dport 7777' --duration "$seconds"
	try 0 "take tcp dport $port" --duration "$seconds" --give-up ssh
	check has_none near
	((failures == before)) || printf 'the failures above: started by %s\n' "$name"
}

chmod_scripts() {
	: >"$work/command"
	write_in_tmux
	chmod 755 "$work" "$work/command" "$work/in_tmux"
}

connect() {
	start server "$session" serve "$address" "$port"
	await has_line server.out listening
	start client ip netns exec peer bash -c '"$@" <"$0"' "$work/lines" \
		"$session" connect "$address" "$port"
	exec {lines}>"$work/lines"
	await has_line client.out connected
	peer_port=$(sed -n 's/^connected from .* port //p' "$work/client.out")
}

veth near far
ip netns add peer
ip link set far netns peer
ip address add "$address/24" dev near
ip -n peer address add "$peer_address/24" dev far
ip -n peer link set far up
mkfifo "$work/lines"
chmod_scripts
port=22
connect
started_by itself "$work/command"
started_by sudo sudo -n "$work/command"
started_by 'su -' su - root -c "$work/command"
started_by setsid setsid -w "$work/command"
started_by tmux "$work/in_tmux"
started_by 'a container' unshare --pid --fork --mount-proc "$work/command"
started_by cron env -i "$work/command"
started_by 'a service with capabilities' setpriv --bounding-set="$capabilities" "$work/command"
printf 'still here\n' >&"$lines"
await has_line server.out 'still here'
exec {lines}>&-
end client 0
end server 0
finish
