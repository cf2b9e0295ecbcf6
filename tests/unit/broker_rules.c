/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_rules.c - encodes rules for the broker, and compares the rules that a client
 * requests with its grants. ZCXSK_SEED=n repeats one random run.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "grant.h"
#include "redirect/broker_message.h"
#include "prng.h"
#include "rule_key.h"

/* ---- as a message -------------------------------------------------------------- */

static struct zcxsk_rules *parse(const char *text)
{
	struct zcxsk_rules *rules;
	struct zcxsk_error error;

	cr_assert_eq(zcxsk_rules_parse(&rules, text, &error), 0, "%s: %s", text, error.cause);
	return rules;
}

Test(broker_rules, rules_become_one_word)
{
	struct zcxsk_rules *rules = parse("take dport 53 udp # dns\n\n take tcp;pass any");
	static const char normal[] = "take dport 53 and udp; take tcp; pass any";
	struct broker_message m;
	char cut[8];

	broker_begin(&m, "/verb");
	broker_add_rules(&m, rules);
	broker_add_rules(&m, NULL);
	cr_assert_eq(broker_split(&m), 0);
	cr_assert_eq(m.count, 3);
	cr_expect_str_eq(m.words[1], normal);
	cr_expect_str_eq(m.words[2], "");
	cr_expect_eq(broker_rules_text(rules, cut, sizeof(cut)), strlen(normal));
	cr_expect_str_eq(cut, "take dp");
	cr_expect_eq(broker_rules_text(rules, NULL, 0), strlen(normal));
	zcxsk_rules_destroy(rules);
}

/* The longest rule that C structs can express, as many times as a set holds. */
static struct zcxsk_rules *most_rules(void)
{
	static struct zcxsk_rule many[ZCXSK_RULES_MAX];
	struct zcxsk_rules *rules;
	struct zcxsk_error error;

	for (uint32_t i = 0; i < ZCXSK_RULES_MAX; i++) {
		many[i] = (struct zcxsk_rule){
			.fields = ZCXSK_RULE_ETHERTYPE | ZCXSK_RULE_IP_PROTOCOL |
				  ZCXSK_RULE_DST_PORT | ZCXSK_RULE_SRC_PORT | ZCXSK_RULE_VLAN |
				  ZCXSK_RULE_INNER_VLAN | ZCXSK_RULE_FRAGMENT | ZCXSK_RULE_SRC |
				  ZCXSK_RULE_DST,
			.ethertype = 0x86dd,
			.ip_protocol = 132,
			.src_port = 10000,
			.src_port_last = 65534,
			.dst_port = 10000,
			.dst_port_last = 65534,
			.vlan = 4000,
			.inner_vlan = 4000,
			.fragment = ZCXSK_FRAGMENT_NONE | ZCXSK_FRAGMENT_FIRST,
			.src_family = 6,
			.src_prefix = 128,
			.dst_family = 6,
			.dst_prefix = 128,
		};
		memset(many[i].src, 0xff, sizeof(many[i].src));
		memset(many[i].dst, 0xff, sizeof(many[i].dst));
	}
	cr_assert_eq(zcxsk_rules_create(&rules, many, ZCXSK_RULES_MAX, &error), 0, "%s",
		     error.cause);
	return rules;
}

Test(broker_rules, a_request_holds_the_largest_rule_set)
{
	static char place[BROKER_LONG_MAX + 1], there[BROKER_LONG_MAX + 1];
	struct zcxsk_rules *rules = most_rules(), *read;
	struct broker_message m;
	int pair[2];

	broker_begin(&m, "/verb");
	broker_add_rules(&m, rules);
	cr_expect_gt(m.length, m.max, "%zu bytes do not fit into an answer", m.length);
	cr_expect_eq(broker_send(-1, &m, -1, 0), -EMSGSIZE);
	broker_lend(&m, place, BROKER_LONG_MAX);
	broker_add(&m, "/verb");
	broker_add_rules(&m, rules);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	cr_assert_eq(broker_send(pair[0], &m, -1, 0), 0);
	broker_lend(&m, there, BROKER_LONG_MAX);
	cr_assert_eq(broker_receive(pair[1], &m, 0), 0);
	cr_assert_eq(m.count, 2);
	read = parse(m.words[1]);
	cr_expect(broker_grant_same(read, rules));
	zcxsk_rules_destroy(read);
	zcxsk_rules_destroy(rules);
	close(pair[0]);
	close(pair[1]);
}

