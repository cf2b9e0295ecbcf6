/* SPDX-License-Identifier: BSD-2-Clause */
/* addresses.c - the addresses of an interface, for --with-addresses only. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <string.h>

#include "card.h"

static const void *address_of(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return &((const struct sockaddr_in *)(const void *)address)->sin_addr;
	if (address->sa_family == AF_INET6)
		return &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	return NULL;
}

void card_read_addresses(struct card *card)
{
	const uint8_t *mac = card->nic.mac;
	char text[INET6_ADDRSTRLEN];
	struct ifaddrs *all;
	json_t *list;

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	facts_set_text(&card->facts, "addresses", "mac", text);
	if (getifaddrs(&all)) {
		facts_unknown(&card->facts, "addresses", "ip", -errno);
		return;
	}
	list = json_array();
	for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
		const void *address = a->ifa_addr ? address_of(a->ifa_addr) : NULL;

		if (address && !strcmp(a->ifa_name, card->nic.ifname) &&
		    inet_ntop(a->ifa_addr->sa_family, address, text, sizeof(text)))
			json_array_append_new(list, json_string(text));
	}
	freeifaddrs(all);
	facts_set(&card->facts, "addresses", "ip", list);
}
