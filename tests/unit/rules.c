/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.c - the meaning of each word of the language, tried on the same dozen packets;
 * precedence; prefix lists; which packets a set may take.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <zcxsk/zcxsk.h>

#include "rule_key.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define IP(family) (REDIRECT_ETHERTYPE | REDIRECT_IP_PROTOCOL | REDIRECT_FRAGMENT | (family))
#define PORTS (REDIRECT_SRC_PORT | REDIRECT_DST_PORT)

struct sample {
	const char *name;
	uint32_t fields;
	uint16_t ethertype, protocol, sport, dport, vlan, inner, type, fragment;
	const char *src, *dst;
};

static const struct sample samples[] = {
	{.name = "junk"},
	{"arp", REDIRECT_ETHERTYPE, .ethertype = 0x0806},
	{"lldp", REDIRECT_ETHERTYPE, .ethertype = 0x88cc},
	{"dns", IP(REDIRECT_IPV4) | PORTS, 0x0800, 17, 40000, 53, .src = "10.1.2.3",
	 .dst = "192.0.2.1"},
	{"answer", IP(REDIRECT_IPV4) | PORTS, 0x0800, 17, 53, 40000, .src = "192.0.2.1",
	 .dst = "10.1.2.3"},
	{"dns6", IP(REDIRECT_IPV6) | PORTS, 0x86dd, 17, 40000, 53, .src = "2001:db8::1",
	 .dst = "fe80::1"},
	{"web", IP(REDIRECT_IPV4) | PORTS, 0x0800, 6, 50000, 8080, .src = "172.16.0.1",
	 .dst = "10.255.255.255"},
	{"sctp", IP(REDIRECT_IPV6) | PORTS, 0x86dd, 132, 53, 53, .src = "fe80::2",
	 .dst = "2001:db8:ffff::"},
	{"ping", IP(REDIRECT_IPV4) | REDIRECT_ICMP_TYPE, 0x0800, 1, .type = 8, .src = "11.0.0.0",
	 .dst = "9.255.255.255"},
	{"solicit", IP(REDIRECT_IPV6) | REDIRECT_ICMP_TYPE, 0x86dd, 58, .type = 135,
	 .src = "::", .dst = "ff02::1"},
	{"first", IP(REDIRECT_IPV4) | PORTS, 0x0800, 17, 40000, 53, .fragment = 1, .src = "1.1.1.1",
	 .dst = "255.255.255.255"},
	{"later", IP(REDIRECT_IPV4), 0x0800, 17, .fragment = 2, .src = "1.1.1.1",
	 .dst = "255.255.255.255"},
	{"tagged", IP(REDIRECT_IPV4) | PORTS | REDIRECT_VLAN, 0x0800, 17, 1, 2, .vlan = 5,
	 .src = "1.1.1.1", .dst = "0.0.0.0"},
	{"double", REDIRECT_ETHERTYPE | REDIRECT_VLAN | REDIRECT_INNER_VLAN, 0x0806, .vlan = 7,
	 .inner = 5},
};

static struct rule_key sample_key(const struct sample *sample)
{
	struct rule_key key = {.fields = sample->fields,
			       .value = {[REDIRECT_V_ETHERTYPE] = sample->ethertype,
					 [REDIRECT_V_IP_PROTOCOL] = sample->protocol,
					 [REDIRECT_V_SRC_PORT] = sample->sport,
					 [REDIRECT_V_DST_PORT] = sample->dport,
					 [REDIRECT_V_VLAN] = sample->vlan,
					 [REDIRECT_V_INNER_VLAN] = sample->inner,
					 [REDIRECT_V_ICMP_TYPE] = sample->type,
					 [REDIRECT_V_FRAGMENT] = sample->fragment}};

	if (sample->src) {
		key.src = rule_key_address(sample->src);
		key.dst = rule_key_address(sample->dst);
	}
	return key;
}

static struct zcxsk_rules *parsed(const char *text)
{
	struct zcxsk_rules *rules;
	struct zcxsk_error error = {0};
	int ret = zcxsk_rules_parse(&rules, text, &error);

	cr_assert_eq(ret, 0, "%s: %s\n%s", text, error.cause, error.remedy);
	return rules;
}

/* Writes the names of the samples that a set takes, each after a blank. */
static void taken_by(const struct zcxsk_rules *rules, char *names, size_t size)
{
	size_t used = 0;

	names[0] = '\0';
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct rule_key key = sample_key(&samples[i]);

		if (rule_key_taken(rules, &key))
			used += (size_t)snprintf(names + used, size - used, " %s", samples[i].name);
	}
}

