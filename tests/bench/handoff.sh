#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# handoff.sh ZCXSK-BENCH
#
# handoff measures both queues in each round, without privileges, and only the
# requested engines. The bench itself checks that no packet is lost or reordered.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"
make_work
bench=$1

run 0 "$bench" handoff --rounds 2 --seconds 0.02 --batch 1,64 --json "$work/handoff.json"
says out '^handoff, batch 64: ns_per_packet \(ns\)$'
json handoff.json '[.results[] | select(.case == "handoff" and .metric == "ns_per_packet"
	and .mode == "memory" and .runs == 2 and .min > 0) | [.engine, .batch]] | sort
	== [["mutex-queue", 1], ["mutex-queue", 64], ["zcxsk", 1], ["zcxsk", 64]]'
json handoff.json '[.ratios[] | [.engine, .against, .batch]] | sort
	== [["zcxsk", "mutex-queue", 1], ["zcxsk", "mutex-queue", 64]]'

run 0 "$bench" handoff --rounds 1 --seconds 0.01 --batch 1,2000 --engine zcxsk --json "$work/one.json"
says err 'batch 2000 is skipped: the queue holds 1024'
json one.json '[.results[] | [.engine, .batch]] == [["zcxsk", 1]] and .ratios == []'

run 1 "$bench" handoff --rounds 1 --seconds 0.01 --engine libxdp
says err 'nothing could be measured here'
finish
