/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.h - sets up interfaces by ioctl and netlink, since a guest has no tools for
 * that. All functions act on the calling thread's network namespace and return 0 or
 * -errno; addresses are IPv4 in network byte order.
 */
#ifndef ZCXSK_BENCH_LINK_H
#define ZCXSK_BENCH_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* A veth pair with one queue each; the far end is created in that namespace. */
int link_make_veth(const char *near, const char *far, int far_namespace);
int link_move(const char *ifname, int to_namespace);
int link_up(const char *ifname);
int link_mac(const char *ifname, uint8_t mac[6]);
int link_set_address(const char *ifname, uint32_t address);
/* -EADDRNOTAVAIL if it has none. */
int link_address(const char *ifname, uint32_t *address);
/* A permanent neighbour entry, so that no ARP is needed. */
int link_set_neighbour(const char *ifname, uint32_t address, const uint8_t mac[6]);
/* An ETHTOOL_... request, which begins with its command. */
int link_ethtool(const char *ifname, void *request);
/* True if an IPv4 or IPv6 default route uses the interface. */
bool link_has_default_route(const char *ifname);

#endif