static void expect_taken(const char *text, const char *expected)
{
	struct zcxsk_rules *rules = parsed(text);
	char names[256];

	taken_by(rules, names, sizeof(names));
	cr_expect_str_eq(names, expected, "%s: takes%s, expected%s", text, names, expected);
	zcxsk_rules_destroy(rules);
}

#define ALL " junk arp lldp dns answer dns6 web sctp ping solicit first later tagged double"

/* A rule, and the samples that it takes. */
static const struct {
	const char *text, *taken;
} meanings[] = {
	{"take any", ALL},
	{"take ip", " dns answer web ping first later tagged"},
	{"take ip6", " dns6 sctp solicit"},
	{"take arp", " arp double"},
	{"take udp", " dns answer dns6 first later tagged"},
	{"take tcp", " web"},
	{"take sctp", " sctp"},
	{"take icmp", " ping"},
	{"take icmp6", " solicit"},
	{"take ethertype 0x88cc", " lldp"},
	{"take ethertype 35020", " lldp"},
	{"take ethertype {0x0806, 0x88cc-0x88cd}", " arp lldp double"},
	{"take proto 6", " web"},
	{"take proto 1-6", " web ping"},
	{"take proto 0-255", " dns answer dns6 web sctp ping solicit first later tagged"},
	{"take sport 53", " answer sctp"},
	{"take dport 53", " dns dns6 sctp first"},
	{"take port 53", " dns answer dns6 sctp first"},
	{"take dport 54-8080", " web"},
	{"take dport 54-8079", ""},
	{"take dport {2, 8000-9000}", " web tagged"},
	{"take sport {53-53, 40000,50000}", " dns answer dns6 web sctp first"},
	{"take 10.1.2.3", " dns answer"},
	{"take src 10.0.0.0/8", " dns"},
	{"take dst 10.0.0.0/8", " answer web"},
	{"take 10.0.0.0/8", " dns answer web"},
	{"take dst 255.255.255.255", " first later"},
	{"take dst 0.0.0.0/0", " dns answer web ping first later tagged"},
	{"take src ::/0", " dns6 sctp solicit"},
	{"take 2001:db8::/32", " dns6 sctp"},
	{"take src in {10.0.0.0/8, not 10.1.0.0/16}", ""},
	{"take src in {10.0.0.0/8, not 10.1.0.0/16, 10.1.2.0/24}", " dns"},
	{"take dst in {fe80::/10, 192.0.2.0/24}", " dns dns6"},
	{"take src in {0.0.0.0/0, not 1.0.0.0/8}", " dns answer web ping"},
	{"take vlan", " tagged double"},
	{"take vlan 5", " tagged"},
	{"take vlan {5, 7}", " tagged double"},
	{"take vlan 7 inner 5", " double"},
	{"take vlan 5 inner 5", ""},
	{"take inner 5", " double"},
	{"take inner", " double"},
	{"take vlan 1.1.1.1", " tagged"},
	{"take untagged", " junk arp lldp dns answer dns6 web sctp ping solicit first later"},
	{"take fragment", " first later"},
	{"take fragment any", " first later"},
	{"take fragment first", " first"},
	{"take fragment later", " later"},
	{"take fragment none", " dns answer dns6 web sctp ping solicit tagged"},
	{"take fragment {none, later}", " dns answer dns6 web sctp ping solicit later tagged"},
	{"take type 8", " ping"},
	{"take icmp type 8", " ping"},
	{"take icmp6 type 8", ""},
	{"take icmp6 type 133-137", " solicit"},
	{"take type {8, 135}", " ping solicit"},
};

Test(rules, each_word_takes_the_packets_it_names)
{
	for (size_t i = 0; i < COUNT(meanings); i++)
		expect_taken(meanings[i].text, meanings[i].taken);
}

