/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_random.c - random rule sets as trees: this file evaluates each tree directly, and
 * also through its text, the parser and the boxes. Both have to agree on every packet.
 *
 * ZCXSK_SEED=n tries only the set with that seed, ZCXSK_SCRIPTS=n that many sets instead
 * of 400.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zcxsk/zcxsk.h>

#include "prng.h"
#include "rule_key.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SETS 400
#define KEYS 1000 /* packets per set */
#define RULES 6	  /* at most, in one set */

/* ---- random values -------------------------------------------------------- */

static struct prng prng; /* generator state of the current set */

static unsigned below(unsigned limit)
{
	return prng_below(&prng, limit);
}

/* A few values and the limits, so that packets often match the rules. */
static const struct {
	const char *word;
	unsigned max;
	unsigned likely[6];
} fields[REDIRECT_VALUES] = {
	[REDIRECT_V_ETHERTYPE] = {"ethertype", 0xffff, {0x0800, 0x86dd, 0x0806, 0, 0xffff, 0x0801}},
	[REDIRECT_V_IP_PROTOCOL] = {"proto", 255, {17, 6, 132, 1, 58, 255}},
	[REDIRECT_V_DST_PORT] = {"dport", 0xffff, {53, 54, 80, 0, 0xffff, 0xfffe}},
	[REDIRECT_V_SRC_PORT] = {"sport", 0xffff, {53, 54, 80, 0, 0xffff, 0xfffe}},
	[REDIRECT_V_VLAN] = {"vlan", 4095, {5, 6, 7, 0, 4095, 100}},
	[REDIRECT_V_INNER_VLAN] = {"inner", 4095, {5, 6, 7, 0, 4095, 100}},
	[REDIRECT_V_ICMP_TYPE] = {"type", 255, {8, 0, 135, 136, 255, 1}},
	[REDIRECT_V_FRAGMENT] = {"fragment", 2, {0, 1, 2, 0, 1, 2}},
};

static unsigned any_value(enum redirect_value value)
{
	return below(8) ? fields[value].likely[below(6)] : below(fields[value].max + 1);
}

/* One of a few addresses with random low bits. */
static struct redirect_address any_address(unsigned family)
{
	static const char *const four[] = {"10.0.0.0", "10.1.0.0", "10.1.2.3", "0.0.0.0",
					   "255.255.255.255"};
	static const char *const six[] = {"2001:db8::", "2001:db8::1",
					  "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
					  "::ffff:0:0"};
	struct redirect_address address =
		rule_key_address(family == 4 ? four[below(5)] : six[below(5)]);

	if (below(2))
		address.low ^= 1u << below(32);
	if (family == 6 && !below(3))
		address.high ^= 1ull << below(64);
	return address;
}

/* ---- trees ---------------------------------------------------------------- */

enum kind { AND, OR, NOT, ANY, VALUE, PORT, SRC, DST, ADDRESS, KINDS };

struct range {
	unsigned first, last;
};

struct prefix {
	struct redirect_address address;
	unsigned family, length;
	bool except;
};

struct tree {
	enum kind kind;
	enum redirect_value value;
	unsigned count; /* children, ranges or prefixes */
	struct tree *child[4];
	struct range range[4];
	struct prefix prefix[6];
};

static struct tree *grow(unsigned depth);

static void grow_ranges(struct tree *tree)
{
	tree->count = below(3) ? 1 : 1 + below(COUNT(tree->range));
	for (unsigned i = 0; i < tree->count; i++) {
		unsigned a = any_value(tree->value), b = below(2) ? a : any_value(tree->value);

		tree->range[i] = (struct range){a < b ? a : b, a < b ? b : a};
		/* The language has no ranges of fragments. */
		if (tree->value == REDIRECT_V_FRAGMENT)
			tree->range[i].last = tree->range[i].first;
	}
}

static void clear_behind(struct prefix *prefix)
{
	unsigned bits = prefix->family == 4 ? 32 : 128;

	for (unsigned i = 0; i < bits - prefix->length; i++) {
		if (i < 64)
			prefix->address.low &= ~(1ull << i);
		else
			prefix->address.high &= ~(1ull << (i - 64));
	}
}

static bool is_same(const struct prefix *a, const struct prefix *b)
{
	return a->family == b->family && a->length == b->length &&
	       a->address.high == b->address.high && a->address.low == b->address.low;
}

