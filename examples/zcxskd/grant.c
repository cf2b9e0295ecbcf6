/* SPDX-License-Identifier: BSD-2-Clause */
/* grant.c - checks whether a grant covers the packets of a request. */
#include "grant.h"

#include <string.h>

#include "rules/box.h"
#include "rules/rules.h"

/* Whether the request passes these packets before its box number `box`. */
static bool passes(const struct zcxsk_rules *wish, uint32_t box,
		   const struct redirect_term *packets)
{
	for (uint32_t i = 0; i < box; i++)
		if (!wish->terms[i].take && rule_box_contains(&wish->terms[i], packets))
			return true;
	return false;
}

/*
 * Whether the granted set takes every packet for which the request reaches this box.
 * If the grant passes packets first, the request must have passed them as well.
 */
static bool takes(const struct zcxsk_rules *granted, const struct zcxsk_rules *wish, uint32_t box)
{
	const struct redirect_term *wanted = &wish->terms[box];
	struct redirect_term both;

	for (uint32_t i = 0; i < granted->term_count; i++) {
		const struct redirect_term *term = &granted->terms[i];

		if (term->take && rule_box_contains(term, wanted))
			return true;
		if (!term->take && rule_box_intersect(&both, term, wanted) &&
		    !passes(wish, box, &both))
			return false;
	}
	return false;
}

int broker_grant_follow(const struct zcxsk_rules *granted, const struct zcxsk_rules *wish,
			uint32_t *box)
{
	for (; wish && *box < wish->term_count; (*box)++) {
		const struct redirect_term *term = &wish->terms[*box];

		if (term->take && !(granted && takes(granted, wish, *box)))
			return term->rule;
	}
	return -1;
}

bool broker_grant_same(const struct zcxsk_rules *a, const struct zcxsk_rules *b)
{
	uint32_t count = a ? a->term_count : 0;

	if (count != (b ? b->term_count : 0))
		return false;
	return !count || !memcmp(a->terms, b->terms, count * sizeof(a->terms[0]));
}
