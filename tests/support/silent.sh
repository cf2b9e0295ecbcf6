# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# silent.sh: brings up an interface so that the kernel sends nothing on it. Sourced, never
# run.

# silent_up IFACE: without an IPv6 address there is nothing to announce. Two commands,
# because Linux 6.1 brings the link up before it applies other settings.
silent_up() {
	ip link set "$1" addrgenmode none
	ip link set "$1" up
}