/* Words for ICMP belong to one version of IP; "proto" and "type" do not. */
Test(rules, words_for_icmp_are_of_one_ip_version)
{
	static const struct {
		const char *text;
		uint32_t family;
		uint16_t protocol;
		bool taken;
	} cases[] = {
		{"take icmp", REDIRECT_IPV4, 1, true},
		{"take icmp", REDIRECT_IPV6, 1, false},
		{"take icmp", REDIRECT_IPV4, 58, false},
		{"take icmp6", REDIRECT_IPV6, 58, true},
		{"take icmp6", REDIRECT_IPV4, 58, false},
		{"take icmp6", REDIRECT_IPV6, 1, false},
		{"take not icmp", REDIRECT_IPV4, 1, false},
		{"take not icmp", REDIRECT_IPV6, 1, true},
		{"take not icmp", REDIRECT_IPV4, 17, true},
		{"take not icmp", REDIRECT_IPV4, 0, true},
		{"take not icmp6", REDIRECT_IPV6, 58, false},
		{"take not icmp6", REDIRECT_IPV4, 58, true},
		{"take proto 1", REDIRECT_IPV6, 1, true},
		{"take proto 58", REDIRECT_IPV4, 58, true},
		{"take icmp or proto 1", REDIRECT_IPV6, 1, true},
		{"take icmp or icmp6", REDIRECT_IPV6, 1, false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct zcxsk_rules *rules = parsed(cases[i].text);
		struct rule_key key = {
			.fields = REDIRECT_ETHERTYPE | REDIRECT_IP_PROTOCOL | REDIRECT_FRAGMENT |
				  cases[i].family,
			.value = {[REDIRECT_V_ETHERTYPE] =
					  cases[i].family == REDIRECT_IPV4 ? 0x0800 : 0x86dd,
				  [REDIRECT_V_IP_PROTOCOL] = cases[i].protocol}};

		cr_expect_eq(rule_key_taken(rules, &key), cases[i].taken, "case %zu: %s", i,
			     cases[i].text);
		zcxsk_rules_destroy(rules);
	}
}

static const struct {
	const char *text, *taken;
} orders[] = {
	/* "and" binds tighter than "or", and adjacent words bind tighter than "not". */
	{"take arp or udp and dport 53", " arp dns dns6 first double"},
	{"take udp and dport 53 or arp", " arp dns dns6 first double"},
	{"take (arp or udp) and dport 53", " dns dns6 first"},
	{"take udp dport 53", " dns dns6 first"},
	{"take udp (dport 53 or sport 53)", " dns answer dns6 first"},
	{"take ip and not udp dport 53", " answer web ping later tagged"},
	{"take ip and not udp and port 53", ""},
	{"take ip and not (udp and dport 53)", " answer web ping later tagged"},
	{"take ip and not (udp or tcp)", " ping"},
	{"take ip and not udp or arp", " arp web ping double"},
	{"take not not arp", " arp double"},
	{"take not not not any or arp", " arp double"},
	{"take not ethertype 0-65535", " junk"},
	{"take ip and not dport 53", " answer web ping later tagged"},
	{"take not src 10.0.0.0/8 and not dst 10.0.0.0/8 and ip", " ping first later tagged"},
	{"take not 10.0.0.0/8 and ip", " ping first later tagged"},
	{"take not src in {0.0.0.0/0, ::/0}", " junk arp lldp double"},
	/* The first rule that matches decides. */
	{"pass dport 53; take udp", " answer later tagged"},
	{"take udp; pass dport 53", " dns answer dns6 first later tagged"},
	{"pass any; take any", ""},
	{"pass arp\npass ip6\ntake any", " junk lldp dns answer web ping first later tagged"},
	{"", ""},
	/* Blanks, comments and line ends. */
	{" ;; # nothing\n\n;take arp;;", " arp double"},
	{"take udp # dport 1\r\n\ttake tcp", " dns answer dns6 web first later tagged"},
	{"take (arp or\n # and\n ethertype {0x88cc,\n\n0x88cd})", " arp lldp double"},
	{"take(arp)or(udp)and dport{53}", " arp dns dns6 first double"},
};

Test(rules, conditions_follow_the_precedence_rules)
{
	for (size_t i = 0; i < COUNT(orders); i++)
		expect_taken(orders[i].text, orders[i].taken);
}

Test(rules, the_first_matching_rule_decides_and_is_identified)
{
	static const int expected[COUNT(samples)] = {3, 0, 3, 1, 1, 1, 3, 1, 3, 3, 1, 2, 1, 0};
	struct zcxsk_rules *rules = parsed("pass arp; take port {1-5, 53}; take udp; pass any");

	for (size_t i = 0; i < COUNT(samples); i++) {
		struct rule_key key = sample_key(&samples[i]);

		cr_expect_eq(rule_key_decided(rules, &key), expected[i], "%s", samples[i].name);
	}
	cr_expect_eq(zcxsk_rules_count(rules), 4);
	zcxsk_rules_destroy(rules);
}

/* ---- prefix lists --------------------------------------------------------- */

/* The last 16 bits of a prefix inside 10.1.0.0/16 or 2001:db8::/112. */
struct short_prefix {
	unsigned address, length; /* of 16 bits */
	bool except;
};

static bool contains(const struct short_prefix *prefix, unsigned address)
{
	return prefix->length == 0 || (prefix->address ^ address) >> (16 - prefix->length) == 0;
}

/* Reference for a prefix list: finds the longest match by trying every prefix. */
static bool longest_is_inside(const struct short_prefix *list, size_t count, unsigned address)
{
	const struct short_prefix *longest = NULL;

	for (size_t i = 0; i < count; i++)
		if (contains(&list[i], address) && (!longest || list[i].length > longest->length))
			longest = &list[i];
	return longest && !longest->except;
}

/* Makes nested and adjacent prefixes, none twice. Returns their number. */
static size_t random_list(struct short_prefix *list, size_t size)
{
	size_t count = 1 + (size_t)rand() % size, made = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned length = (unsigned)rand() % 17;
		unsigned address = (unsigned)rand() & (rand() % 2 ? 0xffff : 0x00ff);
		bool twice = false;

		address &= 0xffff0000 >> length & 0xffff;
		for (size_t j = 0; j < made; j++)
			twice |= list[j].length == length && list[j].address == address;
		if (!twice)
			list[made++] = (struct short_prefix){address, length, rand() % 3 == 0};
	}
	return made;
}

