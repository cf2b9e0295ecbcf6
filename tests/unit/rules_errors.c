/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_errors.c - the errors in rule texts and C structs: each kind is reported with its
 * position, limits with their value, and random input is handled.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zcxsk/zcxsk.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct zcxsk_error refused(const char *text, int code)
{
	struct zcxsk_rules *rules = (void *)1;
	struct zcxsk_error error = {0};
	int ret = zcxsk_rules_parse(&rules, text, &error);

	cr_assert_eq(ret, code, "%.60s: %d, %s", text, ret, error.cause);
	cr_assert_eq(error.code, code);
	cr_assert_null(rules);
	cr_assert_eq(zcxsk_rules_parse(&rules, text, NULL), code);
	return error;
}

static void accepted(const char *text)
{
	struct zcxsk_error error = {.code = 1};
	struct zcxsk_rules *rules;
	int ret = zcxsk_rules_parse(&rules, text, &error);

	cr_assert_eq(ret, 0, "%.60s: %d, %s", text, ret, error.cause);
	cr_expect_eq(error.code, 0);
	zcxsk_rules_destroy(rules);
}

/* ---- places --------------------------------------------------------------- */

static const struct {
	const char *text, *cause;
} mistakes[] = {
	/* Rules */
	{"drop udp", "column 1: expected take or pass, found 'drop'"},
	{"  udp", "column 3: expected take or pass, found 'udp'"},
	{"take udp pass tcp",
	 "column 10: expected 'and', 'or' or the end of the rule, found 'pass'"},
	{"take udp not tcp", "column 10: expected 'and', 'or' or the end of the rule, found 'not'"},
	{"take udp}", "column 9: expected 'and', 'or' or the end of the rule, found '}'"},
	{"take udp, tcp", "column 9: expected 'and', 'or' or the end of the rule, found ','"},
	{"take udp ~", "column 10: expected 'and', 'or' or the end of the rule, found '~'"},
	{"take udp !", "column 10: expected 'and', 'or' or the end of the rule, found '!'"},
	{"take udp \x7f", "column 10: expected 'and', 'or' or the end of the rule, found the "
			  "character 0x7f"},
	{"take udp dport=53", "column 15: expected a number, found '='"},
	{"take udp \x01", "column 10: expected 'and', 'or' or the end of the rule, found the "
			  "character 0x01"},
	{"take udp \xc3\xbc", "column 10: expected 'and', 'or' or the end of the rule, found the "
			      "character 0xc3"},
	{"take udp tcp", "column 1: no packet can match this rule"},
	{"take vlan 5 untagged", "column 1: no packet can match this rule"},
	{"take udp; take not any", "column 11: no packet can match this rule"},
	{"take src in {not 10.0.0.0/8}", "column 1: no packet can match this rule"},
	/* Conditions */
	{"take", "column 5: expected a condition, found the end of the text"},
	{"take ;", "column 6: expected a condition, found the end of the rule"},
	{"take udp or", "column 12: expected a condition, found the end of the text"},
	{"take udp and and tcp", "column 14: expected a condition, found 'and'"},
	{"take not", "column 9: expected a condition, found the end of the text"},
	{"take ()", "column 7: expected a condition, found ')'"},
	{"take (udp", "column 10: expected 'and', 'or' or ')', found the end of the text"},
	{"take (udp;", "column 10: expected 'and', 'or' or ')', found the end of the rule"},
	{"take udp)", "column 9: expected 'and', 'or' or the end of the rule, found ')'"},
	{"take udpp", "column 6: unknown word 'udpp'"},
	{"take UDP", "column 6: unknown word 'UDP'"},
	{"take azAZ09", "column 6: unknown word 'azAZ09'"},
	{"take udp 53", "column 10: no field before the number '53'"},
	{"take in {10.0.0.1}", "column 6: unknown word 'in'"},
	/* Numbers */
	{"take udp dport 70000", "column 16: port 70000 is above the maximum of 65535"},
	{"take dport 99999999999999999999", "column 12: port 99999999999999999999 is above "
					    "the maximum of 65535"},
	{"take dport 4294967349", "column 12: port 4294967349 is above the maximum of 65535"},
	{"take dport 70000 and udp", "column 12: port 70000 is above the maximum of 65535"},
	{"take sport 1-70000", "column 14: port 70000 is above the maximum of 65535"},
	{"take port 0x10000", "column 11: port 0x10000 is above the maximum of 65535"},
	{"take ethertype 65536", "column 16: EtherType 65536 is above the maximum of 65535"},
	{"take proto 256", "column 12: protocol 256 is above the maximum of 255"},
	{"take icmp type 256", "column 16: ICMP type 256 is above the maximum of 255"},
	{"take vlan 4096", "column 11: VLAN 4096 is above the maximum of 4095"},
	{"take inner 4096", "column 12: inner VLAN 4096 is above the maximum of 4095"},
	{"take dport", "column 11: expected a number, found the end of the text"},
	{"take dport http", "column 12: 'http' is not a number"},
	{"take dport 0x", "column 12: '0x' is not a number"},
	{"take dport 12x", "column 12: '12x' is not a number or a range"},
	{"take dport 1-2-3", "column 12: '1-2-3' is not a number or a range"},
	{"take dport 1-", "column 14: '' is not a number"},
	{"take dport -1", "column 12: '-1' is not a number"},
	{"take dport 90-80", "column 12: the range 90-80 ends before it begins"},
	{"take fragment {some}", "column 16: expected none, first, later or any, found 'some'"},
	{"take fragment some", "column 15: unknown word 'some'"},
	/* Lists */
	{"take dport {}", "column 13: the list is empty"},
	{"take src in {}", "column 14: the list is empty"},
	{"take dport {1 2}", "column 15: expected ',' or '}', found '2'"},
	{"take dport {1,}", "column 15: expected a number, found '}'"},
	{"take dport {1,2", "column 16: expected ',' or '}', found the end of the text"},
	{"take dport {not 1}", "column 13: 'not' is not a number"},
	/* Addresses */
	{"take src", "column 9: expected an address, found the end of the text"},
	{"take src in 10.0.0.0/8", "column 13: expected '{', found '10.0.0.0/8'"},
	{"take src {10.0.0.0/8}", "column 10: expected an address, found '{'"},
	{"take src ten", "column 10: 'ten' is not an address"},
	{"take src 1111:2222:3333:4444:5555:6666:7777:8889/127",
	 "column 10: 1111:2222:3333:4444:5555:6666:7777:8889/127 has bits set after the first 127"},
	{"take 10.0.0", "column 6: '10.0.0' is not an address"},
	{"take 10.0.0.256", "column 6: '10.0.0.256' is not an address"},
	{"take 1.2.3.4.5", "column 6: '1.2.3.4.5' is not an address"},
	{"take 1::2::3", "column 6: '1::2::3' is not an address"},
	{"take src 10.0.0.0/33", "column 19: prefix length 33 is above the maximum of 32"},
	{"take src ::/129", "column 13: prefix length 129 is above the maximum of 128"},
	{"take src 10.0.0.0/", "column 19: '' is not a number"},
	{"take src 10.0.0.0/8/9", "column 20: unexpected '/9' after a prefix"},
	{"take src 10.0.0.0/8x and udp", "column 20: unexpected 'x' after a prefix"},
	{"take src 10.0.0.0-10.0.0.9", "column 10: '10.0.0.0-10.0.0.9' is not an address"},
	{"take src 10.1.0.0/8", "column 10: 10.1.0.0/8 has bits set after the first 8"},
	{"take dst 2001:db8::1/64", "column 10: 2001:db8::1/64 has bits set after the first 64"},
	{"take src in {1.2.3.0/24, not 1.2.3.0/24}", "column 30: the list has this prefix "
						     "both with and without 'not'"},
	{"take src in {::1, 10.0.0.1, not ::1}", "column 33: the list has this prefix both with "
						 "and without 'not'"},
	/* Lines */
	{"take udp\ntake\ttcp dport x\n", "line 2, column 16: 'x' is not a number"},
	{"\n\n  drop", "line 3, column 3: expected take or pass, found 'drop'"},
	{"take (udp\nor tcp\ndport y)", "line 3, column 7: 'y' is not a number"},
	{"take udp dport x\n", "column 16: 'x' is not a number"},
};

