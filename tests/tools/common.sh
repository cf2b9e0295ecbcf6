#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# common.sh: sourced by the tests of the tools. It enters separate namespaces, runs
# programs in the foreground and background, and checks their output, which is in
# $work/out and $work/err, for a background run NAME in $work/NAME.out and
# $work/NAME.err.
export LC_ALL=C
# shellcheck source=tests/support/silent.sh
source "$(dirname "${BASH_SOURCE[0]}")/../support/silent.sh"

# Seconds. Everything is fast, except with sanitizers or on a busy machine.
readonly run_deadline=240 await_deadline=60

# Attempts for a check that other load on the machine may disturb.
readonly tries=4

failures=0
sanitizer_found=no
work=
declare -A pids=()

# enter "$@": continues in separate network, mount and process namespaces, which the
# kernel removes with everything in them, however this script ends.
enter() {
	if [[ -z ${ZCXSK_TOOLS_INSIDE:-} ]]; then
		local -a inside=(unshare --net --mount --pid --fork --kill-child --mount-proc)
		"${inside[@]}" true 2>/dev/null || {
			printf 'skipped: creating namespaces needs root\n'
			exit 77
		}
		ZCXSK_TOOLS_INSIDE=1 exec "${inside[@]}" "$0" "$@"
	fi
	mount -t sysfs sysfs /sys # otherwise it shows the interfaces outside
	mkdir -p /run/netns
	mount -t tmpfs tmpfs /run/netns # otherwise it has the names of other namespaces
	make_work
}

make_work() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
}

# veth A B: creates a pair that is up and sends nothing by itself.
veth() {
	local end
	ip link add "$1" numrxqueues 1 numtxqueues 1 type veth \
		peer name "$2" numrxqueues 1 numtxqueues 1
	for end; do
		silent_up "$end"
	done
}

# fail WORDS...: counts a failure and continues.
fail() {
	failures=$((failures + 1))
	printf 'FAILED: %s\n' "$*"
}

show() {
	local file
	for file; do
		sed "s|^|    ${file##*/}: |" "$file"
	done
}

finish() {
	[[ $sanitizer_found == no ]] || failures=$((failures + 1))
	((failures == 0)) || printf '%d failures\n' "$failures"
	exit $((failures > 0))
}

# check COMMAND...: it must succeed.
check() { "$@" || fail "not true: $*"; }

# A sanitizer report ends a program with the same status as an ordinary error.
check_sanitizer() {
	if grep -q 'Sanitizer\|runtime error' "$1"; then
		sanitizer_found=yes
		fail 'a sanitizer reported an error'
		show "$1"
	fi
}

# one_of_some FUNCTION [ARGUMENT]...: for checks that depend on timing. Other load on
# the processors can disturb an attempt, so one of several must succeed.
one_of_some() {
	local try before=$failures
	for ((try = 1; try < tries; try++)); do
		"$@" || :
		((failures > before)) || return 0
		failures=$before
		printf 'attempt %d of %d failed: %s\n' "$try" "$tries" "$*"
	done
	"$@"
}

# run STATUS COMMAND...: it must end with this status.
run() {
	local expected=$1 status=0
	shift
	timeout --foreground "$run_deadline" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	if ((status != expected)); then
		fail "status $status instead of $expected: ${*##*/}"
		show "$work/out" "$work/err"
	fi
	check_sanitizer "$work/err"
}

# says FILE PATTERN: the file in $work has a line that matches.
says() {
	grep -qE -e "$2" "$work/$1" && return
	fail "$1 does not say '$2'"
	show "$work/$1"
}

# await COMMAND...: polls until it succeeds; false after a deadline.
await() {
	local end=$((SECONDS + await_deadline))
	until "$@" 2>/dev/null; do
		if ((SECONDS > end)); then
			fail "timed out waiting for: $*"
			return 1
		fi
		sleep 0.02
	done
}

# start NAME COMMAND...: in the background.
start() {
	local name=$1
	shift
	# Output of an earlier run of this name must not count for this one.
	: >"$work/$name.out"
	: >"$work/$name.err"
	rm -f "$work/$name.json"
	timeout --foreground "$run_deadline" "$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null &
	pids[$name]=$!
}

# has_line FILE PATTERN, for await.
has_line() { grep -qE -e "$2" "$work/$1"; }

# The program itself: timeout would not forward a SIGKILL.
child_of() { cat "/proc/${pids[$1]}/task/${pids[$1]}/children"; }

# signal NAME SIGNAL
signal() { kill "-$2" "$(child_of "$1")"; }

# end NAME STATUS: the background run must end with this status.
end() {
	local status=0
	# The shell reports a killed job on standard error.
	wait "${pids[$1]}" 2>/dev/null || status=$?
	if ((status != $2)); then
		fail "$1: status $status instead of $2"
		show "$work/$1.out" "$work/$1.err"
	fi
	check_sanitizer "$work/$1.err"
}

# start_zcxsock NAME COMMAND...: starts it in the background and waits until its socket
# is open. Then it reports that veth refuses zero copy.
start_zcxsock() {
	start "$@"
	await has_line "$1.err" 'queue 0: native-copy mode' || show "$work/$1.err"
}

# json FILE FILTER: the file is one JSON object for which the filter gives true.
json() {
	jq -es "length == 1 and (.[0] | $2)" "$work/$1" >"$work/jq" 2>&1 && return
	fail "$1: not true: $2"
	show "$work/$1" "$work/jq"
}

# An XDP program is attached to the interface.
has_program() { ip -d link show "$1" | grep -q 'prog/xdp'; }
has_none() { ! has_program "$1"; }

# counter IFACE NAME: a counter of the kernel.
counter() { cat "/sys/class/net/$1/statistics/$2"; }

# start_terminal NAME COMMAND...: in the background on a terminal, so that each line
# appears at once; the keyboard file stays open.
start_terminal() {
	local name=$1
	shift
	mkfifo "$work/$name.keys"
	exec {keyboard}<>"$work/$name.keys"
	: >"$work/$name.screen"
	timeout --foreground "$run_deadline" script -qefc "exec $*" "$work/$name.screen" \
		<"$work/$name.keys" >"$work/$name.out" 2>"$work/$name.err" &
	pids[$name]=$!
}

# shows NAME PATTERN: its terminal has a line that matches as a whole.
shows() { says "$1.screen" "^(\\^C)?$2"$'\r?$'; }
await_shown() { await has_line "$1.screen" "^(\\^C)?$2"$'\r?$'; }

# press_ctrl_c NAME: it must end with status 0.
press_ctrl_c() {
	printf '\003' >"$work/$1.keys"
	end "$1" 0
	exec {keyboard}>&-
	check_sanitizer "$work/$1.screen"
}
