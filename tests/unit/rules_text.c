/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_text.c - the normal text of rules, and C structs compared with the equivalent
 * texts.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <zcxsk/zcxsk.h>

#include "rules/rules.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct zcxsk_rules *parsed(const char *text)
{
	struct zcxsk_rules *rules;
	struct zcxsk_error error = {0};
	int ret = zcxsk_rules_parse(&rules, text, &error);

	cr_assert_eq(ret, 0, "%s: %s\n%s", text, error.cause, error.remedy);
	return rules;
}

/* ---- the normal text ------------------------------------------------------ */

static const struct {
	const char *text, *normal;
} normals[] = {
	{"take any", "take any"},
	{"pass  udp dport 53", "pass udp and dport 53"},
	{"take proto 17 ethertype 2048", "take udp and ip"},
	{"take ethertype 0x88B5", "take ethertype 0x88b5"},
	{"take port 53", "take sport 53 or dport 53"},
	{"take udp port 53", "take udp and (sport 53 or dport 53)"},
	{"take dport {9, 1-3, 4, 2, 65535}", "take dport {1-4, 9, 65535}"},
	{"take dport {1}", "take dport 1"},
	{"take (arp or (ip or (ip6)))", "take arp or ip or ip6"},
	{"take not (not (udp)) and (ip or ip6)", "take udp and (ip or ip6)"},
	{"take not (udp dport 53)", "take not (udp and dport 53)"},
	{"take untagged", "take not vlan"},
	{"take vlan 0-4095 inner", "take vlan and inner"},
	{"take vlan 5 inner 0-7", "take vlan 5 and inner 0-7"},
	{"take fragment any", "take fragment"},
	{"take fragment {later, none, none}", "take fragment {none, later}"},
	{"take fragment {first, none}", "take fragment {none, first}"},
	{"take src 10.0.0.1/32", "take src 10.0.0.1"},
	{"take src in {2001:DB8:0::/32, 10.0.0.0/8, 10.0.0.0/8, not 10.1.0.0/16}",
	 "take src in {10.0.0.0/8, not 10.1.0.0/16, 2001:db8::/32}"},
	{"take dst in {10.0.0.0/8}", "take dst 10.0.0.0/8"},
	{"take not src in {not 10.0.0.0/8}", "take not src in {not 10.0.0.0/8}"},
	{"take ::ffff:1.2.3.4", "take src ::ffff:1.2.3.4 or dst ::ffff:1.2.3.4"},
	{"take any and any", "take any"},
	{"take udp or any", "take udp or any"},
	{"take proto 200-255", "take proto 200-255"},
	{"take icmp6 type 133-137", "take icmp6 and type 133-137"},
	{"take icmp or icmp6", "take icmp or icmp6"},
	{"take proto 1 or proto 58", "take proto 1 or proto 58"},
	{"take not icmp", "take not icmp"},
};

static void expect_text(const char *text, const char *normal)
{
	struct zcxsk_rules *rules = parsed(text);
	char found[256];
	int length = zcxsk_rules_text(rules, 0, found, sizeof(found));

	cr_expect_str_eq(found, normal, "%s becomes %s, expected %s", text, found, normal);
	cr_expect_eq(length, (int)strlen(normal));
	zcxsk_rules_destroy(rules);
}

Test(rules_text, a_normal_form_is_its_own_normal_form)
{
	for (size_t i = 0; i < COUNT(normals); i++) {
		expect_text(normals[i].text, normals[i].normal);
		expect_text(normals[i].normal, normals[i].normal);
	}
}

Test(rules_text, a_text_is_truncated_to_the_buffer)
{
	struct zcxsk_rules *rules = parsed("take udp dport 53");
	const char *whole = "take udp and dport 53";
	const int length = (int)strlen(whole);
	char buf[64];

	cr_expect_eq(zcxsk_rules_text(rules, 0, NULL, 0), length);
	for (size_t size = 0; size < sizeof(buf); size++) {
		memset(buf, 'x', sizeof(buf));
		cr_expect_eq(zcxsk_rules_text(rules, 0, buf, size), length);
		cr_expect_eq(buf[size], 'x', "size %zu", size);
		if (size)
			cr_expect_eq(strlen(buf),
				     size <= (size_t)length ? size - 1 : (size_t)length);
		cr_expect_eq(strncmp(buf, whole, size ? size - 1 : 0), 0);
	}
	cr_expect_eq(zcxsk_rules_text(rules, 1, buf, sizeof(buf)), -EINVAL);
	cr_expect_eq(zcxsk_rules_text(NULL, 0, buf, sizeof(buf)), -EINVAL);
	cr_expect_eq(zcxsk_rules_text(rules, 0, NULL, 1), -EINVAL);
	zcxsk_rules_destroy(rules);
}

/* ---- C structs ------------------------------------------------------------ */

