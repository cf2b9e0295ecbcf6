#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# writers.sh SOURCE
#
# Who writes which part of struct zcxsk_socket: each part is assigned in the files
# listed here and nowhere else, so that a wrong value has few suspects.
set -euo pipefail
cd "$1"

status=0

# Part of the struct, as in "s->PART", and the files of lib/ that assign it.
declare -A writers=(
	[status]='datapath/socket.h'
	[dead]='datapath/socket.h'
	[fill.]='datapath/fill.c datapath/fill.h'
	[kick.]='datapath/kick.c'
	[out.]='datapath/outstanding.c datapath/outstanding.h datapath/strays.c'
	[wait.first_sleep_ns]='datapath/wait.c'
	[wait.readable_fd]='datapath/kernel_calls.c'
	[wait.writable_fd]='datapath/kernel_calls.c'
	[wait.link_ready]='datapath/kernel_calls.c'
	[wait.link_ns]='datapath/link.c'
	[wait.reported_down]='datapath/link.c'
	[wait.reported_gone]='datapath/link.c'
	[watchdog.]='datapath/watchdog.c'
	[timer.]='datapath/timer.c'
	[service.]='datapath/service.c'
	[starving.]='datapath/kernel_calls.c'
	[cache_returned]='datapath/rx.c'
	[totals.]='datapath/totals.h'
	[readers.]='socket/stats.c'
	[user]='datapath/one_thread.c'
	[setup.]='socket/*'
	[mode]='socket/*'
	[fd]='socket/*'
	[kernel]='socket/*'
	[has_rx]='socket/*'
	[has_tx]='socket/*'
	[watched]='socket/*'
	[checked]='socket/*'
	[cache]='socket/*'
	[umem]='socket/*'
	[pool]='socket/*'
	[redirect]='socket/*'
	[frame_size]='socket/*'
)

# The text that follows a field that is assigned.
readonly assigned='(\.[a-z_]+|\[[^]]*\])*[[:space:]]*([-+*/%|&^]?=([^=]|$)|<<=|>>=|\+\+|--)'

is_allowed() {
	local file=$1 pattern
	shift
	for pattern; do
		# shellcheck disable=SC2053 # a pattern
		[[ $file == $pattern ]] && return
	done
	return 1
}

# Every name by which a pointer to a socket goes.
sockets=$(grep -ohE 'struct zcxsk_socket \*[a-z_]+' lib/datapath/*.[ch] lib/socket/*.[ch] |
	sed 's/.*\*//' | sort -u | paste -sd'|')
# The text before a part that is changed otherwise.
readonly changes='\+\+|--|fd_close\(&|NUMBER_(SET|ADD)\(|total_(note|restart)\(&|__atomic_(store|compare_exchange)_n\(&'
# An assignment to the whole of a part.
readonly whole='[[:space:]]*=([^=]|$)'

set -f # the lists hold patterns
for part in "${!writers[@]}"; do
	field=$part$assigned
	# The name of a part with fields ends in a dot.
	[[ $part != *. ]] || field="(${part%.}[.][a-z_]+$assigned|${part%.}$whole)"
	seen=no
	while IFS=: read -r path line text; do
		seen=yes
		# shellcheck disable=SC2086 # a list
		is_allowed "${path#lib/}" ${writers[$part]} && continue
		printf '%s:%s writes %s, which belongs to %s:\n%s\n' "$path" "$line" "$part" \
			"${writers[$part]}" "$text"
		status=1
	done < <(set +f && grep -nE "\b($sockets)->$field|($changes)($sockets)->${part%.}\b" \
		lib/datapath/*.[ch] lib/socket/*.[ch])
	[[ $seen == yes ]] || {
		printf 'nothing writes %s: is the table of writers.sh out of date?\n' "$part"
		status=1
	}
done
exit "$status"
