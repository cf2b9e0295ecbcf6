/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.h - tells whether an interface is the one this machine is managed by,
 * and whether rules would take what it is managed by, so that nobody loses it.
 */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_H
#define ZCXSK_LIB_REDIRECT_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <zcxsk/rule.h>

/*
 * 1 when ifname carries a default route, or the local address of the SSH
 * connection named by SSH_CONNECTION; also when it is a part of such an
 * interface (port of a bridge or bond, device under a VLAN), or when that
 * cannot be found out. Then why says what was found, cut to size bytes.
 * Otherwise 0. Looks into the network namespace of the calling thread.
 */
int guard_management(const char *ifname, char *why, size_t size);

/*
 * Whether rules could take what such a machine is reached by: the SSH
 * connection named by SSH_CONNECTION, TCP to port 22 of its own addresses, ARP,
 * IPv6 neighbour discovery, answers of DHCP. Then what says which rule and
 * which packets, cut to size bytes.
 */
bool guard_rules(const struct zcxsk_rules *rules, char *what, size_t size);

#endif
