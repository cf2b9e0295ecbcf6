#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_usage.sh ZCXSOCK
#
# An invalid command line ends with status 2, prints nothing to standard output, and
# explains the value and the limit. --help and --version end with 0.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1

# refuses PATTERN ARGUMENT...
refuses() {
	local pattern=$1
	shift
	run 2 "$zcxsock" "$@"
	[[ ! -s $work/out ]] || fail "'$*' writes to standard output"
	says err "$pattern"
}

words() {
	refuses '^usage: zcxsock '
	refuses 'sniff: .* rx, tx or fwd' sniff -i near
	refuses 'rx needs -i IFACE' rx
	refuses "unrecognized option '--nonsense'" rx -i near --nonsense
	refuses "requires an argument" rx -i
	refuses 'more: not understood' rx -i near more
	refuses '--rate: not an option of rx' rx -i near --rate 5
	refuses '--rules: not an option of tx' tx -i near --rules 'take any'
	refuses '--out: not an option of rx' rx -i near --out far
	refuses '--interface a{16}: longer than 15 characters' rx -i aaaaaaaaaaaaaaaa
}

numbers() {
	refuses '--packet-size 59: .* from 60 to 4096' tx -i near --packet-size 59
	refuses '--packet-size 4097: .* from 60 to 4096' tx -i near --packet-size 4097
	refuses '--packet-size 2049: .* frame \(2048 bytes\)' tx -i near --packet-size 2049 --frame-size 2048
	refuses '--batch 0: .* from 1 to 4096' rx -i near -b 0
	refuses '--batch 4097: .* from 1 to 4096' rx -i near --batch 4097
	refuses '--batch 128: .* rings \(64 entries\)' rx -i near --batch 128 --ring-size 64
	refuses '--queue 65536: .* from 0 to 65535' rx -i near -q 65536
	refuses '--queue -1: .* from 0 to 65535' rx -i near --queue -1
	refuses '--ring-size 63: .* from 64 to 65536' rx -i near --ring-size 63
	refuses '--ring-size 65537: .* from 64 to 65536' rx -i near --ring-size 65537
	refuses '--frame-size 3000: .* 2048 or 4096' rx -i near --frame-size 3000
	refuses '--rate 0: .* from 1 to 1000000000' tx -i near --rate 0
	refuses '--rate fast: .* from 1 to 1000000000' tx -i near --rate fast
	refuses '--rate 1000000001: .* to 1000000000' tx -i near --rate 1000000001
	refuses '--count 0: .* from 1 ' rx -i near --count 0
	refuses '--count 1x: .* from 1 ' rx -i near --count 1x
	refuses '--duration 0: .* from 0.001 to ' rx -i near -d 0
	refuses '--duration nan: .* from 0.001 to ' rx -i near -d nan
	refuses '--interval -1: .* from 0 to ' rx -i near --interval -1
}

kicks() {
	refuses '--kick fast: must be adaptive, burst, batch or manual' tx -i near --kick fast
	refuses '--kick: not an option of rx' rx -i near --kick batch
	refuses '--watermark 0: .* from 1 to 65536' tx -i near --watermark 0
	refuses '--watermark 65537: .* from 1 to 65536' fwd -i near --watermark 65537
	refuses '--tail 0: .* from 1 to 1000000$' tx -i near --tail 0
	refuses '--tail 1000001: .* from 1 to 1000000$' tx -i near --tail 1000001
	refuses '--watchdog maybe: must be on, off, FIRST or FIRST:LAST' tx -i near --watchdog maybe
	refuses '--watchdog 9: .* from 10 to 3600000000$' tx -i near --watchdog 9
	refuses '--watchdog 100:9: .* from 10 to 3600000000$' tx -i near --watchdog 100:9
	refuses '--watchdog 100:: .* from 10 ' tx -i near --watchdog 100:
	refuses '--watchdog 1x:100: .* from 10 ' tx -i near --watchdog 1x:100
	refuses '--watchdog 00000000000000000000100x:200: .* from 10 ' \
		tx -i near --watchdog 00000000000000000000100x:200
	refuses '--stall 0: .* from 1 to 3600000$' tx -i near --stall 0
	refuses '--stall 3600001: .* from 1 to 3600000$' tx -i near --stall 3600001
	refuses '--on-stall weep: must be continue, rebuild or exit' tx -i near --on-stall weep
	refuses '--limit 0: .* from 1 to 65536' tx -i near --limit 0
	refuses '--tokens some: must be off, in-order or as-done' tx -i near --tokens some
	refuses '--tokens: not an option of fwd' fwd -i near --tokens in-order
	refuses '--loop select: must be library or epoll' tx -i near --loop select
	refuses '--loop: not an option of fwd' fwd -i near --loop epoll
	refuses '--loop epoll: .* excludes --wait spin' tx -i near --loop epoll --wait spin
}

