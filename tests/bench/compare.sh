#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# compare.sh ZCXSK-BENCH
#
# compare fails if and only if a median became worse by more than the threshold: a
# rate that falls, or a time that grows.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"
make_work
bench=$1

# result FILE PACKETS-PER-SECOND NS-PER-PACKET [ENGINE]
result() {
	local rate time
	rate=$(series tx packets_per_second packets/s "$2" "${4:-zcxsk}")
	time=$(series ring_tx_cycle ns_per_packet ns "$3" "${4:-zcxsk}")
	printf '{"schema": 1, "machine": {}, "results": [%s, %s], "ratios": []}\n' "$rate" "$time" \
		>"$work/$1"
}

# series CASE METRIC UNIT VALUE ENGINE
series() {
	printf '{"case": "%s", "engine": "%s", "mode": "memory", "batch": 64, "packet_size": 64,
		"parameter": 0, "metric": "%s", "unit": "%s", "median": %s, "min": %s, "max": %s,
		"runs": 3, "values": [%s, %s, %s]}' "$1" "$5" "$2" "$3" "$4" "$4" "$4" "$4" "$4" "$4"
}

# compares STATUS ARGUMENT...: runs compare in the folder of the results.
compares() {
	local status=$1
	shift
	(cd "$work" && run "$status" "$bench" compare "$@" && finish) || fail "compare $*"
}

result base.json 1000 50
result slower_rate.json 900 50
result slower_time.json 1000 60
result faster.json 1200 40
result little.json 960 51
result theirs.json 1000 50 libxdp
result theirs_slower.json 500 90 libxdp

compares 0 base.json base.json
says out '2 compared, 0 worse by more than 5 %'
compares 1 base.json slower_rate.json
says out 'packets_per_second .*-10.00 % +WORSE'
compares 1 base.json slower_time.json
says out 'ns_per_packet .*\+20.00 % +WORSE'
compares 0 base.json faster.json
compares 0 base.json little.json
compares 1 --threshold 3 base.json little.json
compares 0 base.json slower_rate.json --threshold 15
compares 0 --engine libxdp theirs.json theirs.json
compares 1 --engine zcxsk,libxdp theirs.json theirs_slower.json
compares 1 theirs.json theirs.json
says err 'no series of zcxsk in common'
compares 1 base.json theirs.json

printf '{"schema": 2, "results": []}\n' >"$work/other.json"
printf '{"schema": 1, "results": [{}]}\n' >"$work/part.json"
printf 'words\n' >"$work/words.json"
for file in other part words nonesuch; do
	compares 2 base.json "$file.json"
	says err "^zcxsk-bench: $file.json: "
done
finish