static void list_text(const struct short_prefix *list, size_t count, unsigned family, char *text,
		      size_t size)
{
	/* An address that always matches, because a rule that matches nothing is refused. */
	size_t used = (size_t)snprintf(text, size, "take src in {192.0.2.1");

	for (size_t i = 0; i < count; i++) {
		const char *not = list[i].except ? "not " : "";

		if (family == 4)
			used += (size_t)snprintf(text + used, size - used, ", %s10.1.%u.%u/%u", not,
						 list[i].address >> 8, list[i].address & 0xff,
						 16 + list[i].length);
		else
			used += (size_t)snprintf(text + used, size - used, ", %s2001:db8::%x/%u",
						 not, list[i].address, 112 + list[i].length);
	}
	snprintf(text + used, size - used, "}");
	cr_assert_lt(used + 1, size);
}

static void compare_with_every_address(const struct short_prefix *list, size_t count,
				       unsigned family)
{
	struct rule_key key = {.fields = family == 4 ? REDIRECT_IPV4 : REDIRECT_IPV6};
	struct zcxsk_rules *rules;
	char text[4096];

	list_text(list, count, family, text, sizeof(text));
	rules = parsed(text);
	key.src = rule_key_address(family == 4 ? "10.1.0.0" : "2001:db8::");
	for (unsigned address = 0; address <= 0xffff; address++, key.src.low++)
		cr_assert_eq(rule_key_taken(rules, &key), longest_is_inside(list, count, address),
			     "%s, address %u.%u", text, address >> 8, address & 0xff);
	/* One address past the range, one before it. */
	cr_expect_not(rule_key_taken(rules, &key), "%s", text);
	key.src.low -= 0x10001;
	cr_expect_not(rule_key_taken(rules, &key), "%s", text);
	zcxsk_rules_destroy(rules);
}

Test(rules, the_longest_prefix_of_a_list_decides)
{
	struct short_prefix list[40];

	srand(1);
	for (unsigned i = 0; i < 60; i++) {
		size_t count = random_list(list, i % 2 ? COUNT(list) : 5);

		compare_with_every_address(list, count, i % 3 ? 4 : 6);
	}
}

