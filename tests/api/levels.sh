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
	[error]=2 [mode]=2 [kick]=2 [packet]=2 [ring]=2
	[umem]=3 [rule]=3 [hot]=3
	[pool]=4 [redirect]=4
	[broker]=5
	[socket]=5
	[rx]=6 [tx]=6 [stats]=6 [watchdog]=6 [token]=6 [kernel]=6 [handoff]=6
	[port]=7 [sim]=7
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

# tsort names the members of a circle on stderr.
check_circles() {
	local circle

	circle=$(grep -HoE '^#include ["<](zcxsk/)?[a-z_]+\.h[">]' include/zcxsk/*.h lib/*.h |
		sed -E 's/^.*\/([a-z_]+\.h):#include ["<](zcxsk\/)?([a-z_]+\.h).*/\1 \3/' |
		tsort 2>&1 >/dev/null) && [[ -z $circle ]] || complain "includes form a circle: $circle"
}

# Each file without comments and without the contents of strings.
declare -A code
for path in include/zcxsk/*.h lib/*.[ch]; do
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
check_circles
only_in '\b(v?f?printf|puts|putchar|fputs|perror|syslog)\(' 'the library never prints'
only_in '\b(_?exit|abort|assert|raise|signal|sigaction)\(' 'the library never ends the process'
only_in '\b(sleep|usleep|nanosleep|clock_nanosleep)\(' 'waits are for an event, with a deadline'
only_in '__attribute__\(\(constructor' 'nothing runs before main'
only_in '<xdp/' 'libxdp is used in one file, and silenced in another' lib/redirect.c lib/quiet.c
# Rings to the kernel, rings between threads, and the two full fences; the last
# ones order nothing: a flag that is looked at again and again, counts of users and
# holders, and the places in the ledger.
only_in '\b(__atomic_|atomic_|__sync_)' 'orderings are in one place' \
	include/zcxsk/ring.h lib/chain.h lib/chain.c lib/wake.c lib/bell.h lib/bell.c \
	lib/wake.h lib/redirect.c lib/rules.c lib/rules.h lib/ledger.c
# The other one talks to a broker, in set-up.
only_in '\b(sendto|sendmsg|recvfrom|recvmsg|select)\(' \
	'one file enters the kernel on the data path' lib/wake_kernel.c lib/broker_wire.c
# lib/bell.c waits for another thread. The others are set-up, which has to look
# again until its deadline.
only_in '\bp?poll\(' 'one file waits on the data path' \
	lib/wake_kernel.c lib/bell.c lib/rung.c lib/selftest.c lib/socket.c lib/channels.c
exit "$status"
