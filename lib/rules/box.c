/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * box.c - operations on boxes, and the compilation of a condition into a list.
 *
 * A "not" moves down to the fields, whose complement is a few boxes. An "or" joins
 * two lists; an "and" intersects every box of one with every box of the other. Boxes
 * inside others are dropped. Both the lists and the work are bounded.
 */
#include "rules/box.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first allocation of a list, in boxes; most conditions are small. */
#define FIRST_ROOM 8

/* A packet has addresses of one family. */
#define FAMILIES (REDIRECT_IPV4 | REDIRECT_IPV6)

/* ---- one box ------------------------------------------------------------- */

static bool is_above(struct redirect_address a, struct redirect_address b)
{
	return a.high != b.high ? a.high > b.high : a.low > b.low;
}

static struct redirect_address higher(struct redirect_address a, struct redirect_address b)
{
	return is_above(a, b) ? a : b;
}

static struct redirect_address lower(struct redirect_address a, struct redirect_address b)
{
	return is_above(a, b) ? b : a;
}

struct redirect_term rule_box_full(void)
{
	struct redirect_term box = {0};

	memset(box.last, 0xff, sizeof(box.last));
	memset(&box.src_last, 0xff, sizeof(box.src_last));
	memset(&box.dst_last, 0xff, sizeof(box.dst_last));
	return box;
}

/* A packet with addresses of one family has none of the other. */
static uint32_t absent_fields(const struct redirect_term *box)
{
	uint32_t families = box->fields & FAMILIES;

	return box->absent | (families ? families ^ FAMILIES : 0);
}

bool rule_box_intersect(struct redirect_term *out, const struct redirect_term *a,
			const struct redirect_term *b)
{
	*out = *a;
	out->fields |= b->fields;
	out->absent |= b->absent;
	if (out->fields & out->absent || (out->fields & FAMILIES) == FAMILIES)
		return false;
	for (unsigned i = 0; i < REDIRECT_VALUES; i++) {
		if (b->first[i] > out->first[i])
			out->first[i] = b->first[i];
		if (b->last[i] < out->last[i])
			out->last[i] = b->last[i];
		if (out->first[i] > out->last[i])
			return false;
	}
	out->src_first = higher(a->src_first, b->src_first);
	out->src_last = lower(a->src_last, b->src_last);
	out->dst_first = higher(a->dst_first, b->dst_first);
	out->dst_last = lower(a->dst_last, b->dst_last);
	return !is_above(out->src_first, out->src_last) && !is_above(out->dst_first, out->dst_last);
}

bool rule_box_contains(const struct redirect_term *outer, const struct redirect_term *inner)
{
	if (outer->fields & ~inner->fields || outer->absent & ~absent_fields(inner))
		return false;
	for (unsigned i = 0; i < REDIRECT_VALUES; i++)
		if (outer->first[i] > inner->first[i] || outer->last[i] < inner->last[i])
			return false;
	return !is_above(outer->src_first, inner->src_first) &&
	       !is_above(inner->src_last, outer->src_last) &&
	       !is_above(outer->dst_first, inner->dst_first) &&
	       !is_above(inner->dst_last, outer->dst_last);
}

/* ---- lists --------------------------------------------------------------- */

static int spend(uint32_t *budget, uint32_t count)
{
	bool enough = count <= *budget;

	*budget = enough ? *budget - count : 0;
	return enough ? 0 : -E2BIG;
}

static int push(struct rule_boxes *list, const struct redirect_term *box)
{
	if (list->count == REDIRECT_TERMS)
		return -E2BIG;
	if (list->count == list->room) {
		uint32_t room = list->room ? list->room * 2 : FIRST_ROOM;
		void *moved = realloc(list->boxes, room * sizeof(*list->boxes));

		if (!moved)
			return -ENOMEM;
		list->boxes = moved;
		list->room = room;
	}
	list->boxes[list->count++] = *box;
	return 0;
}

/* Adds a box unless another contains it, and drops those that it contains. */
static int add(struct rule_boxes *list, const struct redirect_term *box, uint32_t *budget)
{
	uint32_t kept = 0;

	if (spend(budget, list->count))
		return -E2BIG;
	for (uint32_t i = 0; i < list->count; i++)
		if (rule_box_contains(&list->boxes[i], box))
			return 0;
	for (uint32_t i = 0; i < list->count; i++)
		if (!rule_box_contains(box, &list->boxes[i]))
			list->boxes[kept++] = list->boxes[i];
	list->count = kept;
	return push(list, box);
}

static int join(struct rule_boxes *to, const struct rule_boxes *from, uint32_t *budget)
{
	int ret = 0;

	for (uint32_t i = 0; i < from->count && !ret; i++)
		ret = add(to, &from->boxes[i], budget);
	return ret;
}

/* Intersects *to with another list. */
static int intersect_lists(struct rule_boxes *to, const struct rule_boxes *with, uint32_t *budget)
{
	struct rule_boxes both = {0};
	struct redirect_term box;
	int ret = 0;

	for (uint32_t i = 0; i < to->count && !ret; i++) {
		ret = spend(budget, with->count);
		for (uint32_t j = 0; j < with->count && !ret; j++)
			if (rule_box_intersect(&box, &to->boxes[i], &with->boxes[j]))
				ret = add(&both, &box, budget);
	}
	free(to->boxes);
	*to = both;
	return ret;
}

/* ---- fields -------------------------------------------------------------- */

static int push_range(struct rule_boxes *out, enum redirect_value value, uint32_t family,
		      uint32_t first, uint32_t last)
{
	struct redirect_term box = rule_box_full();

	box.fields = 1u << value | family;
	box.first[value] = (uint16_t)first;
	box.last[value] = (uint16_t)last;
	return push(out, &box);
}

