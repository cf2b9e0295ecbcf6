/* SPDX-License-Identifier: BSD-2-Clause */
/* expr.c - builds and simplifies the trees of conditions, and sorts their lists. */
#include "rules/expr.h"

#include <errno.h>
#include <stdlib.h>

/* The first allocation of an array, in entries; most rules are short. */
#define FIRST_ROOM 16

const struct rule_field rule_fields[REDIRECT_VALUES] = {
	[REDIRECT_V_ETHERTYPE] = {"ethertype", "EtherType", 0xffff, -1},
	[REDIRECT_V_IP_PROTOCOL] = {"proto", "protocol", 0xff, -1},
	[REDIRECT_V_DST_PORT] = {"dport", "port", 0xffff, -1},
	[REDIRECT_V_SRC_PORT] = {"sport", "port", 0xffff, -1},
	[REDIRECT_V_VLAN] = {"vlan", "VLAN", 4095, 0},
	[REDIRECT_V_INNER_VLAN] = {"inner", "inner VLAN", 4095, 0},
	[REDIRECT_V_ICMP_TYPE] = {"type", "ICMP type", 0xff, -1},
	[REDIRECT_V_FRAGMENT] = {"fragment", "fragment", REDIRECT_LATER, REDIRECT_FIRST},
};

const struct rule_name rule_names[RULE_NAMES] = {
	{"ip", REDIRECT_V_ETHERTYPE, 0x0800, 0},
	{"ip6", REDIRECT_V_ETHERTYPE, 0x86dd, 0},
	{"arp", REDIRECT_V_ETHERTYPE, 0x0806, 0},
	{"tcp", REDIRECT_V_IP_PROTOCOL, 6, 0},
	{"udp", REDIRECT_V_IP_PROTOCOL, 17, 0},
	{"sctp", REDIRECT_V_IP_PROTOCOL, 132, 0},
	{"icmp", REDIRECT_V_IP_PROTOCOL, 1, REDIRECT_IPV4},
	{"icmp6", REDIRECT_V_IP_PROTOCOL, 58, REDIRECT_IPV6},
};

const char *const rule_fragments[RULE_FRAGMENTS] = {
	[REDIRECT_WHOLE] = "none",
	[REDIRECT_FIRST] = "first",
	[REDIRECT_LATER] = "later",
};

void rule_expr_free(struct rule_expr *expr)
{
	free(expr->nodes);
	free(expr->ranges);
	free(expr->prefixes);
	*expr = (struct rule_expr){0};
}

/* Makes room for one more entry. Their number is bounded by the size of the input. */
static int make_room(void **array, uint32_t count, uint32_t *room, size_t size)
{
	uint32_t more = *room ? *room * 2 : FIRST_ROOM;
	void *moved;

	if (count < *room)
		return 0;
	moved = realloc(*array, more * size);
	if (!moved)
		return -ENOMEM;
	*array = moved;
	*room = more;
	return 0;
}

int rule_expr_node(struct rule_expr *expr, enum rule_kind kind, uint32_t *node)
{
	void *nodes = expr->nodes;
	int ret = make_room(&nodes, expr->node_count, &expr->node_room, sizeof(*expr->nodes));

	expr->nodes = nodes;
	if (ret)
		return ret;
	*node = expr->node_count++;
	expr->nodes[*node] = (struct rule_node){
		.kind = kind, .first = RULE_NONE, .last = RULE_NONE, .next = RULE_NONE};
	return 0;
}

void rule_expr_append(struct rule_expr *expr, uint32_t parent, uint32_t child)
{
	struct rule_node *to = &expr->nodes[parent], *from = &expr->nodes[child];
	bool same = from->kind == to->kind && to->kind != RULE_NOT;
	uint32_t first = same ? from->first : child;

	if (first == RULE_NONE)
		return;
	if (to->last == RULE_NONE)
		to->first = first;
	else
		expr->nodes[to->last].next = first;
	to->last = same ? from->last : child;
	to->count += same ? from->count : 1;
}

uint32_t rule_expr_reduce(const struct rule_expr *expr, uint32_t node)
{
	const struct rule_node *n = &expr->nodes[node];

	return n->kind <= RULE_OR && n->count == 1 ? n->first : node;
}

int rule_expr_negate(struct rule_expr *expr, uint32_t *node)
{
	uint32_t child = *node;
	int ret;

	if (expr->nodes[child].kind == RULE_NOT) {
		*node = expr->nodes[child].first;
		return 0;
	}
	ret = rule_expr_node(expr, RULE_NOT, node);
	if (!ret)
		rule_expr_append(expr, *node, child);
	return ret;
}

int rule_expr_add_range(struct rule_expr *expr, uint32_t node, uint32_t first, uint32_t last)
{
	struct rule_node *leaf = &expr->nodes[node];
	void *ranges = expr->ranges;
	int ret = make_room(&ranges, expr->range_count, &expr->range_room, sizeof(*expr->ranges));

	expr->ranges = ranges;
	if (ret)
		return ret;
	if (!leaf->count++)
		leaf->first = expr->range_count;
	if (last == rule_fields[leaf->value].max)
		last = UINT16_MAX;
	expr->ranges[expr->range_count++] =
		(struct rule_range){.first = (uint16_t)first, .last = (uint16_t)last};
	return 0;
}

int rule_expr_add_prefix(struct rule_expr *expr, uint32_t node, const struct rule_prefix *prefix)
{
	struct rule_node *leaf = &expr->nodes[node];
	void *prefixes = expr->prefixes;
	int ret = make_room(&prefixes, expr->prefix_count, &expr->prefix_room,
			    sizeof(*expr->prefixes));

	expr->prefixes = prefixes;
	if (ret)
		return ret;
	if (!leaf->count++)
		leaf->first = expr->prefix_count;
	expr->prefixes[expr->prefix_count++] = *prefix;
	return 0;
}

static int compare_ranges(const void *one, const void *other)
{
	const struct rule_range *a = one, *b = other;

	return (int)a->first - (int)b->first;
}

void rule_expr_sort_ranges(struct rule_expr *expr, uint32_t node)
{
	struct rule_node *leaf = &expr->nodes[node];
	struct rule_range *ranges = &expr->ranges[leaf->first];
	uint32_t kept = 0;

	qsort(ranges, leaf->count, sizeof(*ranges), compare_ranges);
	for (uint32_t i = 1; i < leaf->count; i++) {
		if (ranges[i].first > ranges[kept].last + 1)
			ranges[++kept] = ranges[i];
		else if (ranges[i].last > ranges[kept].last)
			ranges[kept].last = ranges[i].last;
	}
	leaf->count = kept + 1;
}

uint32_t rule_expr_sort_prefixes(struct rule_expr *expr, uint32_t node)
{
	struct rule_node *leaf = &expr->nodes[node];
	struct rule_prefix *prefixes = &expr->prefixes[leaf->first];
	uint32_t kept = 0;

	qsort(prefixes, leaf->count, sizeof(*prefixes), rule_prefix_compare);
	for (uint32_t i = 1; i < leaf->count; i++) {
		if (rule_prefix_compare(&prefixes[kept], &prefixes[i]))
			prefixes[++kept] = prefixes[i];
		else if (prefixes[kept].except != prefixes[i].except)
			return leaf->first + i;
	}
	leaf->count = kept + 1;
	return RULE_NONE;
}
