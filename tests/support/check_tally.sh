#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# check_tally.sh
#
# The results of tests are counted as what they are: those of a guest one by one, and those
# that do not apply apart from skipped ones.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Runs one guest with this output and exit status in a lane, and prints the report.
count() {
	(
		verbose=no
		item_output=$1 item_status=$2
		run_in_lane() {
			printf '%s\n' "$item_output" >"$log"
			job_status=$item_status
			started=$EPOCHREALTIME
			count_item "cards $1"
		}
		# shellcheck source=tests/support/tally.sh
		source tests/support/tally.sh
		# shellcheck source=tests/support/lanes.sh
		source tests/support/lanes.sh
		tally_begin
		run_lanes 1 one
		report
	)
}

# expect STATUS LINE OUTPUT ITEM_STATUS: the report ends with the status, and has the line.
expect() {
	local status=0 report

	report=$(count "$3" "$4") || status=$?
	if [[ $status != "$1" ]] || ! grep -qxF -- "$2" <<<"$report"; then
		printf 'status %s instead of %s, or no line "%s" in:\n%s\n' "$status" "$1" "$2" "$report"
		exit 1
	fi
}

readonly listed='ok zero-copy.stream (3 s)
not-applicable zero-copy.mtu: EINVAL, the reason: why
2 passed, 0 failed, 1 not applicable'
readonly broken='ok zero-copy.stream (3 s)
FAILED zero-copy.mtu: status 1 after 2 s
1 passed, 1 failed, 0 not applicable'

expect 0 '1 passed, 0 failed, 0 skipped, 1 not applicable' "$listed" 0
expect 0 '  cards one zero-copy.mtu: EINVAL, the reason: why' "$listed" 0
expect 1 '1 passed, 1 failed, 0 skipped, 0 not applicable' "$broken" 1
expect 1 '  cards one zero-copy.mtu' "$broken" 1
# A guest that fails without a failed test has failed nevertheless.
expect 1 '1 passed, 1 failed, 0 skipped, 1 not applicable' "$listed" 1
