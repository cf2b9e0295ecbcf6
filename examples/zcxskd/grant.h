/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grant.h - sets of rules compared by the packets that they take: what a
 * client of a broker wishes for, what it is granted, what another has already.
 * NULL is a set without rules.
 */
#ifndef ZCXSK_LIB_BROKER_GRANT_H
#define ZCXSK_LIB_BROKER_GRANT_H

#include <stdbool.h>
#include <zcxsk/rule.h>

/*
 * Goes through the boxes of a wish from *box on, while the packets that they
 * take are taken by the granted set too. The number of the rule at which it
 * has to stop, with *box at that rule's box; -1 at the end. Asked with one
 * grant after the other and the same *box it tells whether all of them together
 * do. It never lets through too much; it stops too early where only several
 * boxes of the granted set hold one of the wish, each a part.
 */
int broker_grant_follow(const struct zcxsk_rules *granted, const struct zcxsk_rules *wish,
			uint32_t *box);

/* Whether both sets decide alike, box by box. */
bool broker_grant_same(const struct zcxsk_rules *a, const struct zcxsk_rules *b);

#endif
