# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# tally.sh - runs one test at a time, shows progress, and counts the results. Sourced by
# tests/run, never run.
#
# A job has its own process group, so that all its processes can be ended together. It
# reports its status through a FIFO, which can be read with a time limit.

passed=0 failed=0 skipped=0 not_applicable=0
chosen=0         # single Criterion tests that ran
failed_names=()  # "GROUP NAME"
failed_texts=()  # lines for the list at the end
skipped_texts=() # "GROUP NAME: reason"
not_applicable_texts=() # the same
job=0            # leader of the running process group, 0 = none
job_status=0
job_end=TERM  # the signal that ends the job, and the seconds that it may take then
job_grace=15  # for cleaning up; guests need several
progress=print_dot # the command that shows that a long test still runs

# Criterion's message for tests that CRITERION_TEST_PATTERN excludes.
readonly not_chosen='# SKIP test was skipped'
readonly shown_lines=200     # of the output of a failed test; a build can print much
readonly progress_interval=5 # seconds between the dots of a long test
readonly slowest_shown=10     # tests, with their times, at the end
readonly live_grace=180      # seconds for a job that ends with a report

tally_begin() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/zcxsk-tests.XXXXXX")
	log=$work/log
	tap=$work/tap
	mkdir "$work/tmp"
	times=$work/times # one line for each test, in 0.1 s; all lanes append to it
	# Files that a test leaves behind are removed with this folder.
	export TMPDIR=$work/tmp
	mkfifo "$work/events"
	exec {events}<>"$work/events"
	colour_ok='' colour_bad='' colour_skip='' colour_off=''
	if [[ -t 1 ]]; then
		colour_ok=$'\e[32m' colour_bad=$'\e[31m' colour_skip=$'\e[33m' colour_off=$'\e[0m'
	fi
	trap 'rm -rf "$work"' EXIT
	trap 'interrupted 130' INT
	trap 'interrupted 143' TERM HUP
}

interrupted() {
	trap '' INT TERM HUP
	printf '\nrun: interrupted, cleaning up\n' >&2
	end_lanes
	end_job
	exit "$1"
}

# Waits up to $1 seconds for the status of the running job.
await_status() { read -r -t "$1" -u "$events" job_status; }

# Terminates the job, and kills it if that does not help.
end_job() {
	((job)) || return 0
	kill "-$job_end" -- "-$job" 2>/dev/null || :
	await_status "$job_grace" || :
	kill -KILL -- "-$job" 2>/dev/null || :
	wait "$job" 2>/dev/null || :
	job=0
}

# start_job COMMAND...: the empty trap keeps the leader alive when a signal ends the
# command, for which the default action applies.
start_job() {
	rm -f "$tap"
	set -m
	(
		trap : INT TERM
		"$@" </dev/null && status=0 || status=$?
		printf '%s\n' "$status" >&"$events"
	) &
	job=$!
	set +m
}

# await_job SECONDS PROGRESS: leaves the status in job_status; calls PROGRESS meanwhile.
await_job() {
	local -i ends=$((SECONDS + $1))

	until await_status "$progress_interval"; do
		"$2"
		((SECONDS >= ends)) || continue
		end_job
		printf 'ended: the deadline passed\n' >>"$log"
		job_status=124
		return
	done
	wait "$job" || :
	job=0
}

log_output() { "$@" >"$log" 2>&1; }

# The reader outlives an interrupt, so that it shows what the command prints at its end.
show_output() { "$@" 2>&1 | tee -i "$log"; }

print_dot() { printf '. '; }

# run_job DEADLINE COMMAND...: leaves the output in $log and the status in job_status.
run_job() {
	local deadline=$1

	shift
	start_job log_output "$@"
	await_job "$deadline" "$progress"
}

# run_live DEADLINE COMMAND...: the same, and shows the output. An interrupt ends the
# command, which reports.
run_live() {
	local deadline=$1

	shift
	printf '\n'
	job_end=INT job_grace=$live_grace
	start_job show_output "$@"
	await_job "$deadline" :
	job_end=TERM job_grace=15
}

start_item() {
	started=$EPOCHREALTIME
	printf '[%d/%d] %s %s ... ' "$@"
}

elapsed() {
	local us=$((${EPOCHREALTIME/./} - ${started/./}))

	printf '%d.%d s' $((us / 1000000)) $((us / 100000 % 10))
}

# note_time NAME: for the table of the slowest ones.
note_time() {
	printf '%d %s\n' $(((${EPOCHREALTIME/./} - ${started/./}) / 100000)) "$1" >>"$times"
}

print_slowest() {
	[[ -s $times ]] && (($(wc -l <"$times") > slowest_shown)) || return 0
	printf '\nslowest:\n'
	sort -rn "$times" | head -n "$slowest_shown" |
		awk '{ printf "%8.1f s  %s %s\n", $1 / 10, $2, $3 }'
}

# The output of the test itself, without CTest's lines around it.
own_output() {
	if grep -q '^[0-9]*: Test command' "$log"; then
		sed -n 's/^[0-9]*: \{0,1\}//p' "$log" |
			sed -E '/^(Test command|Working Directory|Test timeout computed to be|Environment variables):/d'
	else
		cat "$log"
	fi
}

skip_reason() {
	local reason

	reason=$(own_output | grep -i skip | tail -n 1) || reason=$(own_output | tail -n 1)
	printf '%s' "${reason:-no reason given}"
}

