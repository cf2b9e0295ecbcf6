/* SPDX-License-Identifier: BSD-2-Clause */
/* net.h - sets up interfaces by ioctl, since the guest has no other tools. */
#ifndef DEMO_NET_H
#define DEMO_NET_H

#include <stdint.h>

#define MAC_BYTES 6u

/* All return 0 or -errno; addresses are IPv4 in host byte order. */
int net_up(const char *ifname);
int net_mac(const char *ifname, uint8_t mac[MAC_BYTES]);
/* Sets the address, with a prefix of 24 bits. */
int net_address(const char *ifname, uint32_t address);
/* Adds a permanent neighbour, so that sending needs no ARP. */
int net_neighbour(const char *ifname, uint32_t address, const uint8_t mac[MAC_BYTES]);

/* Packets that the interface itself counts as dropped. */
struct net_drops {
	uint64_t rx;
	uint64_t tx;
};

int net_read_drops(const char *ifname, struct net_drops *drops);

#endif