/* ---- grants -------------------------------------------------------------------- */

/* The number of the first rule that neither grant covers, -1 if there is none. */
static int beyond(const char *wish_text, const char *grant_text, const char *other_text)
{
	struct zcxsk_rules *grants[] = {parse(grant_text), parse(other_text)};
	struct zcxsk_rules *wish = parse(wish_text);
	uint32_t box = 0, before;
	int rule;

	do {
		before = box;
		broker_grant_follow(grants[0], wish, &box);
		rule = broker_grant_follow(grants[1], wish, &box);
	} while (rule >= 0 && box != before);
	for (int i = 0; i < 2; i++)
		zcxsk_rules_destroy(grants[i]);
	zcxsk_rules_destroy(wish);
	return rule;
}

Test(broker_rules, rules_within_a_grant_are_granted)
{
	cr_expect_eq(beyond("", "", ""), -1);
	cr_expect_eq(beyond("pass any", "", ""), -1, "passing takes nothing");
	cr_expect_eq(beyond("take dport 53 udp", "take udp dport 53", ""), -1);
	cr_expect_eq(beyond("take udp dport 5001-5002", "take udp dport 5000-6000", ""), -1);
	cr_expect_eq(beyond("take src 10.1.0.0/16", "take src 10.0.0.0/8", ""), -1);
	cr_expect_eq(beyond("take tcp; take udp", "take udp; take tcp", ""), -1);
	cr_expect_eq(beyond("take tcp or udp", "take udp", "take tcp"), -1, "by two grants");
	cr_expect_eq(beyond("take not ip", "take any", ""), -1);
}

Test(broker_rules, rules_beyond_a_grant_are_refused)
{
	cr_expect_eq(beyond("take udp", "", ""), 0);
	cr_expect_eq(beyond("take any", "take udp", "take tcp"), 0);
	cr_expect_eq(beyond("take udp; take tcp", "take udp", ""), 1);
	cr_expect_eq(beyond("take udp; pass any; take tcp", "take udp", ""), 2);
	cr_expect_eq(beyond("take udp dport 5000-6001", "take udp dport 5000-6000", ""), 0);
	cr_expect_eq(beyond("take src 10.0.0.0/8", "take src 10.1.0.0/16", ""), 0);
	cr_expect_eq(beyond("take udp", "pass any; take udp", ""), 0);
}

Test(broker_rules, an_earlier_pass_rule_of_a_grant_must_be_repeated)
{
	static const char grant[] = "pass udp dport 53; take udp";

	cr_expect_eq(beyond("take udp", grant, ""), 0);
	cr_expect_eq(beyond("take udp dport 53", grant, ""), 0);
	cr_expect_eq(beyond("take udp; pass udp dport 53", grant, ""), 0, "too late");
	cr_expect_eq(beyond("pass udp dport 54; take udp", grant, ""), 1, "not the same");
	cr_expect_eq(beyond(grant, grant, ""), -1);
	cr_expect_eq(beyond("pass udp dport 50-60; take udp", grant, ""), -1);
	cr_expect_eq(beyond("take udp dport 54", grant, ""), -1);
	cr_expect_eq(beyond("take udp", grant, "take udp dport 53"), 0, "a box in two parts");
}

/* ---- random rules -------------------------------------------------------------- */

#define TRIES 20000u
#define RULES 4u /* at most, in one set */
#define PORTS 6u /* and addresses: few, so that rules overlap and all packets can be tried */
#define ADDRESSES 8u

static struct prng prng;

static unsigned below(unsigned limit)
{
	return prng_below(&prng, limit);
}

static size_t any_condition(char *buf, size_t size)
{
	unsigned first = below(PORTS), length = 29 + below(4);

	switch (below(5)) {
	case 0:
		return (size_t)snprintf(buf, size, "%s", below(2) ? "udp" : "tcp");
	case 1:
		return (size_t)snprintf(buf, size, "not dport %u", first);
	case 2:
		return (size_t)snprintf(buf, size, "src 10.0.0.%u/%u",
					below(ADDRESSES) & ~0u << (32 - length), length);
	case 3:
		return (size_t)snprintf(buf, size, "any");
	default:
		return (size_t)snprintf(buf, size, "dport %u-%u", first,
					first + below(PORTS - first));
	}
}

