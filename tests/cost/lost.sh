#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# lost.sh CYCLE
#
# Checks that a packet whose completion never comes costs the packets after it almost
# nothing: callgrind counts the instructions per packet of a sending cycle with and
# without one, on the largest ring.
set -euo pipefail

readonly cycle=$1 packets=25600 limit_percent=20
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# instructions on|lost BATCH
instructions() {
	valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/out" --toggle-collect=cycle \
		"$cycle" "$1" "$2" $((packets / $2)) >&2
	awk '/^summary:/ { print $2 }' "$folder/out"
}

status=0
for batch in 1 16 64 256; do
	without=$(instructions on "$batch")
	with=$(instructions lost "$batch")
	awk -v with="$with" -v without="$without" -v batch="$batch" -v packets=$packets \
		-v limit=$limit_percent 'BEGIN {
			more = (with - without) * 100 / without
			printf "batch %3d: %.2f instructions per packet with a lost completion, %.2f without: %+.2f %%\n",
				batch, with / packets, without / packets, more
			exit without == 0 || more > limit
		}' || status=1
done
exit $status
