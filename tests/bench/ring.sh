#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ring.sh ZCXSK-BENCH MAN-PAGE
#
# ring measures without privileges, and writes a complete JSON object as the man
# page describes it, a CSV file and a report.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"
make_work
bench=$1 page=$2

# The words marked as variables in the JSON section of the man page.
sed -n '/^\.Sh JSON/,/^\.Sh EXIT/s/^\(\.It \)\{0,1\}\.\{0,1\}Va \(.*\)/\2/p' "$page" |
	grep -oE '[a-z_]{2,}' | sort -u >"$work/documented"

# keys_of FILTER: all of them are documented.
keys_of() {
	jq -r "$1 | keys[]" "$work/ring.json" | sort -u | comm -23 - "$work/documented" >"$work/extra"
	[[ ! -s $work/extra ]] || {
		fail "the man page lacks these keys of $1"
		show "$work/extra"
	}
}

complete() {
	json ring.json '.schema == 1 and (keys == ["machine", "ratios", "results", "schema"])'
	json ring.json '.machine | (.cpus >= 1) and (.cpu | length > 0) and (.kernel | length > 0)'
	json ring.json '.machine.place == "memory" and (.machine.library | test("^[0-9.]+$"))'
	json ring.json '[.results[] | select(.engine == "zcxsk" or .engine == "libxdp")] == .results'
	json ring.json '.results | all(.min <= .median and .median <= .max and .runs == (.values | length))'
	json ring.json '.results | all(.mode == "memory" and (.batch == 1 or .batch == 64))'
	json ring.json '.ratios | all(.engine == "zcxsk" and .against == "libxdp")'
	json ring.json '.ratios | all(.low <= .ratio and .ratio <= .high)'
	keys_of .
	keys_of '.results[]'
	keys_of '.ratios[]'
	keys_of .machine
}

# has CASE METRIC RUNS: both engines at both batches, and the ratio.
has() {
	json ring.json "[.results[] | select(.case == \"$1\" and .metric == \"$2\" and .runs == $3)
		| [.engine, .batch]] | sort == [[\"libxdp\", 1], [\"libxdp\", 64], [\"zcxsk\", 1],
		[\"zcxsk\", 64]]"
	json ring.json "[.ratios[] | select(.case == \"$1\" and .metric == \"$2\") | .batch]
		| sort == [1, 64]"
}

run 0 "$bench" ring --quick --rounds 2 --seconds 0.02 --batch 1,64 --json - \
	--csv "$work/ring.csv" --report "$work/report"
cp "$work/out" "$work/ring.json"
cp "$work/err" "$work/ring.err"
complete
for case in ring_tx_cycle ring_rx_cycle; do
	has "$case" ns_per_packet 2
	has "$case" instructions_per_packet 1
	# Two threads need two processors.
	(($(nproc) == 1)) || has "${case}_two_threads" ns_per_packet 2
done
says ring.err '^ring_tx_cycle, batch 64: ns_per_packet \(ns\)' # the table goes to stderr then
says ring.csv '^case,engine,mode,batch,'
says ring.csv '^ring_rx_cycle,zcxsk,memory,64,0,0,ns_per_packet,ns,'
says report/index.html '<h1>zcxsk-bench</h1>'
# Nothing is loaded from other files.
check eval '! grep -qE "(src|href)=\"[^d]" "$work/report/index.html"'
jq -S . "$work/report/result.json" >"$work/written"
jq -S . "$work/ring.json" | diff - "$work/written" >"$work/diff" || fail 'the report has another result'
run 0 "$bench" report "$work/ring.json" "$work/again"
check cmp "$work/report/index.html" "$work/again/index.html"
printf '{"schema": 1, "results": [{}]}\n' >"$work/part.json"
run 2 "$bench" report "$work/part.json" "$work/again"
says err 'part.json: not a result of zcxsk-bench'
if command -v gnuplot >/dev/null; then
	says report/index.html '<img alt="ring_tx_cycle: .*less is better.*src="data:image/svg'
	says report/plot-1.svg '^</svg>'
	# Without a size in the picture, the page would not show it.
	for plot in "$work"/report/plot-*.svg; do
		says "report/${plot##*/}" '^ width="[1-9][0-9]*" height="[1-9][0-9]*"'
	done
else
	says report/index.html 'gnuplot is not installed'
fi

# Counting again gives the same instructions.
run 0 "$bench" ring --quick --rounds 1 --seconds 0.01 --batch 64 --json -
cp "$work/out" "$work/again.json"
jq -e --slurpfile first "$work/ring.json" 'def counts: [.results[]
	| select(.metric == "instructions_per_packet" and .batch == 64) | [.case, .engine, .median]];
	counts == ($first[0] | counts)' "$work/again.json" >/dev/null || fail 'counts differ'

# After an early end the JSON has the readings up to then.
start early "$bench" ring --rounds 64 --seconds 1 --batch 64 --engine libxdp --json "$work/early.json"
await has_line early.err '^ring: turn 1 of '
signal early INT
end early 130
json early.json '.schema == 1 and (.results | type == "array")'
finish