/* Rules of one or two conditions each. */
static void any_text(char *text, size_t size)
{
	size_t at = 0;

	for (unsigned count = below(RULES) + 1; count; count--) {
		at += (size_t)snprintf(text + at, size - at, "%s ", below(3) ? "take" : "pass");
		at += any_condition(text + at, size - at);
		if (below(2)) {
			at += (size_t)snprintf(text + at, size - at, " %s ",
					       below(2) ? "and" : "or");
			at += any_condition(text + at, size - at);
		}
		at += (size_t)snprintf(text + at, size - at, ";");
	}
}

/* Retries, because a text with a rule that no packet can match is refused. */
static struct zcxsk_rules *any_rules(void)
{
	struct zcxsk_rules *rules;
	char text[RULES * 64];

	do
		any_text(text, sizeof(text));
	while (zcxsk_rules_parse(&rules, text, NULL));
	return rules;
}

/* Packet n of all the packets that such rules can tell apart. */
static struct rule_key packet(unsigned n)
{
	static const uint16_t protocols[] = {17, 6, 1};
	struct rule_key key = {.fields = REDIRECT_ETHERTYPE | REDIRECT_IP_PROTOCOL | REDIRECT_IPV4};

	key.value[REDIRECT_V_ETHERTYPE] = 0x0800;
	key.value[REDIRECT_V_IP_PROTOCOL] = protocols[n / (PORTS * ADDRESSES)];
	key.src = rule_key_address("10.0.0.0");
	key.src.low += n % ADDRESSES;
	if (key.value[REDIRECT_V_IP_PROTOCOL] == 1)
		return key;
	key.fields |= REDIRECT_DST_PORT | REDIRECT_SRC_PORT;
	key.value[REDIRECT_V_DST_PORT] = (uint16_t)(n / ADDRESSES % PORTS);
	return key;
}

/* Returns true if the requested rules take a packet that the granted set does not. */
static bool takes_more(const struct zcxsk_rules *wish, const struct zcxsk_rules *granted)
{
	for (unsigned n = 0; n < 3 * PORTS * ADDRESSES; n++) {
		struct rule_key key = packet(n);

		if (rule_key_taken(wish, &key) && !rule_key_taken(granted, &key))
			return true;
	}
	return false;
}

Test(broker_rules, no_packet_bypasses_a_grant)
{
	uint64_t seed = prng_option("ZCXSK_SEED", 20261121);
	unsigned let_through = 0, could_be = 0;

	prng.state = seed;
	for (unsigned i = 0; i < TRIES; i++) {
		struct zcxsk_rules *wish = any_rules(), *granted = any_rules();
		uint32_t box = 0, again = 0;
		bool granted_all = broker_grant_follow(granted, wish, &box) < 0;
		bool more = takes_more(wish, granted);

		cr_assert_not(granted_all && more, "seed %llu, try %u", (unsigned long long)seed,
			      i);
		cr_assert_lt(broker_grant_follow(wish, wish, &again), 0, "seed %llu, try %u",
			     (unsigned long long)seed, i);
		let_through += granted_all;
		could_be += !more;
		zcxsk_rules_destroy(wish);
		zcxsk_rules_destroy(granted);
	}
	cr_expect_gt(let_through, TRIES / 20, "%u of %u are within the grant", let_through,
		     could_be);
}

/* ---- comparison ---------------------------------------------------------------- */

static bool same(const char *one, const char *other)
{
	struct zcxsk_rules *a = parse(one), *b = parse(other);
	bool result = broker_grant_same(a, b);

	zcxsk_rules_destroy(a);
	zcxsk_rules_destroy(b);
	return result;
}

Test(broker_rules, equal_rules_in_different_words_compare_equal)
{
	cr_expect(same("", "# nothing"));
	cr_expect(same("take dport 53 udp", "take proto 17 and dport 53-53"));
	cr_expect_not(same("take udp", "take tcp"));
	cr_expect_not(same("take udp", "pass udp"));
	cr_expect_not(same("take udp", ""));
	cr_expect_not(same("take udp; pass tcp", "pass tcp; take udp"));
	cr_expect(broker_grant_same(NULL, NULL));
}
