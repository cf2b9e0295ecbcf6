#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_endings.sh ZCXSOCK
#
# SIGINT and SIGTERM end each command with a summary and status 0. No end, not even
# SIGKILL, leaves an XDP program on the interface.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

# attached COMMAND: a sender alone needs no program in the copy modes.
attached() { if [[ $1 == tx ]]; then has_none near; else has_program near; fi; }

# by_signal SIGNAL WAIT WORD ARGUMENT...: the summary has the word.
by_signal() {
	local signal=$1 wait=$2 word=$3
	shift 3
	start_zcxsock tool "$zcxsock" "$@" --wait "$wait" --json "$work/tool.json"
	check attached "$1"
	signal tool "$signal"
	end tool 0
	says tool.out '^near queue 0, native-copy, driver veth$'
	says tool.out "^  $word +[0-9]+ packets"
	says tool.out '^  drops '
	json tool.json '.ended_by == "signal"'
	check has_none near
}

# The kernel removes the program with its last descriptor, within a second.
by_kill() {
	local start
	start_zcxsock tool "$zcxsock" "$@"
	check attached "$1"
	signal tool KILL
	start=${EPOCHREALTIME/./}
	await has_none near || :
	check test "$((${EPOCHREALTIME/./} - start))" -lt 1000000
	end tool 137
	# The queue is free for the next socket.
	run 0 "$zcxsock" rx -i near -d 0.01
}

veth near far
veth exit end
for signal in INT TERM; do
	for wait in poll spin; do
		by_signal "$signal" "$wait" received rx -i near
		by_signal "$signal" "$wait" sent tx -i near --rate 1000
		by_signal "$signal" "$wait" sent tx -i near
		by_signal "$signal" "$wait" forwarded fwd -i near --out exit
	done
done
one_of_some by_kill rx -i near
one_of_some by_kill tx -i near --rate 1000
one_of_some by_kill fwd -i near
finish
