#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# 75_soak.sh [SECONDS]
#
# A program on a card with four queues, in zero-copy, while everything goes wrong: see
# tests/kernel/soak.c. This host unplugs the card, takes its link away and stops the guest
# when the program asks for it. An interrupt ends the program, which reports.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

readonly seconds=${1:-30} margin=900
readonly plug_seconds=100 # until a card that is being unplugged is gone

# Settings of the program that the guest gets, too.
settings=()
for name in ZCXSK_SOAK_LEAK ZCXSK_SOAK_TRACE; do
	[[ -z ${!name:-} ]] || settings+=(--env "$name=${!name}")
done

own_network
ip link add bridge0 type bridge mcast_snooping 0
silent_up bridge0
ip tuntap add near0 mode tap multi_queue vnet_hdr
ip tuntap add far0 mode tap vnet_hdr
for tap in near0 far0; do
	ip link set "$tap" master bridge0
	silent_up "$tap"
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/zcxsk-soak.XXXXXX")
guest=''
# shellcheck disable=SC2317 # called by the trap
clean_up() {
	[[ -z $guest ]] || kill "$guest" 2>/dev/null || true
	[[ -z $guest ]] || wait "$guest" || true
	rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 143' TERM HUP

monitor() { (
	trap '' INT
	exec "$cases/../monitor" "$folder/monitor" "$@"
); }

# As tests/guest/run made it. The old card may still be on its way out.
plug() {
	local ends=$((SECONDS + plug_seconds))

	until monitor device_add driver=virtio-net-pci id=nic1 netdev=net1 bus=port1 \
		disable-legacy=on iommu_platform=on mq=on vectors=10 mac=52:54:00:78:73:11 2>/dev/null; do
		((SECONDS < ends)) || return 1
		sleep 0.1
	done
}

obey() {
	case $1 in
	unplug) monitor device_del id=nic1 ;;
	plug) plug ;;
	link) monitor set_link name=nic1 up="$([[ $2 == on ]] && echo true || echo false)" ;;
	pause)
		monitor stop
		sleep "$(printf '0.%03d' "$2")"
		monitor cont
		;;
	*) return 1 ;;
	esac
}

# Shows the program's output, and answers its requests.
serve() {
	local line
	local -a words

	while IFS= read -r line; do
		case $line in
		'host '*)
			read -r -a words <<<"${line#host }"
			obey "${words[@]}" || printf 'the host could not %s\n' "${words[*]}"
			echo 'done' >&"$answers"
			;;
		*) printf '%s\n' "$line" ;;
		esac
	done
}

mkfifo "$folder/input" "$folder/output"
exec {answers}<>"$folder/input"
# The guest has its own process group, so that an interrupt reaches only this script.
set -m
"$cases/../run" --kernel newest --smp 2 --deadline $((seconds + margin)) \
	--qmp "$folder/monitor" --input "$folder/input" \
	--nic tap=1:far0 --nic tap=4:near0,hotplug=on \
	--env ZCXSK_TEST_IFACES='eth1 eth0' --env ZCXSK_TEST_MODES=zero-copy \
	--env ZCXSK_SOAK_SEED="${ZCXSK_SOAK_SEED:-$((RANDOM * 32768 + RANDOM + 1))}" \
	"${settings[@]}" --add "$(command -v ip):/bin/ip" --add "$programs/kernel_soak:/tests/soak" \
	-- /tests/soak "$seconds" >"$folder/output" &
guest=$!
set +m
trap 'echo end >&"$answers"' INT
serve <"$folder/output"
wait "$guest" && status=0 || status=$?
guest=''
exit "$status"