Test(rules_errors, each_mistake_is_reported_with_its_column)
{
	for (size_t i = 0; i < COUNT(mistakes); i++) {
		struct zcxsk_error error = refused(mistakes[i].text, -EINVAL);

		cr_expect_str_eq(error.cause, mistakes[i].cause, "%s: '%s', expected '%s'",
				 mistakes[i].text, error.cause, mistakes[i].cause);
	}
}

/* The character of the shown line that the mark below it points at. */
static char marked(const struct zcxsk_error *error)
{
	const char *line = strchr(error->remedy, '\n');
	const char *below = line ? strchr(line + 1, '\n') : NULL;
	const char *mark = below ? strchr(below, '^') : NULL;

	cr_assert_not_null(mark, "'%s'", error->remedy);
	cr_assert_eq(mark[1], '\0');
	cr_assert_lt(mark - below, below - line + 1, "'%s'", error->remedy);
	return line[mark - below];
}

Test(rules_errors, a_mark_points_at_the_mistake)
{
	struct zcxsk_error error = refused("take udp dport 70000 or tcp", -EINVAL);
	char text[400];

	cr_expect_str_eq(error.remedy, "Correct it here:\n  take udp dport 70000 or tcp\n"
				       "                 ^");
	error = refused("take arp\ntake\tudp\x02 @ tcp\ntake ip", -EINVAL);
	cr_expect_str_eq(error.remedy, "Correct it here:\n  take udp? @ tcp\n          ^");

	/* At any position in a line longer than the part shown. */
	for (int before = 0; before < 300; before++) {
		snprintf(text, sizeof(text), "take %*sX%*s", before, "", 300 - before, "#");
		error = refused(text, -EINVAL);
		cr_expect_eq(marked(&error), 'X', "%d: '%s'", before, error.remedy);
		cr_expect_lt(strlen(error.remedy), 220);
	}
}

