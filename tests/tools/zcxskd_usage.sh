#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxskd_usage.sh ZCXSKD MAN-PAGE
#
# An invalid command line ends with status 2, an invalid policy with 1 and the line.
# The man page has the options of --help. A second broker does not take over the
# socket of the first, and one without capabilities names the missing one.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxskd=$1 page=$2

# refuses PATTERN ARGUMENT...
refuses() {
	local pattern=$1
	shift
	run 2 "$zcxskd" "$@"
	[[ ! -s $work/out ]] || fail "'$*' writes to standard output"
	says err "$pattern"
}

# wrong PATTERN LINE: the third line of a policy.
wrong() {
	printf '# a comment\n\n%s\n' "$2" >"$work/policy"
	run 1 "$zcxskd" --config "$work/policy" --check
	says err "zcxskd: $work/policy:3: $1"
}

command_line() {
	refuses "unrecognized option '--nonsense'" --nonsense
	refuses 'more: not understood' more
	refuses 'must have 1 to 107 bytes, not 108' --socket "$(printf 'a%.0s' {1..108})"
	refuses 'must have 1 to 107 bytes, not 0' --socket ''
	run 0 "$zcxskd" --help
	says out '^usage: zcxskd '
	run 0 "$zcxskd" --version
	says out '^zcxskd [0-9]+\.[0-9]+\.[0-9]+$'
	run 1 "$zcxskd" --config "$work/none" --check
	says err "$work/none: No such file"
}

policies() {
	printf 'allow root eth1 all take any # x\n \nallow @root eth1 0,2-3 take udp dport 53; take tcp\n' \
		>"$work/policy"
	run 0 "$zcxskd" --config "$work/policy" --check
	says out ': 2 grants$'
	wrong 'not understood: allow WHO' 'deny root eth1 all'
	wrong 'not understood: allow WHO' 'allow root eth1'
	wrong "there is no user 'nobody-here'" 'allow nobody-here eth1 all'
	wrong "there is no group 'nobody-here'" 'allow @nobody-here eth1 all'
	wrong "there is no user '4294967295'" 'allow 4294967295 eth1 all'
	wrong 'interface a{16} is longer than 15' 'allow root aaaaaaaaaaaaaaaa all'
	wrong "queues '65536': .* from 0 to 65535" 'allow root eth1 65536'
	wrong "queues '3-2': " 'allow root eth1 3-2'
	wrong "queues '': " 'allow root eth1 1,,2'
	wrong 'more than 16 ranges' "allow root eth1 $(seq -s, 0 16)"
	wrong 'rules, column 22: port 70000 is above the maximum' 'allow root eth1 0 take udp; take dport 70000'
	says err '^ {23}\^$'
	wrong "rules, column 1: .*found 'any'" 'allow root eth1 0 any'
}

options_of_help() { grep -oE '^ {2}(-[a-z], | {4})--[a-z-]+' "$work/out" | grep -oE -e '--[a-z-]+'; }
options_of_page() { sed -n 's/^\.It Fl .*-\([a-z][a-z-]*\).*/--\1/p' "$page"; }

man_page() {
	run 0 "$zcxskd" --help
	diff <(options_of_help | sort) <(options_of_page | sort) >"$work/diff" || {
		fail 'other options in --help (<) than in the man page (>)'
		show "$work/diff"
	}
}

is_ready() { [[ -S $work/socket ]] && has_line first.out 'clients on'; }

second() {
	printf 'allow root eth1 all take any\n' >"$work/policy"
	start first "$zcxskd" --config "$work/policy" --socket "$work/socket"
	await is_ready
	run 1 "$zcxskd" --config "$work/policy" --socket "$work/socket"
	says err 'socket: another broker listens on it$'
	signal first TERM
	end first 0
	check test ! -e "$work/socket"
	printf 'not a socket\n' >"$work/socket"
	run 1 "$zcxskd" --config "$work/policy" --socket "$work/socket"
	says err 'socket: Address already in use$'
	check grep -q 'not a socket' "$work/socket"
	rm "$work/socket"
	run 1 setpriv --bounding-set -bpf "$zcxskd" --config "$work/policy" --socket "$work/socket"
	says err 'CAP_BPF is missing'
	check test ! -e "$work/socket"
}

command_line
policies
man_page
second
finish