static const struct {
	struct zcxsk_rule rule;
	const char *text;
} structs[] = {
	{{.fields = ZCXSK_RULE_EVERYTHING}, "take any"},
	{{.fields = ZCXSK_RULE_EVERYTHING, .action = ZCXSK_PASS}, "pass any"},
	{{.fields = ZCXSK_RULE_EVERYTHING | ZCXSK_RULE_VLAN}, "take vlan 0"},
	{{.fields = ZCXSK_RULE_ETHERTYPE, .ethertype = 0x0806, .dst_port = 7}, "take arp"},
	{{.fields = ZCXSK_RULE_IP_PROTOCOL | ZCXSK_RULE_DST_PORT,
	  .ip_protocol = 17,
	  .dst_port = 53},
	 "take udp and dport 53"},
	{{.fields = ZCXSK_RULE_DST_PORT, .dst_port = 53, .dst_port_last = 60}, "take dport 53-60"},
	{{.fields = ZCXSK_RULE_DST_PORT, .dst_port = 53, .dst_port_last = 53}, "take dport 53"},
	{{.fields = ZCXSK_RULE_SRC_PORT, .src_port_last = 60}, "take sport 0-60"},
	{{.fields = ZCXSK_RULE_SRC_PORT}, "take sport 0"},
	{{.fields = ZCXSK_RULE_VLAN | ZCXSK_RULE_INNER_VLAN, .vlan = 4095, .inner_vlan = 3},
	 "take vlan 4095 and inner 3"},
	{{.fields = ZCXSK_RULE_IP_PROTOCOL | ZCXSK_RULE_ICMP_TYPE,
	  .ip_protocol = 58,
	  .icmp_type = 135},
	 "take proto 58 and type 135"},
	{{.fields = ZCXSK_RULE_FRAGMENT, .fragment = ZCXSK_FRAGMENT_NONE}, "take fragment none"},
	{{.fields = ZCXSK_RULE_FRAGMENT, .fragment = ZCXSK_FRAGMENT_FIRST | ZCXSK_FRAGMENT_LATER},
	 "take fragment"},
	{{.fields = ZCXSK_RULE_FRAGMENT, .fragment = ZCXSK_FRAGMENT_NONE | ZCXSK_FRAGMENT_LATER},
	 "take fragment {none, later}"},
	{{.fields = ZCXSK_RULE_DST,
	  .dst_family = 6,
	  .dst_prefix = 128,
	  .dst = {0xfe, 0x80, [15] = 1}},
	 "take dst fe80::1"},
	{{.fields = ZCXSK_RULE_SRC, .src_family = 4}, "take src 0.0.0.0/0"},
	{{.fields = ZCXSK_RULE_IP_PROTOCOL | ZCXSK_RULE_DST_PORT | ZCXSK_RULE_SRC,
	  .negated = ZCXSK_RULE_DST_PORT | ZCXSK_RULE_SRC,
	  .ip_protocol = 6,
	  .dst_port = 22,
	  .src_family = 4,
	  .src_prefix = 32,
	  .src = {192, 0, 2, 1}},
	 "take not src 192.0.2.1 and tcp and not dport 22"},
};

static bool same_boxes(const struct zcxsk_rules *a, const struct zcxsk_rules *b)
{
	return a->term_count == b->term_count &&
	       !memcmp(a->terms, b->terms, a->term_count * sizeof(*a->terms));
}

Test(rules_text, a_struct_equals_its_text)
{
	for (size_t i = 0; i < COUNT(structs); i++) {
		struct zcxsk_rules *rules, *again;
		char text[256];

		cr_assert_eq(zcxsk_rules_create(&rules, &structs[i].rule, 1, NULL), 0, "%s",
			     structs[i].text);
		zcxsk_rules_text(rules, 0, text, sizeof(text));
		cr_expect_str_eq(text, structs[i].text);
		again = parsed(text);
		cr_expect(same_boxes(rules, again), "%s", text);
		zcxsk_rules_destroy(again);
		zcxsk_rules_destroy(rules);
	}
}

Test(rules_text, structs_keep_their_order)
{
	struct zcxsk_rule both[] = {
		{.fields = ZCXSK_RULE_DST_PORT, .action = ZCXSK_PASS, .dst_port = 53},
		{.fields = ZCXSK_RULE_IP_PROTOCOL, .ip_protocol = 17},
	};
	struct zcxsk_rules *rules, *text = parsed("pass dport 53; take udp");

	cr_assert_eq(zcxsk_rules_create(&rules, both, COUNT(both), NULL), 0);
	cr_expect(same_boxes(rules, text));
	zcxsk_rules_destroy(rules);
	zcxsk_rules_destroy(text);
	cr_assert_eq(zcxsk_rules_create(&rules, NULL, 0, NULL), 0);
	cr_expect_eq(zcxsk_rules_count(rules), 0);
	zcxsk_rules_destroy(rules);
	zcxsk_rules_destroy(NULL);
	cr_expect_eq(zcxsk_rules_count(NULL), 0);
}