static void grow_prefixes(struct tree *tree)
{
	unsigned wanted = tree->kind == ADDRESS || below(2) ? 1 : 1 + below(COUNT(tree->prefix));

	while (wanted--) {
		struct prefix *prefix = &tree->prefix[tree->count];
		bool twice = false;

		prefix->family = below(2) ? 4 : 6;
		prefix->length = below(prefix->family == 4 ? 33 : 129);
		prefix->address = any_address(prefix->family);
		prefix->except = tree->count && below(3) == 0;
		clear_behind(prefix);
		for (unsigned i = 0; i < tree->count; i++)
			twice |= is_same(prefix, &tree->prefix[i]);
		tree->count += !twice;
	}
}

static void grow_children(struct tree *tree, unsigned depth)
{
	tree->count = tree->kind == NOT ? 1 : 2 + below(COUNT(tree->child) - 1);
	for (unsigned i = 0; i < tree->count; i++)
		tree->child[i] = grow(depth - 1);
}

static struct tree *grow(unsigned depth)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	cr_assert_not_null(tree);
	tree->kind = depth ? (enum kind)below(KINDS) : VALUE + below(KINDS - VALUE);
	if (tree->kind == ANY && below(4))
		tree->kind = VALUE;
	if (tree->kind == VALUE)
		tree->value = below(REDIRECT_VALUES);
	if (tree->kind == PORT)
		tree->value = REDIRECT_V_DST_PORT;
	if (tree->kind <= NOT)
		grow_children(tree, depth);
	else if (tree->kind >= SRC)
		grow_prefixes(tree);
	else if (tree->kind != ANY)
		grow_ranges(tree);
	return tree;
}

static void fell(struct tree *tree)
{
	for (unsigned i = 0; tree->kind <= NOT && i < tree->count; i++)
		fell(tree->child[i]);
	free(tree);
}

/* ---- evaluating a tree ---------------------------------------------------- */

static bool value_matches(const struct tree *tree, enum redirect_value value,
			  const struct rule_key *key)
{
	if (!(key->fields >> value & 1))
		return false;
	for (unsigned i = 0; i < tree->count; i++)
		if (key->value[value] >= tree->range[i].first &&
		    key->value[value] <= tree->range[i].last)
			return true;
	return false;
}

/* Compares the leading bits one by one. */
static bool prefix_contains(const struct prefix *prefix, struct redirect_address address)
{
	unsigned bits = prefix->family == 4 ? 32 : 128;

	for (unsigned i = bits - prefix->length; i < bits; i++) {
		uint64_t differs = i < 64 ? prefix->address.low ^ address.low
					  : prefix->address.high ^ address.high;

		if (differs >> i % 64 & 1)
			return false;
	}
	return true;
}

static bool address_matches(const struct tree *tree, struct redirect_address address, uint32_t has)
{
	const struct prefix *longest = NULL;

	for (unsigned i = 0; i < tree->count; i++) {
		const struct prefix *prefix = &tree->prefix[i];

		if (!(has & (prefix->family == 4 ? REDIRECT_IPV4 : REDIRECT_IPV6)))
			continue;
		if (prefix_contains(prefix, address) &&
		    (!longest || prefix->length > longest->length))
			longest = prefix;
	}
	return longest && !longest->except;
}

static bool matches(const struct tree *tree, const struct rule_key *key)
{
	bool source = tree->kind == SRC || tree->kind == ADDRESS;
	bool destination = tree->kind == DST || tree->kind == ADDRESS;

	switch (tree->kind) {
	case AND:
	case OR:
		for (unsigned i = 0; i < tree->count; i++)
			if (matches(tree->child[i], key) == (tree->kind == OR))
				return tree->kind == OR;
		return tree->kind == AND;
	case NOT:
		return !matches(tree->child[0], key);
	case ANY:
		return true;
	case VALUE:
		return value_matches(tree, tree->value, key);
	case PORT:
		return value_matches(tree, REDIRECT_V_SRC_PORT, key) ||
		       value_matches(tree, REDIRECT_V_DST_PORT, key);
	default:
		return (source && address_matches(tree, key->src, key->fields)) ||
		       (destination && address_matches(tree, key->dst, key->fields));
	}
}

/* ---- the text of a tree --------------------------------------------------- */

static char text[1 << 17];
static size_t used;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	used += (size_t)vsnprintf(text + used, sizeof(text) - used, format, args);
	va_end(args);
	cr_assert_lt(used, sizeof(text));
}

