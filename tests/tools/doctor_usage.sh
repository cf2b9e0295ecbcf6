#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doctor_usage.sh ZCXSK-DOCTOR MAN-PAGE
#
# An invalid command line ends with status 2 and the value. The man page has the options of
# --help and the groups of facts. Files that cannot be written and interfaces that do not
# exist end with 1.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
doctor=$1 page=$2

# refuses PATTERN ARGUMENT...
refuses() {
	local pattern=$1
	shift
	run 2 "$doctor" "$@"
	[[ ! -s $work/out ]] || fail "'$*' writes to standard output"
	says err "$pattern"
}

command_line() {
	refuses "unrecognized option '--nonsense'" --nonsense
	refuses 'more: not understood' near more
	refuses "'': .* 1 to 15 characters" ''
	refuses "'a{16}': .* 1 to 15 characters" aaaaaaaaaaaaaaaa
	refuses '--queue 65536: .* from 0 to 65535' --queue 65536 near
	refuses '--queue -1: .* from 0 to 65535' -q -1 near
	refuses '--queue 1: needs an interface' --queue 1
	refuses '--try: needs an interface' --try
	refuses '--try x: .* from 0 to 65535' --try=x near
	refuses '--deadline 0: .* from 1 to 300' --try --deadline 0 near
	refuses '--deadline 301: .* from 1 to 300' --try --deadline 301 near
	refuses '--deadline: needs --try' --deadline 3 near
	refuses '--give-up: needs --try' --give-up arp near
	refuses '--give-up post: ' --try --give-up post near
	run 0 "$doctor" --help
	says out '^usage: zcxsk-doctor '
	[[ ! -s $work/err ]] || fail '--help writes to standard error'
	run 0 "$doctor" --version
	says out '^zcxsk-doctor [0-9]+\.[0-9]+\.[0-9]+$'
}

failures_of_its_own() {
	run 1 "$doctor" nearby
	says err '^zcxsk-doctor: nearby: No such device$'
	run 1 "$doctor" --json "$work/none/file" near
	says err "^zcxsk-doctor: $work/none/file: No such file"
	run 1 "$doctor" --report "$work" near
	says err "^zcxsk-doctor: $work: Is a directory"
	run 1 "$doctor" --json /dev/full near
	says err '^zcxsk-doctor: /dev/full: No space left'
}

options_of_help() { grep -oE '^ {2}(-[a-z], | {4})--[a-z-]+' "$work/out" | grep -oE -e '--[a-z-]+'; }
options_of_page() { grep '^\.It Fl' "$page" | grep -oE 'Fl -[a-z-]+' | sed 's/Fl -/--/'; }

same() {
	diff "$work/one" "$work/other" >"$work/diff" && return
	fail "other $1 (<) than in the man page (>)"
	show "$work/diff"
}

man_page() {
	run 0 "$doctor" --help
	options_of_help | sort >"$work/one"
	options_of_page | sort >"$work/other"
	check grep -qx -e --report "$work/other"
	same 'options in --help'
	"$doctor" --with-addresses --try --json "$work/json" near >/dev/null || :
	jq -r '.interfaces[0].facts | keys[], "virtio"' "$work/json" | sort >"$work/one"
	sed -n 's/^\.It Va //p' "$page" | sort >"$work/other"
	same 'groups of facts'
}

veth near far
command_line
failures_of_its_own
man_page
finish
