/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.h - protects management traffic, the packets without which the machine
 * cannot be reached (SSH, ARP, IPv6 neighbour discovery, DHCP): finds out whether
 * an interface carries it, and whether rules would take it.
 */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_H
#define ZCXSK_LIB_REDIRECT_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <zcxsk/rule.h>

/*
 * Returns 1 if ifname or one of its upper devices (bond, bridge, VLAN) has a
 * default route, or the local address of the SSH connection in SSH_CONNECTION;
 * also if that cannot be determined. Then *why is the reason, cut to size bytes.
 * Otherwise returns 0. Uses the network namespace of the calling thread.
 */
int guard_management(const char *ifname, char *why, size_t size);

/*
 * Whether rules could take management traffic: the SSH connection in
 * SSH_CONNECTION, TCP to port 22 of an address of this machine, ARP, IPv6
 * neighbour discovery, DHCP replies. Then *what names the rule and the packets,
 * cut to size bytes.
 */
bool guard_rules(const struct zcxsk_rules *rules, char *what, size_t size);

#endif