/* ---- limits --------------------------------------------------------------- */

/* A text under construction; freed by the caller. */
struct text {
	char *buf;
	size_t used, size;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
	va_list args;

	if (text->size - text->used < 256) {
		text->size = text->size * 2 + 1024;
		text->buf = realloc(text->buf, text->size);
		cr_assert_not_null(text->buf);
	}
	va_start(args, format);
	text->used +=
		(size_t)vsnprintf(text->buf + text->used, text->size - text->used, format, args);
	va_end(args);
}

static void expect_named(const struct zcxsk_error *error, const char *first, const char *second)
{
	cr_expect_not_null(strstr(error->cause, first), "'%s' lacks %s", error->cause, first);
	cr_expect_not_null(strstr(error->cause, second), "'%s' lacks %s", error->cause, second);
}

Test(rules_errors, a_text_has_at_most_256_rules)
{
	struct text text = {0};
	struct zcxsk_error error;

	for (int i = 0; i < 256; i++)
		add(&text, "take dport %d\n", i);
	accepted(text.buf);
	add(&text, "take udp");
	error = refused(text.buf, -E2BIG);
	expect_named(&error, "rule number 257", "limit is 256");
	expect_named(&error, "line 257", "column 1");
	free(text.buf);
}

Test(rules_errors, a_set_has_at_most_1024_boxes)
{
	struct text text = {0};
	struct zcxsk_error error;

	for (int i = 0; i < 4; i++) {
		add(&text, "take %s dport {0", i % 2 ? "udp" : "tcp");
		for (int j = 1; j < 256; j++)
			add(&text, ", %d", j * 2);
		add(&text, "}\n");
	}
	accepted(text.buf);
	add(&text, "take arp");
	error = refused(text.buf, -E2BIG);
	expect_named(&error, "1025 boxes", "limit is 1024");
	expect_named(&error, "line 5", "column 1");
	free(text.buf);
}