static int push_absent(struct rule_boxes *out, uint32_t fields)
{
	struct redirect_term box = rule_box_full();

	box.absent = fields;
	return push(out, &box);
}

static int compile_value(const struct rule_expr *expr, const struct rule_node *node, bool negated,
			 struct rule_boxes *out)
{
	const struct rule_range *ranges = &expr->ranges[node->first];
	uint32_t next = 0; /* the first number after the ranges so far */
	int ret = negated ? push_absent(out, 1u << node->value) : 0;

	if (negated && node->family && !ret)
		ret = push_absent(out, node->family);
	for (uint32_t i = 0; i < node->count && !ret; i++) {
		if (!negated)
			ret = push_range(out, node->value, node->family, ranges[i].first,
					 ranges[i].last);
		else if (ranges[i].first > next)
			ret = push_range(out, node->value, 0, next, ranges[i].first - 1u);
		next = ranges[i].last + 1u;
	}
	if (negated && !ret && next <= UINT16_MAX)
		ret = push_range(out, node->value, 0, next, UINT16_MAX);
	return ret;
}

static int push_segments(const struct rule_segment *segments, uint32_t count, bool wanted,
			 struct redirect_term *box, bool source, struct rule_boxes *out)
{
	struct redirect_address *first = source ? &box->src_first : &box->dst_first;
	struct redirect_address *last = source ? &box->src_last : &box->dst_last;
	const struct redirect_address end = *last;
	int ret = 0;

	for (uint32_t i = 0; i < count && !ret; i++) {
		if (segments[i].inside != wanted)
			continue;
		*first = segments[i].first;
		*last = i + 1 < count ? rule_address_before(segments[i + 1].first) : end;
		ret = push(out, box);
	}
	return ret;
}

/* For at least one prefix, all of one family. */
static int compile_family(const struct rule_prefix *prefixes, uint32_t count, bool source,
			  bool negated, struct rule_boxes *out)
{
	struct redirect_term box = rule_box_full();
	struct rule_segment *segments;
	uint32_t segment_count;
	int ret = rule_prefix_segments(prefixes, count, &segments, &segment_count);

	if (ret)
		return ret;
	box.fields = prefixes[0].family == 4 ? REDIRECT_IPV4 : REDIRECT_IPV6;
	ret = push_segments(segments, segment_count, !negated, &box, source, out);
	free(segments);
	return ret;
}

static int compile_addresses(const struct rule_expr *expr, const struct rule_node *node,
			     bool negated, struct rule_boxes *out)
{
	const struct rule_prefix *prefixes = &expr->prefixes[node->first];
	bool source = node->kind == RULE_SRC;
	uint32_t ipv4 = 0, families;
	int ret = 0;

	while (ipv4 < node->count && prefixes[ipv4].family == 4)
		ipv4++;
	families = (ipv4 ? REDIRECT_IPV4 : 0u) | (ipv4 < node->count ? REDIRECT_IPV6 : 0u);
	if (negated)
		ret = push_absent(out, families);
	if (!ret && ipv4)
		ret = compile_family(prefixes, ipv4, source, negated, out);
	if (!ret && ipv4 < node->count)
		ret = compile_family(prefixes + ipv4, node->count - ipv4, source, negated, out);
	return ret;
}

/* ---- conditions ---------------------------------------------------------- */

static int compile(const struct rule_expr *expr, uint32_t index, bool negated, uint32_t *budget,
		   struct rule_boxes *out);

/* All children match; negated: none does. */
static int compile_all(const struct rule_expr *expr, const struct rule_node *node, bool negated,
		       uint32_t *budget, struct rule_boxes *out)
{
	struct redirect_term full = rule_box_full();
	int ret = push(out, &full);

	for (uint32_t i = node->first; i != RULE_NONE && !ret && out->count;
	     i = expr->nodes[i].next) {
		struct rule_boxes child = {0};

		ret = compile(expr, i, negated, budget, &child);
		if (!ret)
			ret = intersect_lists(out, &child, budget);
		free(child.boxes);
	}
	return ret;
}

/* Some child matches; negated: some child does not. */
static int compile_some(const struct rule_expr *expr, const struct rule_node *node, bool negated,
			uint32_t *budget, struct rule_boxes *out)
{
	int ret = 0;

	for (uint32_t i = node->first; i != RULE_NONE && !ret; i = expr->nodes[i].next) {
		struct rule_boxes child = {0};

		ret = compile(expr, i, negated, budget, &child);
		if (!ret)
			ret = join(out, &child, budget);
		free(child.boxes);
	}
	return ret;
}

static int compile(const struct rule_expr *expr, uint32_t index, bool negated, uint32_t *budget,
		   struct rule_boxes *out)
{
	const struct rule_node *node = &expr->nodes[index];

	switch (node->kind) {
	case RULE_NOT:
		return compile(expr, node->first, !negated, budget, out);
	case RULE_VALUE:
		return compile_value(expr, node, negated, out);
	case RULE_SRC:
	case RULE_DST:
		return compile_addresses(expr, node, negated, out);
	default:
		/* De Morgan: a negated "or" is an "and" of the negated children. */
		return (node->kind == RULE_AND) != negated
			       ? compile_all(expr, node, negated, budget, out)
			       : compile_some(expr, node, negated, budget, out);
	}
}

int rule_box_compile(const struct rule_expr *expr, uint32_t node, uint32_t *budget,
		     struct rule_boxes *out)
{
	*out = (struct rule_boxes){0};
	return compile(expr, node, false, budget, out);
}
