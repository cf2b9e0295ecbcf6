#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doctor_answers.sh ZCXSK-DOCTOR DENY
#
# If ethtool or netlink refuse to answer, or never answer, then what they would say is
# unknown: never "no", never a mode, and no trial is made.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
doctor=$1 deny=$2

# denied WHAT ERRNO [FACT]...: these facts are unknown.
denied() {
	local what=$1 code=$2 fact
	shift 2
	run 4 "$deny" "$what" "$code" "$doctor" --json "$work/json" --try near
	json json '.interfaces[0] | .outlook == "unknown" and .facts.forecast.verdict != "yes"'
	json json 'any(.interfaces[0].findings[]; .severity == "unknown")'
	for fact; do
		json json ".interfaces[0] | .facts.$fact == null and (.unknown[\"$fact\"] | length > 0)"
	done
}

# no_trial: because it is unknown whether a program is attached.
no_trial() {
	json json '.interfaces[0].facts | has("trial") | not'
	json json 'any(.interfaces[0].findings[]; .what | test("not tried, because it is unknown"))'
}

readonly ethtool=(interface.driver interface.firmware queues.combined offloads.gro)
readonly netlink=(xdp.native_program xdp.generic_program queues.added_for_xdp
	sockets.queues_taken sockets.list)

veth near far
denied ethtool 95 "${ethtool[@]}" # EOPNOTSUPP
denied ethtool 1 "${ethtool[@]}"  # EPERM
json json 'any(.interfaces[0].findings[]; .what | test("may not see everything: .*interface.driver"))'
denied netlink 1 "${netlink[@]}"
no_trial
denied requests 95 "${netlink[@]}"
no_trial
denied requests 0 "${netlink[@]}" # never answered
no_trial
finish