Test(rules_errors, a_rule_has_at_most_1024_boxes)
{
	struct text text = {0};
	struct zcxsk_error error;

	add(&text, "take dport {0");
	for (int j = 1; j < 1024; j++)
		add(&text, ", %d", j * 2);
	add(&text, "}");
	accepted(text.buf);
	text.used--;
	add(&text, ", 2048}");
	error = refused(text.buf, -E2BIG);
	expect_named(&error, "more than", "limit of 1024 boxes");
	free(text.buf);
}

Test(rules_errors, parentheses_nest_at_most_32_deep)
{
	struct zcxsk_error error;
	char text[256];

	snprintf(text, sizeof(text), "take %.32s udp %.32s",
		 "((((((((((((((((((((((((((((((((((((((((",
		 "))))))))))))))))))))))))))))))))))))))))");
	accepted(text);
	snprintf(text, sizeof(text), "take %.33s udp %.33s",
		 "((((((((((((((((((((((((((((((((((((((((",
		 "))))))))))))))))))))))))))))))))))))))))");
	error = refused(text, -E2BIG);
	expect_named(&error, "33 deep", "limit is 32");
	expect_named(&error, "column 38", ":");
}

Test(rules_errors, a_text_has_at_most_256_KiB)
{
	char *text = malloc(ZCXSK_RULES_TEXT_MAX + 2);
	struct zcxsk_error error;

	cr_assert_not_null(text);
	memset(text, '#', ZCXSK_RULES_TEXT_MAX + 1);
	text[ZCXSK_RULES_TEXT_MAX] = '\0';
	accepted(text);
	text[ZCXSK_RULES_TEXT_MAX] = '#';
	text[ZCXSK_RULES_TEXT_MAX + 1] = '\0';
	error = refused(text, -E2BIG);
	expect_named(&error, "262145 bytes", "limit is 262144");
	free(text);
}

/* Thirty ports and forty make 1200 pairs. */
Test(rules_errors, lists_that_multiply_beyond_1024_boxes_are_refused)
{
	struct text text = {0};
	struct zcxsk_error error;

	add(&text, "take arp\n take dport {0");
	for (int i = 1; i < 40; i++)
		add(&text, ", %d", i * 2);
	add(&text, "} and sport {0");
	for (int i = 1; i < 25; i++)
		add(&text, ", %d", i * 2);
	add(&text, "}");
	accepted(text.buf);
	text.used--;
	for (int i = 25; i < 30; i++)
		add(&text, ", %d", i * 2);
	add(&text, "}");
	error = refused(text.buf, -E2BIG);
	expect_named(&error, "limit of 1024 boxes", "line 2, column 2");
	free(text.buf);
}

/* Each condition has a dozen boxes; all n together have 12 to the power of n. */
Test(rules_errors, a_condition_with_exponentially_many_boxes_is_refused)
{
	struct text text = {0};

	add(&text, "take any");
	for (int i = 1; i < 2000; i++)
		add(&text, " and not (dport %d sport %d vlan %d type %d)", i, i, i, i % 250 + 1);
	refused(text.buf, -E2BIG);
	free(text.buf);
}

/* A thousand boxes that are intersected and compared many times. */
Test(rules_errors, a_condition_that_takes_too_long_is_refused)
{
	struct text text = {0};
	struct zcxsk_error error;

	add(&text, "take dport {1");
	for (int i = 1; i < 1000; i++)
		add(&text, ", %d", i * 3);
	add(&text, "}");
	for (int i = 0; i < 10; i++)
		add(&text, " and sport %d-10000", i + 1);
	accepted(text.buf);
	for (int i = 10; i < 10000; i++)
		add(&text, " and sport %d-10000", i % 100 + 1);
	error = refused(text.buf, -E2BIG);
	expect_named(&error, "16777216 comparisons", "column 1");
	free(text.buf);
}

