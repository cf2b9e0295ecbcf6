/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grant.h - compares sets of rules by the packets that they take: a client's request,
 * its grants, and the rules of other clients. NULL is a set without rules.
 */
#ifndef ZCXSK_LIB_BROKER_GRANT_H
#define ZCXSK_LIB_BROKER_GRANT_H

#include <stdbool.h>
#include <zcxsk/rule.h>

/*
 * Advances *box through the boxes of a request while the grant takes their packets.
 * Returns the number of the rule where it stops, or -1 at the end. Repeated with each
 * grant and the same *box, it checks all grants together. It never allows too much; it
 * stops too early if a box is covered only by several boxes of the grant together.
 */
int broker_grant_follow(const struct zcxsk_rules *granted, const struct zcxsk_rules *wish,
			uint32_t *box);

/* Whether both sets have the same boxes. */
bool broker_grant_same(const struct zcxsk_rules *a, const struct zcxsk_rules *b);

#endif
