#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# readme.sh SOURCE BUILD {compile|run}
#
# The program in README.md. compile: it compiles as printed there, and explains
# why it cannot use an interface that does not exist. run: it counts its packets on
# a veth pair, leaves others to the kernel, and says what ended it.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"
if [[ $3 == run ]]; then
	enter "$@"
else
	make_work
fi
source=$1 build=$2 step=$3

# The first block that is marked as C.
awk '/^```c$/ { on = 1; next } /^```$/ { if (on) exit } on' "$source/README.md" >"$work/program.c"
check test -s "$work/program.c"
run 0 gcc -std=c11 -Wall -Wextra -Werror -I"$source/include" "$work/program.c" \
	-o "$work/program" -L"$build/lib" -lzcxsk -Wl,-rpath,"$build/lib"

# send_to PORT COUNT: UDP packets from far to near, one each.
send_to() {
	local i
	for ((i = 0; i < $2; i++)); do
		printf 'hello' >"/dev/udp/198.51.100.2/$1"
	done
}

if [[ $step == compile ]]; then
	run 1 "$work/program" zcxsk-none0
	says err "no interface named 'zcxsk-none0'"
else
	veth near far
	ip address add 198.51.100.1/24 dev far
	ip neighbour add 198.51.100.2 lladdr "$(cat /sys/class/net/near/address)" dev far
	start program stdbuf -oL "$work/program" near
	await has_line program.out '^mode: native-copy$'
	send_to 7777 3
	send_to 7778 2
	end program 0
	says program.out '^3 packets, then none for 5 s$'
	check test "$(wc -l <"$work/program.out")" -eq 2
fi
finish