/* Duplicates cost nothing. */
Test(rules_errors, duplicate_conditions_take_no_space)
{
	struct text text = {0};

	add(&text, "take udp");
	for (int i = 0; i < 5000; i++)
		add(&text, " or udp dport %d", i);
	for (int i = 0; i < 3000; i++)
		add(&text, " and not not (udp or arp) and not tcp");
	accepted(text.buf);
	free(text.buf);
}

Test(rules_errors, arbitrary_bytes_are_read_completely)
{
	char *text = malloc(ZCXSK_RULES_TEXT_MAX + 1);
	static const char pieces[][8] = {"(",	    "{", "not ", "udp ", "and ", "take ", ";",
					 "1-",	    "/", "::",	 ",",	 "#\n",	 "\xff",  "port ",
					 "src in ", "}", ")",	 "0x",	 "or ",	 "vlan "};

	cr_assert_not_null(text);
	srand(1);
	for (size_t i = 0; i < COUNT(pieces); i++) {
		size_t length = strnlen(pieces[i], sizeof(pieces[i]));
		struct zcxsk_rules *rules;

		for (size_t used = 0; used < ZCXSK_RULES_TEXT_MAX; used++)
			text[used] = pieces[i][used % length];
		text[ZCXSK_RULES_TEXT_MAX] = '\0';
		if (!zcxsk_rules_parse(&rules, text, NULL))
			zcxsk_rules_destroy(rules);
		memcpy(text, "take ", 5);
		if (!zcxsk_rules_parse(&rules, text, NULL))
			zcxsk_rules_destroy(rules);
	}
	free(text);
}

/* ---- C structs ------------------------------------------------------------ */

static const struct {
	struct zcxsk_rule rule;
	const char *cause;
} wrongs[] = {
	{{0}, "rule 1: no field is set"},
	{{.fields = ZCXSK_RULE_ETHERTYPE | 1u << 31},
	 "rule 1: unknown fields 0x80000000, known are 0x1cff"},
	{{.fields = 0x100}, "rule 1: unknown fields 0x100, known are 0x1cff"},
	{{.fields = 1, .negated = 3}, "rule 1: fields 0x2 are negated but not set"},
	{{.fields = 1, .action = 2}, "rule 1: unknown action 2, known are 0 and 1"},
	{{.fields = 1, .reserved0 = {0, 0, 1}}, "rule 1: a reserved field is not zero"},
	{{.fields = 1, .reserved0 = {1}}, "rule 1: a reserved field is not zero"},
	{{.fields = 1, .reserved = {1}}, "rule 1: a reserved field is not zero"},
	{{.fields = 1, .reserved = {[14] = 1}}, "rule 1: a reserved field is not zero"},
	{{.fields = ZCXSK_RULE_VLAN, .vlan = 4096},
	 "rule 1: VLAN 4096 is above the maximum of 4095"},
	{{.fields = ZCXSK_RULE_INNER_VLAN, .inner_vlan = 5000},
	 "rule 1: inner VLAN 5000 is above the maximum of 4095"},
	{{.fields = ZCXSK_RULE_SRC_PORT, .src_port = 9, .src_port_last = 8},
	 "rule 1: ports 9-8 end before they begin"},
	{{.fields = ZCXSK_RULE_DST_PORT, .dst_port = 9, .dst_port_last = 1},
	 "rule 1: ports 9-1 end before they begin"},
	{{.fields = ZCXSK_RULE_FRAGMENT},
	 "rule 1: fragment is 0x0, but must be a combination of the bits 0x7"},
	{{.fields = ZCXSK_RULE_FRAGMENT, .fragment = 9},
	 "rule 1: fragment is 0x9, but must be a combination of the bits 0x7"},
	{{.fields = ZCXSK_RULE_SRC}, "rule 1: src_family is 0, but must be 4 or 6"},
	{{.fields = ZCXSK_RULE_DST, .dst_family = 10},
	 "rule 1: dst_family is 10, but must be 4 or 6"},
	{{.fields = ZCXSK_RULE_SRC, .src_family = 4, .src_prefix = 33},
	 "rule 1: src: prefix length 33 is above the maximum of 32"},
	{{.fields = ZCXSK_RULE_DST, .dst_family = 6, .dst_prefix = 129},
	 "rule 1: dst: prefix length 129 is above the maximum of 128"},
	{{.fields = ZCXSK_RULE_SRC, .src_family = 4, .src_prefix = 8, .src = {10, 1}},
	 "rule 1: src: 10.1.0.0/8 has bits set after the first 8"},
	{{.fields = ZCXSK_RULE_SRC, .src_family = 4, .src_prefix = 8, .src = {10, [15] = 1}},
	 "rule 1: src has bytes set after the IPv4 address"},
	{{.fields = ZCXSK_RULE_EVERYTHING, .negated = ZCXSK_RULE_EVERYTHING},
	 "rule 1: no packet can match this rule"},
};

