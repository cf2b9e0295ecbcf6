/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prefix.h - address prefixes, and lists of them with exceptions: the longest prefix
 * that contains an address decides whether it is in the list.
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
	bool except;	/* excludes its addresses from the list */
	uint32_t at;	/* position in the text, in bytes */
};

/* A part of the address space, up to the next segment or the end. */
struct rule_segment {
	struct redirect_address first;
	bool inside;
};

/* The number of bits of a family's addresses. */
static inline unsigned rule_prefix_bits(unsigned family)
{
	return family == 4 ? 32 : 128;
}

/* Sets *prefix to an address in network byte order; `except` and `at` become 0. */
void rule_prefix_set(struct rule_prefix *prefix, unsigned family, const uint8_t *bytes,
		     unsigned length);

/* 0, or -EINVAL with the reason in why: too long, or bits set after the prefix. */
int rule_prefix_check(const struct rule_prefix *prefix, char *why, size_t size);

/* Writes "10.0.0.0/8", or just the address if the prefix has its full length. */
void rule_prefix_text(const struct rule_prefix *prefix, char *buf, size_t size);

/* Order for qsort: by family and address, a shorter prefix first. */
int rule_prefix_compare(const void *one, const void *other);

/*
 * Cuts the address space into segments that are alternately inside and outside of
 * the list. The prefixes are of one family, sorted, without duplicates. *out has at
 * least one segment; the caller frees it. 0 or -ENOMEM.
 */
int rule_prefix_segments(const struct rule_prefix *prefixes, uint32_t count,
			 struct rule_segment **out, uint32_t *segments);

/* The address before this one, which must not be the first. */
struct redirect_address rule_address_before(struct redirect_address address);

#endif
