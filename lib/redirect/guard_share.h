/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_share.h - the devices that get packets of a card: those above it, and those
 * behind the bridge that it is a port of.
 */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_SHARE_H
#define ZCXSK_LIB_REDIRECT_GUARD_SHARE_H

#include "redirect/guard_facts.h"

/* How a device's packets look when the XDP program of the card sees them. */
struct guard_tags {
	bool any;     /* VLAN tags that are not known */
	bool macsec;  /* encrypted */
	bool strange; /* something unknown */
	uint8_t count;
	uint16_t vlan[2]; /* the outer one first */
};

struct guard_way {
	unsigned index;
	bool leaves;	 /* a port of a bridge: packets of the card leave by it */
	bool ipv4, ipv6; /* has an address or a default route */
	struct guard_tags tags;
};

struct guard_share {
	unsigned base;
	struct guard_list ways; /* struct guard_way, first the card itself */
	int ret;		/* 0, or why some of it is not known */
	const char *what;	/* what could not be read */
};

/*
 * Finds them. What cannot be read leaves the card with unknown tags, and with both
 * families; share->ret and share->what tell.
 */
void guard_find_share(struct guard_share *share, struct guard_facts *facts, unsigned base);
void guard_share_free(struct guard_share *share);

/* The way to a device that receives packets of the card; NULL: it does not. */
const struct guard_way *guard_way_to(const struct guard_share *share, unsigned index);

/* Tags of a packet that may have any. */
struct guard_tags guard_any_tags(void);

#endif