static void say_ranges(const struct tree *tree)
{
	static const char *const kinds[] = {"none", "first", "later"};
	bool list = tree->count > 1 || below(3) == 0;

	say("%s %s", tree->kind == PORT ? "port" : fields[tree->value].word, list ? "{" : "");
	for (unsigned i = 0; i < tree->count; i++) {
		struct range range = tree->range[i];

		say("%s", i ? "," : "");
		if (tree->value == REDIRECT_V_FRAGMENT)
			say("%s", kinds[range.first]);
		else if (range.first == range.last && below(4))
			say(below(2) ? "%u" : "0x%x", range.first);
		else
			say("%u-0x%X", range.first, range.last);
	}
	say("%s", list ? "}" : "");
}

static void say_prefix(const struct prefix *prefix)
{
	uint64_t high = prefix->address.high, low = prefix->address.low;

	if (prefix->family == 4)
		say("%u.%u.%u.%u/%u", (unsigned)(low >> 24), (unsigned)(low >> 16 & 255),
		    (unsigned)(low >> 8 & 255), (unsigned)(low & 255), prefix->length);
	else
		say("%x:%x:%x:%x:%x:%x:%x:%x/%u", (unsigned)(high >> 48),
		    (unsigned)(high >> 32 & 0xffff), (unsigned)(high >> 16 & 0xffff),
		    (unsigned)(high & 0xffff), (unsigned)(low >> 48),
		    (unsigned)(low >> 32 & 0xffff), (unsigned)(low >> 16 & 0xffff),
		    (unsigned)(low & 0xffff), prefix->length);
}

static void say_prefixes(const struct tree *tree)
{
	bool list = tree->kind != ADDRESS && (tree->count > 1 || below(3) == 0);

	if (tree->kind != ADDRESS)
		say("%s %s", tree->kind == SRC ? "src" : "dst", list ? "in { " : "");
	for (unsigned i = 0; i < tree->count; i++) {
		say("%s%s", i ? ", " : "", tree->prefix[i].except ? "not " : "");
		say_prefix(&tree->prefix[i]);
	}
	say("%s", list ? " }" : "");
}

/* How tightly the context of a tree binds: looser trees need parentheses. */
enum bond { LOOSE, ANDED, NEGATED, SIDE_BY_SIDE };

static enum bond bond_of(const struct tree *tree)
{
	static const enum bond bonds[] = {[AND] = ANDED, [OR] = LOOSE, [NOT] = NEGATED};

	return tree->kind <= NOT ? bonds[tree->kind] : SIDE_BY_SIDE;
}

static void say_tree(const struct tree *tree, enum bond place)
{
	/* Children of "and" may be adjacent words, without an operator. */
	bool blank = tree->kind == AND && below(2);
	enum bond bond = blank ? SIDE_BY_SIDE : bond_of(tree);
	enum bond inside = tree->kind == NOT || blank ? SIDE_BY_SIDE : bond;
	bool parentheses = bond_of(tree) < place && (!blank || place == SIDE_BY_SIDE);

	parentheses |= below(10) == 0;
	say("%s", parentheses ? "(" : "");
	if (tree->kind == NOT)
		say("not ");
	for (unsigned i = 0; tree->kind <= NOT && i < tree->count; i++) {
		say("%s", !i ? "" : tree->kind == OR ? " or " : blank ? " " : " and ");
		say_tree(tree->child[i], inside);
	}
	if (tree->kind == ANY)
		say("any");
	else if (tree->kind == VALUE || tree->kind == PORT)
		say_ranges(tree);
	else if (tree->kind >= SRC)
		say_prefixes(tree);
	say("%s", parentheses ? ")" : "");
}

/* ---- packets -------------------------------------------------------------- */

static struct rule_key any_key(void)
{
	struct rule_key key = {0};

	for (unsigned i = 0; i < REDIRECT_VALUES; i++) {
		if (!below(3))
			continue;
		key.fields |= 1u << i;
		key.value[i] = (uint16_t)any_value(i);
	}
	if (below(3)) {
		unsigned family = below(2) ? 4 : 6;

		key.fields |= family == 4 ? REDIRECT_IPV4 : REDIRECT_IPV6;
		key.src = any_address(family);
		key.dst = any_address(family);
	}
	return key;
}

/* ---- sets ----------------------------------------------------------------- */

struct set {
	struct tree *tree[RULES];
	bool take[RULES];
	unsigned count;
};

static int decided(const struct set *set, const struct rule_key *key)
{
	for (unsigned i = 0; i < set->count; i++)
		if (matches(set->tree[i], key))
			return (int)i;
	return -1;
}

static void say_rule(const struct tree *tree, bool take)
{
	say(take ? "take " : "pass ");
	say_tree(tree, LOOSE);
	say(below(2) ? ";\n" : "\n");
}

