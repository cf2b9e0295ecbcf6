#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# soak_leak.sh PROGRAM
#
# The soak notices a leak of one frame in a million.
set -euo pipefail

readonly every=1000000 seconds=180
output=$(ZCXSK_SOAK_LEAK=$every "$1" $seconds 2>&1) && status=0 || status=$?
printf '%s\n' "$output"
((status != 77)) || exit 77
((status == 1)) || {
	printf 'the status is %d, expected 1\n' "$status"
	exit 1
}
grep -q 'failed: the program holds as many frames as the library counts: held is' <<<"$output"
