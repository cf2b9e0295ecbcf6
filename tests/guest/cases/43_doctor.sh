#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsk-doctor foresees the mode on cards with and without the features for it, and its
# trials come to the same. A device that never completes is noticed. Sockets are listed by
# process once the module is loaded.
set -euo pipefail
# shellcheck source=tests/guest/cases/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

own_network
ip tuntap add fixed0 mode tap vnet_hdr
silent_up fixed0
tools=$programs/../../examples

# says IFACE STATUS PATTERN [OPTION]...: the doctor ends with the status and says that.
says="says() {
	iface=\$1 status=\$2 pattern=\$3
	shift 3
	/tests/doctor \"\$@\" \$iface >/tmp/text 2>/tmp/err
	got=\$?
	[ \$got = \$status ] && tr -s ' \n' ' ' </tmp/text | grep -q \"\$pattern\" && return
	echo \"status \$got\"; cat /tmp/text /tmp/err
	return 1
}"
sockets='/tests/zcxsock rx -i eth0 -d 100 >/dev/null 2>&1 & socket=$!
	until /tests/doctor eth0 | grep -q EBUSY; do :; done'
process='says eth0 6 "note queue 0 has an AF_XDP socket of zcxsock (pid $socket)"'

boot --kernel newest --smp 1 --memory 768 --deadline 540 \
	--add "$tools/zcxsk-doctor:/tests/doctor" --add "$tools/zcxsock:/tests/zcxsock" \
	--nic hub=0 --nic hub=0 --nic hub=1,queue_reset=off --nic hub=1,queue_reset=off \
	--nic hub=2 --nic tap=1:fixed0,ctrl_guest_offloads=off -- \
	"links for i in 0 1 2 3 4 5; do ip link set eth\$i up; done" \
	"zero_copy $says; says eth0 0 ': zero-copy .*trial on queue 0 got zero-copy and sent 8' --try" \
	"no_ring_reset $says; says eth2 3 ': native-copy .*no zero-copy: .*RING_RESET' &&
		says eth2 3 'the trial on queue 0 got native-copy and sent 8 frames' --try" \
	"fixed_offloads $says; says eth5 3 ': generic-copy .*no native-copy, and no faster' &&
		says eth5 3 'the trial on queue 0 got generic-copy and sent 8 frames' --try" \
	"silent $says; says eth4 6 'got zero-copy, but only 0 of 8 frames were sent' --try" \
	"sockets_hidden $says; $sockets; says eth0 6 'of unknown processes.*modprobe xsk_diag';
		status=\$?; kill \$socket; wait \$socket; exit \$status" \
	"sockets_shown $says; insmod /lib/modules/xsk_diag.ko && $sockets; $process;
		status=\$?; kill \$socket; wait \$socket; exit \$status"