Test(rules_errors, each_invalid_struct_is_reported_with_number_and_field)
{
	for (size_t i = 0; i < COUNT(wrongs); i++) {
		struct zcxsk_rule both[] = {{.fields = ZCXSK_RULE_VLAN}, wrongs[i].rule};
		struct zcxsk_rules *rules = (void *)1;
		struct zcxsk_error error = {0};

		cr_assert_eq(zcxsk_rules_create(&rules, both, 2, &error), -EINVAL, "%s",
			     wrongs[i].cause);
		cr_expect_str_eq(error.cause, wrongs[i].cause, "'%s', expected '%s'", error.cause,
				 wrongs[i].cause);
		cr_expect_null(rules);
	}
}

Test(rules_errors, structs_have_the_same_limits)
{
	struct zcxsk_rule *many = calloc(257, sizeof(*many));
	struct zcxsk_rules *rules;
	struct zcxsk_error error;

	cr_assert_not_null(many);
	/* Three boxes each: no port, a lower one, a higher one. */
	for (unsigned i = 0; i < 257; i++)
		many[i] = (struct zcxsk_rule){.fields = ZCXSK_RULE_DST_PORT | ZCXSK_RULE_VLAN,
					      .negated = ZCXSK_RULE_DST_PORT,
					      .dst_port = 80};
	cr_assert_eq(zcxsk_rules_create(&rules, many, 256, NULL), 0);
	cr_expect_eq(zcxsk_rules_count(rules), 256);
	zcxsk_rules_destroy(rules);
	cr_expect_eq(zcxsk_rules_create(&rules, many, 257, &error), -E2BIG);
	expect_named(&error, "257 rules", "limit of 256");

	/* Nine boxes each. */
	for (unsigned i = 0; i < 257; i++) {
		many[i].negated = ZCXSK_RULE_DST_PORT | ZCXSK_RULE_VLAN;
		many[i].vlan = 7;
	}
	cr_expect_eq(zcxsk_rules_create(&rules, many, 256, &error), -E2BIG);
	expect_named(&error, "boxes", "limit is 1024");
	free(many);
}

Test(rules_errors, null_arguments_are_refused)
{
	struct zcxsk_rule rule = {.fields = ZCXSK_RULE_EVERYTHING};
	struct zcxsk_rules *rules;

	cr_expect_eq(zcxsk_rules_parse(NULL, "", NULL), -EINVAL);
	cr_expect_eq(zcxsk_rules_parse(&rules, NULL, NULL), -EINVAL);
	cr_expect_eq(zcxsk_rules_create(NULL, &rule, 1, NULL), -EINVAL);
	cr_expect_eq(zcxsk_rules_create(&rules, NULL, 1, NULL), -EINVAL);
}
