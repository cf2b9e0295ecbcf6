/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.h - sets up interfaces by ioctl and netlink, since a guest has no tools
 * for it. All work in the calling thread's network namespace and return 0 or
 * -errno; addresses are IPv4 in network byte order.
 */
#ifndef ZCXSK_BENCH_LINK_H
#define ZCXSK_BENCH_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* A veth pair of one queue each; the far end is born in that namespace. */
int link_make_veth(const char *near, const char *far, int far_namespace);
int link_move(const char *ifname, int to_namespace);
int link_up(const char *ifname);
int link_mac(const char *ifname, uint8_t mac[6]);
int link_set_address(const char *ifname, uint32_t address);
/* -EADDRNOTAVAIL when it has none. */
int link_address(const char *ifname, uint32_t *address);
/* A fixed neighbour, so that nobody has to answer ARP. */
int link_set_neighbour(const char *ifname, uint32_t address, const uint8_t mac[6]);
/* ETHTOOL_S... commands that take a number: ETHTOOL_SGRO, ETHTOOL_STXCSUM. */
int link_set_feature(const char *ifname, uint32_t command, bool on);
/* True when a default route of IPv4 or IPv6 goes out by the interface. */
bool link_has_default_route(const char *ifname);

#endif
