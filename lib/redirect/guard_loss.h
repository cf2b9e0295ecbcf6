/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_loss.h - what a set of rules would take away from this machine: one decision of
 * the guard, its facts, and the losses that it has found.
 */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_LOSS_H
#define ZCXSK_LIB_REDIRECT_GUARD_LOSS_H

#include <zcxsk/error.h>
#include <zcxsk/redirect.h>

#include "redirect/guard_boxes.h"

struct guard {
	const struct zcxsk_rules *rules;
	uint64_t give_up; /* ZCXSK_GIVE_UP_* */
	const char *ifname;
	unsigned card;
	struct guard_facts facts;
	struct guard_share share; /* of the card, see guard_of_card() */
	bool share_known;
	struct guard_list uses; /* struct guard_use, of the card */
	bool uses_known;
	struct guard_list losses;
	uint64_t lost; /* ZCXSK_GIVE_UP_* of these */
	int ret;       /* -ENOMEM: they are not complete */
};

/* Something for which the machine needs a card to have IPv4 or IPv6. */
struct guard_use {
	int family;
	unsigned index;
	struct guard_tags tags;
	char reason[96]; /* "the IPv4 default route" */
};

const struct guard_share *guard_of_card(struct guard *g);

/*
 * Finds the uses of a device: connections, servers reached by it, default routes, a
 * client of DHCP. If that cannot be read, one use for each family, with the reason.
 * Returns 0 or -ENOMEM.
 */
int guard_find_uses(struct guard_facts *facts, const struct guard_share *share,
		    struct guard_list *uses);

/* Adds one use with the text of a format; a family of a device has one, the first. */
int guard_add_use(struct guard_list *uses, int family, unsigned index,
		  const struct guard_tags *tags, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The uses of the card, with the tunnels that need it, kept in g->uses. */
void guard_card_uses(struct guard *g);
int guard_add_tunnels(struct guard *g);

/* Whether these rules could take a packet of the box, with any tags. */
bool guard_may_take(const struct guard *g, const struct redirect_term *box);

/*
 * If the rules could take packets of the box, these are lost, unless `kind` is given up:
 * notes it with the text.
 */
void guard_lose(struct guard *g, uint64_t kind, const struct redirect_term *box,
		const struct guard_tags *tags, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The kinds of losses, each in its own file. */
void guard_lose_ssh(struct guard *g);
void guard_lose_wrapped(struct guard *g);
void guard_lose_local(struct guard *g); /* ARP, ND, DHCP, path MTU, multicast */
void guard_lose_link(struct guard *g);	/* LACP, spanning tree, 802.1X */
void guard_lose_tunnels(struct guard *g);

/* Fills *error from the losses. Returns 0 if there are none, -EPERM or -ENOMEM. */
int guard_explain(const struct guard *g, struct zcxsk_error *error);

/*
 * Decides, as guard_check(), for a guard with its first four fields set, and with the
 * facts that are known already. guard_free() frees what it has read.
 */
int guard_decide(struct guard *g, struct zcxsk_error *error);
void guard_free(struct guard *g);

#endif