/*
 * Adds a rule. Drops one that needs too many boxes, and one that the parser reports as
 * matching nothing, if no packet that matches it is found.
 */
static void add_rule(struct set *set, uint64_t seed)
{
	struct tree *tree = grow(below(5));
	bool take = below(2);
	size_t start = used;
	struct zcxsk_error error;
	struct zcxsk_rules *rules;
	int ret;

	say_rule(tree, take);
	ret = zcxsk_rules_parse(&rules, text, &error);
	if (!ret) {
		zcxsk_rules_destroy(rules);
		set->take[set->count] = take;
		set->tree[set->count++] = tree;
		return;
	}
	cr_assert(ret == -E2BIG || strstr(error.cause, "no packet can match"),
		  "ZCXSK_SEED=%lu: %s%s\n%s", (unsigned long)seed, error.cause, error.remedy,
		  text + start);
	for (unsigned i = 0; i < KEYS && ret == -EINVAL; i++) {
		struct rule_key key = any_key();

		cr_assert_not(matches(tree, &key),
			      "ZCXSK_SEED=%lu: wrongly reported to match nothing\n%s",
			      (unsigned long)seed, text + start);
	}
	used = start;
	text[used] = '\0';
	fell(tree);
}

/* Checks that the normal texts of all rules parse to the same boxes. */
static void expect_round_trip(const struct zcxsk_rules *rules, uint64_t seed)
{
	struct zcxsk_rules *again;
	struct zcxsk_error error;

	used = 0;
	for (uint32_t i = 0; i < zcxsk_rules_count(rules); i++) {
		used += (size_t)zcxsk_rules_text(rules, i, text + used, sizeof(text) - used);
		say("\n");
	}
	cr_assert_eq(zcxsk_rules_parse(&again, text, &error), 0, "ZCXSK_SEED=%lu: %s%s",
		     (unsigned long)seed, error.cause, error.remedy);
	cr_assert(again->term_count == rules->term_count &&
			  !memcmp(again->terms, rules->terms,
				  rules->term_count * sizeof(*rules->terms)),
		  "ZCXSK_SEED=%lu: the normal text gives different boxes\n%s", (unsigned long)seed,
		  text);
	zcxsk_rules_destroy(again);
}

/* Counts of what was tried. */
struct tally {
	unsigned sets;	  /* compiled and compared */
	unsigned decided; /* packets that a rule matched */
};

static void compare(const struct set *set, const struct zcxsk_rules *rules, uint64_t seed,
		    struct tally *tally)
{
	for (unsigned i = 0; i < KEYS; i++) {
		struct rule_key key = any_key();
		int rule = decided(set, &key);

		cr_assert_eq(rule_key_decided(rules, &key), rule,
			     "ZCXSK_SEED=%lu: packet %u, rule %d instead of %d in\n%s",
			     (unsigned long)seed, i, rule_key_decided(rules, &key), rule, text);
		cr_assert_eq(rule_key_taken(rules, &key), rule >= 0 && set->take[rule]);
		tally->decided += rule >= 0;
	}
	tally->sets++;
}

static void try_set(uint64_t seed, struct tally *tally)
{
	struct set set = {0};
	struct zcxsk_rules *rules;

	prng.state = seed * 0x9e3779b97f4a7c15ULL;
	used = 0;
	text[0] = '\0';
	for (unsigned i = 1 + below(RULES); i; i--)
		add_rule(&set, seed);
	/* Rules that each fit alone need not fit together. */
	if (set.count && !zcxsk_rules_parse(&rules, text, NULL)) {
		compare(&set, rules, seed, tally);
		expect_round_trip(rules, seed);
		zcxsk_rules_destroy(rules);
	}
	while (set.count)
		fell(set.tree[--set.count]);
}

Test(rules_random, boxes_and_conditions_agree_on_every_packet)
{
	uint64_t only = prng_option("ZCXSK_SEED", 0);
	uint64_t first = only ? only : 1;
	uint64_t last = only ? only : prng_option("ZCXSK_SCRIPTS", SETS);
	struct tally tally = {0};

	for (uint64_t seed = first; seed <= last; seed++)
		try_set(seed, &tally);
	if (only)
		return;
	/* Unless most sets fit and packets match rules, nothing was tested. */
	cr_expect_gt(tally.sets, last * 3 / 4, "%u sets", tally.sets);
	cr_expect_gt(tally.decided, last * KEYS / 4, "%u packets", tally.decided);
}
