#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# examples.sh RECEIVE SEND ECHO EPOLL FORWARD EPOLL_SEND ZCXSOCK PORT THREADS
#
# Each example prints what the comment at its top shows, ends at Ctrl-C if the
# comment says so, and explains why it cannot use an interface.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
receive=$1 send=$2 echo=$3 epoll=$4 forward=$5 epoll_send=$6 zcxsock=$7 port=$8 threads=$9

readonly packets=500
readonly -a gently=(--rate 5000 --count "$packets")

unknown_interfaces() {
	local program name
	for program in receive send echo epoll forward epoll_send port threads; do
		local -a arguments=(none0)
		[[ $program != receive ]] || arguments+=('take udp dport 4000')
		[[ $program != port ]] || arguments+=(2)
		[[ $program != forward ]] || arguments+=(none1)
		name=$program
		run 1 "${!name}" "${arguments[@]}"
		[[ ! -s $work/out ]] || fail "$program writes to standard output"
		says err "^$program: .*no interface named 'none0'"
		run 2 "${!name}"
		says err "^usage: $program IFACE"
	done
}

# Runs for ten seconds on its own interface, while the other examples run.
begin_receive() {
	start_terminal receive "$receive" r1 "'take udp dport 4000'"
	await_shown receive 'r1 in native-copy mode'
	run 0 "$zcxsock" tx -i r0 "${gently[@]}" --dst-port 4000
	run 0 "$zcxsock" tx -i r0 --rate 5000 --count 10 --dst-port 4001
}

end_receive() {
	end receive 0
	shows receive "$packets packets, $((packets * 60)) bytes"
	check_sanitizer "$work/receive.screen"
}

# Packets that an interface sent, or dropped because the far end was full.
left() { echo $(($(counter "$1" tx_packets) + $(counter "$1" tx_dropped))); }
# shellcheck disable=SC2317 # called by await
has_left() { (($(left "$1") > 0)); }

check_send() {
	run 0 "$send" s0
	says out '^s0 in native-copy mode$'
	says out '^1000000 packets sent, 0 not completed$'
	check test "$(left s0)" -eq 1000000
}

# The kernel at the far end does not answer these frames, so every packet that
# leaves e1 is an echo. zcxsock sends IPv4, which echo must not return; send
# sends the frames that it returns.
check_echo() {
	start_terminal echo "$echo" e1
	await_shown echo 'e1 in native-copy mode, Ctrl-C to stop'
	run 0 "$zcxsock" tx -i e0 "${gently[@]}"
	check test "$(left e1)" -eq 0
	run 0 "$send" e0
	await has_left e1
	press_ctrl_c echo
	local count lost
	read -r count lost < <(sed -nE 's/^\^C([0-9]+) packets sent back, ([0-9]+) .*/\1 \2/p' \
		"$work/echo.screen")
	check test "$((count + lost))" -le 1000000
	# Frames that it took back from its ring when it closed were never sent.
	check test "$(left e1)" -le "$count"
}

# The kernel sends the ARP requests. It repeats a request after a second, so the
# number varies.
check_epoll() {
	start_terminal epoll "$epoll" p1
	await_shown epoll 'p1 in native-copy mode, Ctrl-C to stop'
	await_shown epoll 'nothing for a second'
	ip address add 198.51.100.1/24 dev p0
	printf 'who are you' >/dev/udp/198.51.100.2/9
	await_shown epoll '[1-9][0-9]* packets'
	press_ctrl_c epoll
	shows epoll 'stopped after [1-9][0-9]* packets'
}

# Both directions at once, each counted by a receiver at the other end.
check_forward() {
	start_terminal forward "$forward" f1 g0
	await_shown forward 'f1 in native-copy mode'
	await_shown forward 'g0 in native-copy mode'
	local ends
	for ends in 'f0 g1' 'g1 f0'; do
		start_zcxsock rx "$zcxsock" rx -i "${ends#* }" --count "$packets"
		run 0 "$zcxsock" tx -i "${ends% *}" "${gently[@]}"
		end rx 0
	done
	press_ctrl_c forward
	shows forward "$((2 * packets)) packets forwarded, 0 dropped"
}

# It sleeps between packets, and still reports each completion before the next packet.
check_epoll_send() {
	local before
	before=$(left t0)
	run 0 "$epoll_send" t0
	says out '^t0 in native-copy mode$'
	says out '^10 sent, 10 completed$'
	check test "$(($(left t0) - before))" -eq 10
	check test "$(grep -cE '^([0-9]+) sent, \1 completed$' "$work/out")" -ge 5
}

# The interface gets two more queues while the example runs. zcxsock chooses the
# queue at the other end, and veth keeps it.
check_port() {
	ip link add q0 numrxqueues 4 numtxqueues 4 type veth peer name q1 numrxqueues 4 numtxqueues 4
	ethtool -L q1 tx 2
	silent_up q0
	silent_up q1
	start_terminal port "$port" q1 2
	await_shown port 'q1: 2 queues in native-copy mode, 2 threads'
	ethtool -L q1 tx 4
	await_shown port 'q1: 4 queues'
	run 0 "$zcxsock" tx -i q0 -q 1 "${gently[@]}"
	run 0 "$zcxsock" tx -i q0 -q 2 "${gently[@]}"
	press_ctrl_c port
	shows port "$((2 * packets)) packets, queue by queue: 0 $packets $packets 0"
}

# It sends the packets of both workers and nothing else.
check_threads() {
	run 0 "$threads" h0
	says out '^h0 in native-copy mode$'
	says out '^worker 1: 500000 packets$'
	says out '^worker 2: 500000 packets$'
	says out '^1000000 packets sent, 0 not completed$'
	check test "$(left h0)" -eq 1000000
}

for pair in r s e p f g t h; do
	veth "${pair}0" "${pair}1"
done
unknown_interfaces
begin_receive
check_send
check_echo
check_epoll
check_forward
one_of_some check_epoll_send
check_port
check_threads
end_receive
finish