Test(rules, prefix_lists_reach_both_ends_of_the_address_space)
{
	static const struct {
		const char *list, *address;
		bool taken;
	} cases[] = {
		{"0.0.0.0/0, not 255.255.255.255", "255.255.255.255", false},
		{"0.0.0.0/0, not 255.255.255.255", "255.255.255.254", true},
		{"0.0.0.0/0, not 255.255.255.255", "0.0.0.0", true},
		{"0.0.0.0/0, not 128.0.0.0/1, 255.255.255.255", "255.255.255.255", true},
		{"0.0.0.0/0, not 128.0.0.0/1, 255.255.255.255", "255.255.255.254", false},
		{"not 0.0.0.0/0, 0.0.0.0", "0.0.0.0", true},
		{"not 0.0.0.0/0, 0.0.0.0", "0.0.0.1", false},
		{"::/0, not ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
		{"::/0, not ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", true},
		{"::/0, not 8000::/1", "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
		{"::/0, not 8000::/1", "8000::", false},
		{"::/64, not ::/65", "0:0:0:0:8000::", true},
		{"::/0, not ::/64", "0:0:0:1::", true},
		{"::/0, not ::/64", "::ffff:ffff:ffff:ffff", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rule_key key = {.fields = strchr(cases[i].address, ':') ? REDIRECT_IPV6
									       : REDIRECT_IPV4};
		struct zcxsk_rules *rules;
		char text[256];

		snprintf(text, sizeof(text), "pass not dst in {%s}; take any", cases[i].list);
		key.dst = rule_key_address(cases[i].address);
		rules = parsed(text);
		cr_expect_eq(rule_key_taken(rules, &key), cases[i].taken, "%s: %s", text,
			     cases[i].address);
		zcxsk_rules_destroy(rules);
	}
}

/* ---- packets that a set may take ------------------------------------------ */

/* A set, packets that form one box, and the rule that may take some of them; -1: none. */
static const struct {
	const char *text, *packets;
	int taker;
} takers[] = {
	{"", "tcp dport 22", -1},
	{"take udp", "tcp dport 22", -1},
	{"take tcp", "tcp dport 22", 0},
	{"take dport 22", "tcp dport 22", 0},
	{"take dport 20-30", "tcp dport 22", 0},
	{"take dport {20, 21, 23}", "tcp dport 22", -1},
	{"take not udp", "tcp dport 22", 0},
	{"take src 10.0.0.0/8", "tcp dport 22", 0},
	{"take src 10.0.0.0/8", "src 11.0.0.0/8 tcp dport 22", -1},
	{"take src 10.0.0.0/8", "src 10.1.2.3 tcp dport 22", 0},
	{"take ip6 src ::/0", "src 10.1.2.3 tcp dport 22", -1},
	{"take not ::/0", "src 10.1.2.3 tcp dport 22", 0},
	{"pass tcp dport 22; take any", "tcp dport 22", -1},
	{"pass tcp dport 22; take any", "tcp", 1},
	{"pass tcp dport 22; take any", "dport 22", 1},
	{"pass dport 0-1023; take tcp", "tcp dport 22", -1},
	{"pass udp; pass not ::/0; take any", "src 10.1.2.3 tcp dport 22", -1},
	{"pass src 0.0.0.0/0; take any", "dst 10.1.2.3 tcp dport 22", -1},
	{"pass src ::/0; take any", "dst 10.1.2.3 tcp dport 22", 1},
	{"take arp; pass tcp; take tcp", "ip tcp dport 22", -1},
	/* These packets might also be ARP. */
	{"take arp; pass tcp; take tcp", "tcp dport 22", 0},
	/* Passed in two halves: each box is examined on its own, so the union is not seen. */
	{"pass dport 0-100; pass dport 101-65535; take tcp", "tcp dport 90-110", 2},
};

Test(rules, the_rule_that_may_take_a_box_is_found)
{
	for (size_t i = 0; i < COUNT(takers); i++) {
		struct zcxsk_rules *rules = parsed(takers[i].text), *packets;
		char text[128];

		snprintf(text, sizeof(text), "take %s", takers[i].packets);
		packets = parsed(text);
		cr_assert_eq(packets->term_count, 1);
		cr_expect_eq(rules_taker(rules, packets->terms), takers[i].taker, "%s; %s",
			     takers[i].text, takers[i].packets);
		cr_expect_eq(rules_may_take(rules, packets->terms), takers[i].taker >= 0);
		zcxsk_rules_destroy(packets);
		zcxsk_rules_destroy(rules);
	}
}

static const struct {
	const char *text;
	bool everything;
} sets[] = {
	{"take any", true},
	{"take udp or any", true},
	{"take any; pass arp", true},
	{"", false},
	{"pass any", false},
	{"take udp", false},
	{"take not arp", false},
	{"pass arp; take any", false},
	{"take udp; take not udp", false},
};

Test(rules, a_set_whose_first_rule_takes_everything_is_recognised)
{
	for (size_t i = 0; i < COUNT(sets); i++) {
		struct zcxsk_rules *rules = parsed(sets[i].text);

		cr_expect_eq(rules_take_everything(rules), sets[i].everything, "%s", sets[i].text);
		zcxsk_rules_destroy(rules);
	}
	cr_expect(!rules_take_everything(NULL));
}
