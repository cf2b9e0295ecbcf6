/* SPDX-License-Identifier: BSD-2-Clause */
/* prefix.c - checks, formats and sorts prefixes, and cuts the address space by them. */
#include "rules/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The most prefixes that contain an address: one of each length from 0 to 128. */
#define DEPTH_MAX 129

typedef unsigned __int128 wide;

static wide widen(struct redirect_address address)
{
	return (wide)address.high << 64 | address.low;
}

static struct redirect_address narrow(wide address)
{
	return (struct redirect_address){.high = (uint64_t)(address >> 64),
					 .low = (uint64_t)address};
}

/* The bits that do not belong to the prefix. */
static wide host_bits(const struct rule_prefix *prefix)
{
	unsigned bits = rule_prefix_bits(prefix->family) - prefix->length;

	return bits == 128 ? ~(wide)0 : ((wide)1 << bits) - 1;
}

/*
 * The last address of a prefix. For one that reaches the last IPv4 address it is the
 * largest number, so that the end of the address space is the same in both families.
 */
static wide prefix_last(const struct rule_prefix *prefix)
{
	wide last = widen(prefix->address) | host_bits(prefix);

	return prefix->family == 4 && last == UINT32_MAX ? ~(wide)0 : last;
}

void rule_prefix_set(struct rule_prefix *prefix, unsigned family, const uint8_t *bytes,
		     unsigned length)
{
	wide address = 0;

	for (unsigned i = 0; i < rule_prefix_bits(family) / 8; i++)
		address = address << 8 | bytes[i];
	*prefix = (struct rule_prefix){
		.address = narrow(address), .family = (uint8_t)family, .length = (uint8_t)length};
}

int rule_prefix_check(const struct rule_prefix *prefix, char *why, size_t size)
{
	unsigned bits = rule_prefix_bits(prefix->family);

	if (prefix->length > bits) {
		snprintf(why, size, "prefix length %u is above the maximum of %u", prefix->length,
			 bits);
		return -EINVAL;
	}
	if (widen(prefix->address) & host_bits(prefix)) {
		char text[INET6_ADDRSTRLEN + 4];

		rule_prefix_text(prefix, text, sizeof(text));
		snprintf(why, size, "%s has bits set after the first %u", text, prefix->length);
		return -EINVAL;
	}
	return 0;
}

void rule_prefix_text(const struct rule_prefix *prefix, char *buf, size_t size)
{
	unsigned bits = rule_prefix_bits(prefix->family);
	char text[INET6_ADDRSTRLEN] = "";
	wide address = widen(prefix->address);
	uint8_t bytes[16];

	for (unsigned i = bits / 8; i--; address >>= 8)
		bytes[i] = (uint8_t)address;
	inet_ntop(prefix->family == 4 ? AF_INET : AF_INET6, bytes, text, sizeof(text));
	if (prefix->length == bits)
		snprintf(buf, size, "%s", text);
	else
		snprintf(buf, size, "%s/%u", text, prefix->length);
}

int rule_prefix_compare(const void *one, const void *other)
{
	const struct rule_prefix *a = one, *b = other;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (widen(a->address) != widen(b->address))
		return widen(a->address) < widen(b->address) ? -1 : 1;
	return (int)a->length - (int)b->length;
}

struct redirect_address rule_address_before(struct redirect_address address)
{
	return narrow(widen(address) - 1);
}

/* ---- segments ------------------------------------------------------------ */

struct cutter {
	struct rule_segment *segments;
	uint32_t count;
	/* The prefixes that contain the current address, the longest last. */
	const struct rule_prefix *open[DEPTH_MAX];
	unsigned depth;
};

static bool is_inside(const struct cutter *cutter)
{
	return cutter->depth && !cutter->open[cutter->depth - 1]->except;
}

/* Starts a segment at this address, for which the longest open prefix decides. */
static void cut(struct cutter *cutter, wide first)
{
	struct rule_segment *segments = cutter->segments;

	/* A second cut at the same address replaces the first. */
	if (cutter->count && widen(segments[cutter->count - 1].first) == first)
		cutter->count--;
	if (cutter->count && segments[cutter->count - 1].inside == is_inside(cutter))
		return;
	segments[cutter->count++] =
		(struct rule_segment){.first = narrow(first), .inside = is_inside(cutter)};
}

/* Closes the prefixes that end before this address. */
static void close_before(struct cutter *cutter, wide address)
{
	while (cutter->depth) {
		wide last = prefix_last(cutter->open[cutter->depth - 1]);

		if (last >= address)
			return;
		cutter->depth--;
		cut(cutter, last + 1);
	}
}

/* Closes the other prefixes. No segment follows one that reaches the last address. */
static void close_all(struct cutter *cutter)
{
	while (cutter->depth) {
		wide last = prefix_last(cutter->open[--cutter->depth]);

		if (last != ~(wide)0)
			cut(cutter, last + 1);
	}
}

int rule_prefix_segments(const struct rule_prefix *prefixes, uint32_t count,
			 struct rule_segment **out, uint32_t *segments)
{
	struct cutter cutter = {0};

	/* Each prefix cuts at its start and after its end. */
	cutter.segments = calloc((size_t)count * 2 + 1, sizeof(*cutter.segments));
	if (!cutter.segments)
		return -ENOMEM;
	cut(&cutter, 0);
	for (uint32_t i = 0; i < count; i++) {
		close_before(&cutter, widen(prefixes[i].address));
		cutter.open[cutter.depth++] = &prefixes[i];
		cut(&cutter, widen(prefixes[i].address));
	}
	close_all(&cutter);
	*out = cutter.segments;
	*segments = cutter.count;
	return 0;
}
