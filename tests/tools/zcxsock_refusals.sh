#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_refusals.sh ZCXSOCK
#
# Requests that cannot be met end with status 1 and an explanation: an interface
# that does not exist, a missing capability, zero copy on veth, a file that cannot be
# read or written, kick options beyond the size of the rings, management traffic.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

# refuses PATTERN COMMAND...
refuses() {
	local pattern=$1
	shift
	run 1 "$@"
	[[ ! -s $work/out ]] || fail "'$*' writes to standard output"
	says err "$pattern"
}

# without CAPABILITIES COMMAND...: runs as root without these.
without() {
	local capabilities=-${1//,/,-}
	shift
	refuses "$1" setpriv --bounding-set="$capabilities" --inh-caps="$capabilities" \
		"$zcxsock" rx -i near -d 1
}

veth near far
for command in rx tx fwd; do
	refuses "none0: .*no interface named 'none0'" "$zcxsock" "$command" -i none0
	refuses 'near: bind zero-copy: .*veth' "$zcxsock" "$command" -i near --mode zero-copy
done
refuses "none0: .*no interface named 'none0'" "$zcxsock" fwd -i near --out none0
refuses 'near: .*queue' "$zcxsock" rx -i near -q 1
without all 'lacks CAP_BPF and CAP_NET_ADMIN .*root'
without net_raw 'lacks CAP_NET_RAW '
without net_admin,sys_admin 'lacks CAP_NET_ADMIN '
without bpf,sys_admin 'lacks CAP_BPF '
refuses '--rules-file /proc/none: No such file' "$zcxsock" rx -i near --rules-file /proc/none
refuses '--rules-file /proc: Is a directory' "$zcxsock" rx -i near --rules-file /proc
refuses '--json /proc/none: No such file' "$zcxsock" tx -i near --count 1 --json /proc/none
refuses 'kick_watermark 128 is above the TX ring.s size of 64' "$zcxsock" tx -i near \
	--ring-size 64 --batch 64 --watermark 128
refuses 'tx_limit 128 is above the TX ring.s size of 64' "$zcxsock" tx -i near \
	--ring-size 64 --batch 64 --limit 128
refuses 'watchdog_first_ns of 200000 ns is above watchdog_last_ns' \
	"$zcxsock" tx -i near --watchdog 200:100
# near carries the default route now.
ip address add 198.51.100.1/24 dev near
ip route add default via 198.51.100.2
for rules in 'take any' 'take arp'; do
	refuses 'near: .*ARP, for the IPv4 default route.*EPERM.*--give-up arp' \
		"$zcxsock" rx -i near --rules "$rules"
done
refuses 'near: .*EPERM' "$zcxsock" fwd -i near
refuses 'near: .*EPERM' "$zcxsock" rx -i near --give-up ssh
run 0 "$zcxsock" rx -i near -d 0.01 --give-up arp,pmtu,multicast
run 0 "$zcxsock" rx -i near -d 0.01 --give-up all
run 0 "$zcxsock" rx -i near -d 0.01 --rules 'take udp dport 9'
check has_none near
finish
