/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prefix.h - address prefixes, and what a list of them says of each
 * address: the longest prefix that contains it decides.
 */
#ifndef ZCXSK_LIB_RULES_PREFIX_H
#define ZCXSK_LIB_RULES_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redirect_abi.h"

struct rule_prefix {
	struct redirect_address address;
	uint8_t family; /* 4 or 6 */
	uint8_t length; /* bits */
	bool except;	/* its addresses are not in the list */
	uint32_t at;	/* where it stands in the text */
};

/* Part of an address space, up to the next segment or the end. */
struct rule_segment {
	struct redirect_address first;
	bool inside;
};

/* Bits of an address of a family. */
static inline unsigned rule_prefix_bits(unsigned family)
{
	return family == 4 ? 32 : 128;
}

/* Fills *prefix from an address in network byte order; except and at become 0. */
void rule_prefix_set(struct rule_prefix *prefix, unsigned family, const uint8_t *bytes,
		     unsigned length);

/* 0, or -EINVAL with the reason in why: too long, or bits behind the prefix. */
int rule_prefix_check(const struct rule_prefix *prefix, char *why, size_t size);

/* Writes "10.0.0.0/8", or the bare address when all its bits count. */
void rule_prefix_text(const struct rule_prefix *prefix, char *buf, size_t size);

/* Order for qsort: by family and address, a shorter prefix first. */
int rule_prefix_compare(const void *one, const void *other);

/*
 * Cuts the address space into segments that are in the list and not in it, in
 * turn. The prefixes are of one family and sorted, none stands twice. *out has
 * at least one segment and is freed by the caller. 0 or -ENOMEM.
 */
int rule_prefix_segments(const struct rule_prefix *prefixes, uint32_t count,
			 struct rule_segment **out, uint32_t *segments);

/* The address before this one, which is not the first. */
struct redirect_address rule_address_before(struct redirect_address address);

#endif
