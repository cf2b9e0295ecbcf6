# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# silent.sh: how an interface comes up that sends nothing by itself. Sourced,
# never run.

# silent_up IFACE: without an address of IPv6 there is nothing to announce. By two
# commands, since Linux 6.1 brings it up before it does what else the same one
# asks for.
silent_up() {
	ip link set "$1" addrgenmode none
	ip link set "$1" up
}
