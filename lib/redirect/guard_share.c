/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_share.c - the devices that get packets of a card. */
#include "redirect/guard_share.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

struct guard_tags guard_any_tags(void)
{
	return (struct guard_tags){.any = true};
}

static bool is_kind(const struct guard_link *link, const char *kind)
{
	return !strcmp(link->kind, kind);
}

static struct guard_tags with_tag(struct guard_tags tags, const struct guard_link *upper)
{
	tags.macsec |= upper->class == GUARD_MACSEC;
	tags.strange |= upper->class == GUARD_STRANGE;
	if (!is_kind(upper, "vlan"))
		return tags;
	if (tags.count == sizeof(tags.vlan) / sizeof(tags.vlan[0]))
		tags.any = true;
	else
		tags.vlan[tags.count++] = upper->vlan;
	return tags;
}

/* Whether `other` gets what arrives on the device of `way`; then *found is the way to it. */
static bool goes_up(const struct guard_way *way, const struct guard_link *link,
		    const struct guard_link *other, struct guard_way *found)
{
	*found = (struct guard_way){.index = other->index, .tags = way->tags};
	if (other->index == link->master) {
		found->tags.strange |= other->class == GUARD_STRANGE;
		found->tags.any |= other->any_vlan;
		return true;
	}
	/* All devices of an Open vSwitch may belong to one bridge. */
	if (is_kind(link, "openvswitch") && is_kind(other, "openvswitch")) {
		found->tags.any = true;
		return true;
	}
	if (other->lower != link->index || other->class == GUARD_PAIR ||
	    other->class == GUARD_TUNNEL)
		return false;
	found->tags = with_tag(way->tags, other);
	return true;
}

/* Whether `other` gets what leaves by a port of a bridge, or is such a port. */
static bool goes_through(const struct guard_way *way, const struct guard_link *link,
			 const struct guard_link *other, struct guard_way *found)
{
	*found = (struct guard_way){.index = other->index, .tags = way->tags};
	if (way->leaves)
		return link->class == GUARD_PAIR && other->index == link->lower &&
		       other->lower == link->index;
	if (other->master != link->index ||
	    !(is_kind(link, "bridge") || is_kind(link, "openvswitch")))
		return false;
	found->leaves = true;
	found->tags.any |= link->any_vlan || is_kind(link, "openvswitch");
	return true;
}

static bool has_way(const struct guard_share *share, unsigned index)
{
	for (GUARD_EACH(const struct guard_way, way, &share->ways))
		if (way->index == index)
			return true;
	return false;
}

static int add_way(struct guard_share *share, const struct guard_way *way)
{
	struct guard_way *added = guard_list_add(&share->ways, sizeof(*added));

	if (!added)
		return -ENOMEM;
	*added = *way;
	return 0;
}

static int spread(struct guard_share *share, const struct guard_table *links)
{
	int ret = 0;

	for (uint32_t i = 0; i < share->ways.count && !ret; i++) {
		const struct guard_way way = *(struct guard_way *)guard_list_at(&share->ways, i);
		const struct guard_link *link = guard_find_link(links, way.index);
		struct guard_way found;

		if (!link)
			continue;
		for (GUARD_EACH(const struct guard_link, other, &links->list)) {
			if (ret || has_way(share, other->index))
				continue;
			if ((!way.leaves && goes_up(&way, link, other, &found)) ||
			    goes_through(&way, link, other, &found))
				ret = add_way(share, &found);
		}
	}
	return ret;
}

static void fail(struct guard_share *share, int ret, const char *what)
{
	if (!ret || share->ret)
		return;
	share->ret = ret;
	share->what = what;
}

static void mark(struct guard_share *share, unsigned index, int family)
{
	for (GUARD_EACH(struct guard_way, way, &share->ways)) {
		if (way->index != index || way->leaves)
			continue;
		way->ipv4 |= family == AF_INET;
		way->ipv6 |= family == AF_INET6;
	}
}

static void find_families(struct guard_share *share, struct guard_facts *facts)
{
	const struct guard_table *addresses = guard_read_addresses(facts);
	const struct guard_table *defaults = guard_read_defaults(facts);

	fail(share, addresses->ret, "the addresses");
	fail(share, defaults->ret, "the routes");
	for (GUARD_EACH(const struct guard_own_address, own, &addresses->list))
		if (!guard_is_link_local(&own->address))
			mark(share, own->index, own->address.family);
	for (GUARD_EACH(const struct guard_default, one, &defaults->list))
		mark(share, one->index, one->family);
}

void guard_find_share(struct guard_share *share, struct guard_facts *facts, unsigned base)
{
	const struct guard_table *links = guard_read_links(facts);
	const struct guard_way self = {.index = base};
	struct guard_way *card;

	*share = (struct guard_share){.base = base};
	fail(share, add_way(share, &self), "the devices");
	fail(share, links->ret, "the devices");
	if (!links->ret)
		fail(share, spread(share, links), "the devices");
	find_families(share, facts);
	if (!share->ret || !share->ways.count)
		return;
	card = guard_list_at(&share->ways, 0);
	card->ipv4 = card->ipv6 = card->tags.any = true;
}

void guard_share_free(struct guard_share *share)
{
	guard_list_free(&share->ways);
}

const struct guard_way *guard_way_to(const struct guard_share *share, unsigned index)
{
	for (GUARD_EACH(const struct guard_way, way, &share->ways))
		if (way->index == index && !way->leaves)
			return way;
	return NULL;
}
