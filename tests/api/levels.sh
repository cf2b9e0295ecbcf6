#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# levels.sh SOURCE
#
# Who may include whom, and which words may stand where: public headers
# include only headers below them, includes form no circle, and the things
# that are to be in one place are nowhere else.
set -euo pipefail
cd "$1"

status=0

complain() {
	printf '%s\n' "$*"
	status=1
}

# Level of a public header; one includes only lower ones.
declare -A level=(
	[base]=1
	[error]=2 [mode]=2 [kick]=2 [packet]=2 [ring]=2 [checksum]=2
	[umem]=3 [rule]=3 [fast]=3
	[pool]=4 [redirect]=4
	[broker]=5
	[socket]=5
	[trait]=6 [rx]=6 [tx]=6 [service]=6 [stats]=6 [watchdog]=6 [token]=6 [kernel]=6 [handoff]=6
	[port]=7 [sim]=7 [probe]=7
	[zcxsk]=8
)

check_levels() {
	local path name other

	for path in include/zcxsk/*.h; do
		name=$(basename "$path" .h)
		[[ -n ${level[$name]:-} ]] || {
			complain "$path has no level in tests/api/levels.sh"
			continue
		}
		while IFS= read -r other; do
			((${level[$other]:-99} < level[$name])) ||
				complain "$path includes zcxsk/$other.h, which is not below it"
		done < <(sed -n 's/^#include <zcxsk\/\(.*\)\.h>/\1/p' "$path")
		! grep -H '^#include "' "$path" || complain "$path includes a private header"
	done
}

# The rooms of lib/ and the rooms each may include besides its own. docs/dataflow.md
# says what each owns.
declare -A may_include=(
	[base]=''
	[packet]=''
	[nic]='base'
	[explain]='base nic'
	[rules]='base explain'
	[redirect]='base nic explain rules'
	[frames]='base explain'
	[datapath]='base nic frames'
	[socket]='base nic explain rules redirect frames datapath'
	[sim]='base'
)

check_rooms() {
	local path room other

	for path in lib/*; do
		[[ -d $path && -z ${may_include[${path#lib/}]+known} ]] || continue
		complain "$path is no room of tests/api/levels.sh"
	done
	while IFS= read -r path; do
		[[ $path == lib/*/*/* || $path != lib/*/* ]] && complain "$path is in no room"
	done < <(find lib -name '*.[ch]')
	while IFS=: read -r path other; do
		room=${path#lib/} room=${room%%/*}
		[[ $other == "$room" || " ${may_include[$room]:-} " == *" $other "* ]] ||
			complain "$path includes $other/, beside its own it may: ${may_include[$room]:-none}"
	done < <(grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][a-z0-9_]+/' lib/*/*.[ch] |
		sed -E 's/:.*["<](.*)\//:\1/' | grep -E ":($(tr ' ' '|' <<<"${!may_include[*]}"))\$")
	while IFS= read -r path; do
		complain "$path, without the room of the header"
	done < <(grep -HE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"([a-z0-9_]+\.h"|[^"]*\.\.)' \
		lib/*/*.[ch] | grep -vE '"(redirect_abi|redirect\.skel|descriptor_loops)\.h"')
}

# Headers of bpf/ are for the rooms that share the layout of the maps.
check_bpf_headers() {
	local path

	for path in $(grep -lE '^#include "redirect(_abi|\.skel)\.h"' lib/*/*.[ch]); do
		[[ $path == lib/rules/* || $path == lib/redirect/* ]] ||
			complain "$path includes a header of bpf/"
	done
}

# tsort names the members of a circle on stderr.
check_circles() {
	local circle

	circle=$(grep -HoE '^#include ["<][a-z0-9_]+/[a-z0-9_]+\.h[">]' include/zcxsk/*.h lib/*/*.h |
		sed -E 's/^(include|lib)\/([^:]*):#include ["<](.*)[">]/\2 \3/' |
		tsort 2>&1 >/dev/null) && [[ -z $circle ]] || complain "includes form a circle: $circle"
}

# Each file without comments and without the contents of strings.
declare -A code
for path in include/zcxsk/*.h lib/*/*.[ch]; do
	code[$path]=$(gcc -fpreprocessed -dD -E -P -w -x c "$path" | sed 's/"[^"]*"/""/g')
done

# only_in PATTERN REASON FILE...: the pattern is found in no other file.
only_in() {
	local pattern=$1 reason=$2 path hits
	shift 2
	for path in "${!code[@]}"; do
		[[ " $* " != *" $path "* && ${code[$path]} =~ $pattern ]] || continue
		hits=$(grep -E "$pattern" <<<"${code[$path]}")
		complain "$path: $reason:"$'\n'"$hits"
	done
}

check_levels
check_rooms
check_bpf_headers
check_circles
only_in '\b(v?f?printf|puts|putchar|fputs|perror|syslog)\(' 'the library never prints'
only_in '\b(_?exit|abort|assert|raise|signal|sigaction)\(' 'the library never ends the process'
only_in '\b(sleep|usleep|nanosleep|clock_nanosleep)\(' 'waits are for an event, with a deadline'
only_in '__attribute__\(\(constructor' 'nothing runs before main'
only_in '<xdp/' 'libxdp attaches, removes what others left, and is silenced' \
	lib/redirect/attach.c lib/redirect/abandoned.c lib/redirect/silence.c
# Rings to the kernel and of the simulated one, rings between threads, and the two
# full fences. The last ones order nothing: a flag that is read again and again, counts
# of users and holders, counters of a socket, limits of caches, and the places in the ledger.
only_in '\b(__atomic_|atomic_|__sync_)' 'orderings are in one place' \
	include/zcxsk/{base,ring}.h lib/frames/ring_chain.{h,c} lib/frames/eventcount.{h,c} \
	lib/base/number.h lib/datapath/kick.{h,c} lib/datapath/outstanding.c lib/datapath/totals.h lib/redirect/pools.{h,c} lib/redirect/attach.h lib/redirect/redirect.c lib/redirect/reattach.c lib/rules/rules.{h,c} \
	lib/frames/ledger.c lib/datapath/one_thread.c lib/frames/pool.{h,c} lib/sim/rings.c
# The other one talks to a broker, in set-up.
only_in '\b(sendto|sendmsg|recvfrom|recvmsg|select)\(' \
	'one file enters the kernel on the data path' \
	lib/datapath/kernel_calls.c lib/redirect/broker_message.c
# lib/frames/eventcount.c and turn.c wait for another thread. The others are set-up, which has
# to try again until its deadline.
only_in '\bp?poll\(' 'one file waits on the data path' \
	lib/datapath/kernel_calls.c lib/frames/eventcount.c lib/frames/turn.c lib/socket/xsk.c \
	lib/socket/release.c lib/socket/selftest.c lib/socket/carrier.c lib/redirect/pools.c \
	lib/nic/channels.c
exit "$status"
