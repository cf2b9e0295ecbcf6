#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# usage.sh ZCXSK-BENCH MAN-PAGE
#
# An invalid command line exits with status 2, a message with the value and the
# limit, and nothing on standard output; --help and the like exit with 0. The man
# page has the options of --help.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"
make_work
bench=$1 page=$2

# refuses PATTERN ARGUMENT...
refuses() {
	local pattern=$1
	shift
	run 2 "$bench" "$@"
	[[ ! -s $work/out ]] || fail "'$*' writes to standard output"
	says err "$pattern"
}

mistakes() {
	refuses '^usage: zcxsk-bench '
	refuses 'sniff: .* must be a case' sniff --veth
	refuses 'first word must be a case' --veth
	refuses "unrecognized option '--nonsense'" ring --nonsense
	refuses 'more: unexpected argument' ring more
	refuses 'tx: needs one of --veth, --guest and -i' tx
	refuses 'tx: needs one of' tx --veth -i lo
	refuses '--peer lo: needs -i' tx --veth --peer lo
	refuses '--peer lo: is the interface itself' tx -i lo --peer lo
	refuses '--interface a{16}: longer than 15' tx -i aaaaaaaaaaaaaaaa
	refuses '--guest-kernel 6.18: needs --guest' tx --veth --guest-kernel 6.18
	refuses '--batch 0: .* from 1 to 4096' ring --batch 0
	refuses '--batch 4097: .* from 1 to 4096' ring --batch 1,4097
	refuses '--batch 8: at most 7' ring --batch 1,2,3,4,5,6,7,8
	refuses '--batch : .* from 1' ring --batch 1,
	refuses '--packet-size 59: .* from 60 to 9014' ring --packet-size 59
	refuses '--rounds 65: .* from 1 to 64' ring --rounds 65
	refuses '--rounds -1: .* from 1 to 64' ring --rounds -1
	refuses '--seconds 0.001: .* from 0.01 to 3600' ring --seconds 0.001
	refuses '--seconds nan: .* from 0.01' ring --seconds nan
	refuses '--rate 0: .* from 1 to 1000000000' ring --rate 0
	refuses '--engine warp: unknown engine' ring --engine zcxsk,warp
	refuses '--mode fast: must be zero-copy, native-copy or generic-copy' ring --mode fast
	refuses '--mode zero-copy: given twice' ring --mode zero-copy,zero-copy
	refuses '--csv -: ' ring --json - --csv -
	refuses '--json /nowhere/x: No such file' ring --json /nowhere/x
	refuses '--report /nowhere/x: No such file' ring --report /nowhere/x
	refuses 'compare: needs two files, got 1' compare one.json
	refuses '--threshold -1: ' compare --threshold -1 a b
	refuses 'report: needs a JSON result' report one.json
	refuses '--veth: does not apply to ring' ring --veth
	refuses '--rate: does not apply to ring' ring --rate 5
	refuses '--interface: does not apply to handoff' handoff -i lo
	refuses '--rate: does not apply to rx' rx --veth --rate 5
	refuses '--batch: does not apply to latency' latency --veth --batch 1
}

answers() {
	run 0 "$bench" --help
	says out '^usage: zcxsk-bench CASE'
	says out '^ +ring +'
	cp "$work/out" "$work/help"
	run 0 "$bench" ring -h
	says out '^usage: '
	run 0 "$bench" --list
	says out '^ +tx +'
	says out '^ +zcxsk +'
	run 0 "$bench" --version
	says out '^zcxsk-bench [0-9]+\.[0-9]+\.[0-9]+$'
}

# Compares the options at the start of a line in --help with the list in the page.
same_options() {
	grep -E '^ +-' "$work/help" | grep -oE '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' |
		sort -u >"$work/helped"
	sed -n 's/^\.It //p' "$page" | grep -oE 'Fl -?[a-z][a-z-]*' | sed 's/^Fl /-/' |
		grep -vxE -e '-h|--help|--list|--version' | sort -u >"$work/paged"
	check grep -qx -e --packet-size "$work/paged"
	diff "$work/helped" "$work/paged" >"$work/diff" && return
	fail '--help (<) and the man page (>) have different options'
	show "$work/diff"
}

# An interface that does not exist.
places() {
	run 1 "$bench" tx -i nonesuch
	says err 'nonesuch: there is no such interface'
}

mistakes
answers
same_options
places
finish
