#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# watchdog.sh CYCLE
#
# Checks that the watchdog costs almost nothing while completions arrive: callgrind counts
# the instructions per packet of a sending cycle with and without it.
set -euo pipefail

readonly cycle=$1 cycles=200 limit_percent=3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# instructions WATCHDOG BATCH
instructions() {
	valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/out" --toggle-collect=cycle \
		"$cycle" "$1" "$2" "$cycles" >&2
	awk '/^summary:/ { print $2 }' "$folder/out"
}

status=0
for batch in 1 16 64; do
	off=$(instructions off "$batch")
	on=$(instructions on "$batch")
	awk -v on="$on" -v off="$off" -v batch="$batch" -v packets=$((cycles * batch)) \
		-v limit=$limit_percent 'BEGIN {
			more = (on - off) * 100 / off
			printf "batch %2d: %.2f instructions per packet with the watchdog, %.2f without: %+.2f %%\n",
				batch, on / packets, off / packets, more
			exit off == 0 || more > limit
		}' || status=1
done
exit $status