packets() {
	refuses '--dst-mac 02:00: .* MAC' tx -i near --dst-mac 02:00
	refuses '--src-mac 02:00:00:00:00:0g: .* MAC' tx -i near --src-mac 02:00:00:00:00:0g
	refuses '--dst-ip 198.18.0: .* IPv4' tx -i near --dst-ip 198.18.0
	refuses '--src-ip 1.2.3.256: .* IPv4' tx -i near --src-ip 1.2.3.256
	refuses '--dst-port 70000: .* from 1 to 65535' tx -i near --dst-port 70000
	refuses '--src-port 0: .* from 1 to 65535' tx -i near --src-port 0
	refuses '--vlan 5000: .* from 1 to 4094' tx -i near --vlan 5000
	refuses '--vlan 4095: .* from 1 to 4094' tx -i near --vlan 4095
}

choices() {
	refuses '--mode fast: .* zero-copy, native-copy or generic-copy' rx -i near --mode fast
	refuses '--wait long: must be poll or spin' rx -i near --wait long
	refuses '--out near: ' fwd -i near --out near
	refuses '--out-queue 1: needs --out' fwd -i near --out-queue 1
}

# The place of an error is named and shown.
rules() {
	local file=$work/rules

	refuses '--rules: column 16: port 70000 is above the maximum of 65535' rx -i near \
		--rules 'take udp dport 70000'
	says err '^ {17}\^$'
	refuses '--rules: column 1: ' fwd -i near --rules 'grab udp'
	refuses '--rules: give rules once' rx -i near --rules 'take udp' --rules 'take tcp'
	refuses '--rules-file: give rules once' rx -i near --rules 'take udp' \
		--rules-file "$file"
	printf 'take udp # first\ntake dport 53-9\n' >"$file"
	refuses "$file: line 2, column 12: " rx -i near --rules-file "$file"
	says err '^ {13}\^$'
	printf 'take udp\n\0pass tcp\n' >"$file"
	refuses "$file: byte 10 is zero" rx -i near --rules-file "$file"
	truncate -s 256K "$file"
	tr '\0' ' ' <"$file" >"$file.long"
	printf ' ' >>"$file.long"
	refuses "$file.long: .*262144" rx -i near --rules-file "$file.long"
	refuses '--confirm 0: .* from 0.001 to 86400$' rx -i near --confirm 0
	refuses '--confirm 86401: .* from 0.001 to 86400$' fwd -i near --confirm 86401
	refuses '--confirm: not an option of tx' tx -i near --confirm 1
}

answers() {
	run 0 "$zcxsock" --help
	says out '^usage: zcxsock rx\|tx\|fwd -i IFACE'
	[[ ! -s $work/err ]] || fail '--help writes to standard error'
	run 0 "$zcxsock" rx --help
	says out '^usage: zcxsock '
	run 0 "$zcxsock" --version
	says out '^zcxsock [0-9]+\.[0-9]+\.[0-9]+$'
}

# An invalid command line opens no socket, except to check the MTU.
veth near far
words
numbers
kicks
packets
choices
rules
refuses '--packet-size 1515: .* 1514 bytes, the MTU of near' tx -i near --packet-size 1515
refuses '--packet-size 1519: .* 1518 bytes, the MTU of near' tx -i near --packet-size 1519 --vlan 7
answers
finish
