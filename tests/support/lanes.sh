# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# lanes.sh - runs several tests at a time. Sourced by tests/run after tally.sh.
#
# A lane is a process that runs one test after another, each with the functions of tally.sh,
# in a folder of its own. The lanes share what is left: every second one takes the last test
# of it and the others the first, so that the guests, which are long and at the end, start
# at once and meet the short ones in the middle. A lane prints a test's line when it is done.

readonly lane_news=30 # seconds after which, and between which, a long test is named
lanes=()	      # processes

# Sets `left` to the first and the last test that no lane has taken, changes it by the
# command, and keeps it.
with_left() {
	local -a left

	flock "$queue"
	read -r -a left <"$work/left"
	"$@"
	printf '%s\n' "${left[*]}" >"$work/left"
	flock -u "$queue"
}

take_first() { ((left[0] > left[1])) || taken=$((left[0]++)); }
take_last() { ((left[0] > left[1])) || taken=$((left[1]--)); }

# Prints the output of a command at once, between that of other lanes.
print_whole() {
	local text

	text=$("$@")
	flock "$screen"
	printf '%s\n' "$text" >&"$console"
	flock -u "$screen"
}

# Called by tally.sh while a test runs.
lane_progress() {
	((EPOCHSECONDS >= next_news)) || return 0
	next_news=$((EPOCHSECONDS + lane_news))
	print_whole printf '%s%s so far' "$lane_item" "$(elapsed)"
}

# The counters of tally.sh start again; the parent has those of before.
lane_begin() {
	lane=$work/lane$1
	mkdir -p "$lane/tmp"
	log=$lane/log tap=$lane/tap
	export TMPDIR=$lane/tmp
	mkfifo "$lane/events"
	exec {events}<>"$lane/events" {queue}<"$work/left.lock" {screen}<"$work/screen.lock"
	exec {console}>&1
	passed=0 failed=0 skipped=0 not_applicable=0 chosen=0
	failed_texts=() skipped_texts=() not_applicable_texts=()
	trap - EXIT
	trap : INT # of a terminal; the parent ends the lanes
	trap 'end_job; exit 143' TERM HUP
}

# One line for each result, so that no text can be taken for another's.
lane_end() {
	{
		printf 'counts %s %s %s %s %s\n' "$1" "$passed" "$skipped" "$chosen" "$not_applicable"
		printf 'failed %s\n' "${failed_texts[@]}"
		printf 'skipped %s\n' "${skipped_texts[@]}"
		printf 'not_applicable %s\n' "${not_applicable_texts[@]}"
	} >"$lane/results"
}

lane_take() {
	taken=''
	if (($1 % 2)); then with_left take_last; else with_left take_first; fi
	[[ -n $taken ]]
}

run_lane() {
	local number=$1 taken
	local -i ran=0
	local -a items=("${@:2}")

	lane_begin "$number"
	while lane_take "$number"; do
		run_in_lane "${items[taken]}"
		ran+=1
	done
	lane_end "$ran"
}

# Adds the results of the lane $1; one that did not end by itself has none.
collect_lane() {
	local kind rest
	local -a counts

	if [[ ! -r $work/lane$1/results ]]; then
		add_failure "lane $1 ended before its tests did"
		return
	fi
	while read -r kind rest; do
		case $kind in
		counts)
			read -r -a counts <<<"$rest"
			passed=$((passed + counts[1])) skipped=$((skipped + counts[2]))
			chosen=$((chosen + counts[3])) not_applicable=$((not_applicable + counts[4]))
			;;
		failed) [[ -z $rest ]] || add_failure "$rest" ;;
		skipped) [[ -z $rest ]] || skipped_texts+=("$rest") ;;
		not_applicable) [[ -z $rest ]] || not_applicable_texts+=("$rest") ;;
		esac
	done <"$work/lane$1/results"
}

# Called by tally.sh after a signal.
end_lanes() {
	((${#lanes[@]})) || return 0
	kill -TERM "${lanes[@]}" 2>/dev/null || :
	wait "${lanes[@]}" 2>/dev/null || :
}

# run_lanes LANES ITEM...
run_lanes() {
	local -i number count=$1

	shift
	(($#)) || return 0
	printf '0 %d\n' $(($# - 1)) >"$work/left"
	: >"$work/left.lock"
	: >"$work/screen.lock"
	for ((number = 0; number < count; number++)); do
		run_lane "$number" "$@" &
		lanes+=($!)
	done
	wait "${lanes[@]}" || :
	lanes=()
	for ((number = 0; number < count; number++)); do
		collect_lane "$number"
	done
}