# Debian 12 as root has everything that the tests need, so no test may be skipped there.
may_skip() {
	[[ ${ZCXSK_ALLOW_SKIP:-0} == 1 ]] || (($(id -u) != 0)) ||
		! grep -q '^ID=debian' /etc/os-release || ! grep -q '^VERSION_ID="12"' /etc/os-release
}

add_failure() {
	failed=$((failed + 1))
	failed_names+=("$1")
	failed_texts+=("$1")
}

# add_skip NAME REASON
add_skip() {
	if may_skip; then
		skipped=$((skipped + 1))
		skipped_texts+=("$1: $2")
	else
		add_failure "$1"
		failed_texts[-1]="$1: skipped, which is not allowed here: $2"
	fi
}

sanitizer_complained() {
	grep -qE '(ERROR|WARNING): [A-Za-z]+Sanitizer|: runtime error: ' "$log"
}

# Counts the single tests of a Criterion program, with lines like
# "ok - SUITE::NAME (TIME)", "not ok - ..." and "ok - SUITE::NAME # SKIP reason".
count_tap() {
	local name=$1 before=$failed line test

	single=0
	while IFS= read -r line; do
		[[ $line =~ ^(not )?ok\ -\ ([^ ]+) ]] || continue
		[[ -z ${CRITERION_TEST_PATTERN:-} || $line != *"$not_chosen" ]] || continue
		test="$name ${BASH_REMATCH[2]}"
		single=$((single + 1))
		chosen=$((chosen + 1))
		case $line in
		not*) add_failure "$test" ;;
		*'# SKIP'*) add_skip "$test" "${line#*# SKIP }" ;;
		*) passed=$((passed + 1)) ;;
		esac
	done <"$tap"
	# Criterion does not count a leak found after the end of a test as a failure.
	if ((failed == before)) && { ((job_status != 0)) || sanitizer_complained; }; then
		add_failure "$name"
	fi
}

# Counts the tests of one guest, with lines "ok NAME (TIME)", "FAILED NAME: reason" and
# "not-applicable NAME: ERRNO, reason", and the sum as the last line.
count_guest() {
	local name=$1 before=$failed line

	single=0
	while IFS= read -r line; do
		[[ $line =~ ^(ok|FAILED|not-applicable)\ ([^ :]+)(:|\ \()\ ?(.*) ]] || continue
		single=$((single + 1))
		case ${BASH_REMATCH[1]} in
		ok) passed=$((passed + 1)) ;;
		not-applicable)
			not_applicable=$((not_applicable + 1))
			not_applicable_texts+=("$name ${BASH_REMATCH[2]}: ${BASH_REMATCH[4]}")
			;;
		*) add_failure "$name ${BASH_REMATCH[2]}" ;;
		esac
	done < <(tr -d '\r' <"$log")
	if ((failed == before && job_status != 0)); then
		add_failure "$name"
	fi
}

# Counts the results of the last job and completes its line.
count_item() {
	local name=$1 failed_before=$failed skipped_before=$skipped note=''

	note_time "$name"
	if [[ -s $tap ]]; then
		count_tap "$name"
		note=", $single tests"
	elif grep -qE '^[0-9]+ passed, [0-9]+ failed' "$log"; then
		count_guest "$name"
		note=", $single tests"
	elif ((job_status == 77)) || grep -q '\*\*\*Skipped' "$log"; then
		add_skip "$name" "$(skip_reason)"
	elif ((job_status != 0)) || grep -q '^No tests were found' "$log" || sanitizer_complained; then
		add_failure "$name"
	else
		passed=$((passed + 1))
	fi
	if ((failed > failed_before)); then
		printf '%s (%s)\n' "${colour_bad}FAILED$colour_off$note" "$(elapsed)"
	elif ((skipped > skipped_before)); then
		printf '%s (%s)\n' "${colour_skip}skipped$colour_off: ${skipped_texts[-1]#*: }$note" \
			"$(elapsed)"
	else
		printf '%s (%s)\n' "${colour_ok}ok$colour_off$note" "$(elapsed)"
	fi
	if [[ $verbose == yes ]] || ((failed > failed_before)); then
		own_output | tail -n "$shown_lines" | sed 's/^/    | /'
	fi
}

# A test whose build failed counts as failed.
count_unbuilt() {
	add_failure "$1"
	failed_texts[-1]="$1: not built"
	printf '%s\n' "${colour_bad}FAILED$colour_off: not built"
}

# finish_with PASSED FAILED SKIPPED NOT_APPLICABLE: prints the last line, and exits.
finish_with() {
	printf '%d passed, %d failed, %d skipped, %d not applicable\n' "$@"
	exit $(($2 > 0))
}

report() {
	[[ -z ${CRITERION_TEST_PATTERN:-} ]] || ((chosen)) ||
		add_failure "no Criterion test matches $CRITERION_TEST_PATTERN"
	print_slowest
	if ((${#skipped_texts[@]})); then
		printf '\nskipped:\n'
		printf '  %s\n' "${skipped_texts[@]}"
	fi
	if ((${#not_applicable_texts[@]})); then
		printf '\nnot applicable:\n'
		printf '  %s\n' "${not_applicable_texts[@]}"
	fi
	if ((${#failed_texts[@]})); then
		printf '\nfailed:\n'
		printf '  %s\n' "${failed_texts[@]}"
	fi
	printf '\n'
	finish_with "$passed" "$failed" "$skipped" "$not_applicable"
}
