/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.c - the size rule of options structs: older and newer callers, and fields that
 * the library does not know.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <zcxsk/zcxsk.h>

#include "base/opts.h"
#include "redirect/opts.h"

/* An options struct as three successive releases define it. */
struct first {
	size_t size;
	uint32_t a;
	uint32_t b;
};

struct second {
	size_t size;
	uint32_t a;
	uint32_t b;
	uint64_t c;
};

struct third {
	size_t size;
	uint32_t a;
	uint32_t b;
	uint64_t c;
	unsigned char d[8];
};

#define COPY(ours, theirs) opts_copy(ours, sizeof(*(ours)), theirs, sizeof(struct first))

Test(options, null_means_all_defaults)
{
	struct second ours;

	memset(&ours, 0xff, sizeof(ours));
	cr_assert_eq(COPY(&ours, NULL), 0);
	cr_assert_eq(ours.a, 0);
	cr_assert_eq(ours.b, 0);
	cr_assert_eq(ours.c, 0);
}

Test(options, same_size_is_copied_whole)
{
	struct second theirs = {sizeof(theirs), 1, 2, 3}, ours;

	cr_assert_eq(COPY(&ours, &theirs), 0);
	cr_assert_eq(ours.a, 1);
	cr_assert_eq(ours.b, 2);
	cr_assert_eq(ours.c, 3);
}

Test(options, missing_fields_of_an_older_caller_are_zero)
{
	struct first theirs = {sizeof(theirs), 1, 2};
	struct second ours;

	memset(&ours, 0xff, sizeof(ours));
	cr_assert_eq(COPY(&ours, &theirs), 0);
	cr_assert_eq(ours.a, 1);
	cr_assert_eq(ours.b, 2);
	cr_assert_eq(ours.c, 0);
}

Test(options, zero_tail_of_a_newer_caller_is_accepted)
{
	struct third theirs = {.size = sizeof(theirs), .a = 1, .b = 2, .c = 3};
	struct second ours;

	cr_assert_eq(COPY(&ours, &theirs), 0);
	cr_assert_eq(ours.c, 3);
}

Test(options, any_byte_set_in_an_unknown_tail_is_refused)
{
	for (size_t i = 0; i < sizeof(((struct third *)0)->d); i++) {
		struct third theirs = {.size = sizeof(theirs)};
		struct second ours;

		theirs.d[i] = 1;
		cr_assert_eq(COPY(&ours, &theirs), -EINVAL, "byte %zu", i);
	}
}

Test(options, nothing_past_the_callers_size_is_read)
{
	struct third theirs = {.size = sizeof(struct first), .a = 1, .b = 2, .c = 3};
	struct second ours;

	theirs.d[0] = 1;
	cr_assert_eq(COPY(&ours, &theirs), 0);
	cr_assert_eq(ours.b, 2);
	cr_assert_eq(ours.c, 0);
}

Test(options, a_size_below_the_first_release_is_refused)
{
	struct second theirs = {0}, ours;

	for (theirs.size = 0; theirs.size < sizeof(struct first); theirs.size++)
		cr_assert_eq(COPY(&ours, &theirs), -EINVAL, "size %zu", theirs.size);
}

Test(options, a_size_beyond_a_page_is_refused_before_anything_is_touched)
{
	static unsigned char theirs[2 * OPTS_SIZE_MAX];
	struct zcxsk_stats answer;
	struct second ours;
	size_t size = OPTS_SIZE_MAX;

	memcpy(theirs, &size, sizeof(size));
	cr_assert_eq(COPY(&ours, theirs), 0);
	size++;
	memcpy(theirs, &size, sizeof(size));
	cr_assert_eq(COPY(&ours, theirs), -EINVAL);
	memset(theirs + sizeof(size), 0xff, sizeof(theirs) - sizeof(size));
	cr_assert_eq(opts_answer(theirs, &answer, sizeof(answer)), -EINVAL);
	for (size_t i = sizeof(size); i < sizeof(theirs); i++)
		cr_assert_eq(theirs[i], 0xff, "byte %zu", i);
}

/* "Zero means default" depends on the init functions. */
#define CHECK_INIT(type, init)                                                                     \
	do {                                                                                       \
		type opts;                                                                         \
                                                                                                   \
		memset(&opts, 0xff, sizeof(opts));                                                 \
		init(&opts);                                                                       \
		cr_expect_eq(opts.size, sizeof(opts));                                             \
		for (size_t i = sizeof(opts.size); i < sizeof(opts); i++)                          \
			cr_expect_eq(((unsigned char *)&opts)[i], 0, #type);                       \
	} while (0)

Test(options, init_sets_the_size_and_zeroes_the_rest)
{
	CHECK_INIT(struct zcxsk_umem_opts, zcxsk_umem_opts_init);
	CHECK_INIT(struct zcxsk_pool_opts, zcxsk_pool_opts_init);
	CHECK_INIT(struct zcxsk_redirect_opts, zcxsk_redirect_opts_init);
	CHECK_INIT(struct zcxsk_redirect_stats, zcxsk_redirect_stats_init);
	CHECK_INIT(struct zcxsk_socket_opts, zcxsk_socket_opts_init);
	CHECK_INIT(struct zcxsk_socket_info, zcxsk_socket_info_init);
	CHECK_INIT(struct zcxsk_stats, zcxsk_stats_init);
}

Test(options, redirect_options_of_a_wrong_size_are_refused_with_the_sizes)
{
	struct zcxsk_redirect *redirect = (void *)1;
	struct zcxsk_redirect_opts opts;
	struct zcxsk_error error = {0};
	char sizes[80];

	zcxsk_redirect_opts_init(&opts);
	opts.size = 3;
	cr_expect_eq(zcxsk_redirect_attach(&redirect, "lo", &opts, &error), -EINVAL);
	cr_expect_null(redirect);
	snprintf(sizes, sizeof(sizes), "size of 3 is wrong, or fields beyond the %zu known bytes",
		 sizeof(opts));
	cr_expect_not_null(strstr(error.cause, sizes), "'%s'", error.cause);
	cr_expect_str_eq(error.remedy, "Start from zcxsk_redirect_opts_init().");
}

/* ---- rules of a redirect ---------------------------------------------------- */

Test(options, a_mistake_in_rules_text_is_reported_with_its_place)
{
	struct zcxsk_redirect *redirect = (void *)1;
	struct zcxsk_redirect_opts opts;
	struct zcxsk_error error = {0};

	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = "take udp dport 53; tkae arp";
	cr_expect_eq(zcxsk_redirect_attach(&redirect, "lo", &opts, &error), -EINVAL);
	cr_expect_null(redirect);
	cr_expect_eq(error.code, -EINVAL);
	cr_expect_str_eq(error.step, "read rules");
	cr_expect_not_null(strstr(error.cause, "column 20"), "'%s'", error.cause);
	cr_expect_not_null(strstr(error.cause, "'tkae'"), "'%s'", error.cause);
	cr_expect_not_null(strstr(error.remedy, opts.rules_text), "'%s'", error.remedy);
}

Test(options, rules_text_and_rules_together_are_refused)
{
	struct zcxsk_redirect *redirect = (void *)1;
	struct zcxsk_redirect_opts opts;
	struct zcxsk_error error = {0};
	struct zcxsk_rules *rules;

	cr_assert_eq(zcxsk_rules_parse(&rules, "take arp; take udp", NULL), 0);
	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = "take arp";
	opts.rules = rules;
	cr_expect_eq(zcxsk_redirect_attach(&redirect, "lo", &opts, &error), -EINVAL);
	cr_expect_null(redirect);
	cr_expect_not_null(strstr(error.cause, "rules_text and rules (2 rules)"), "'%s'",
			   error.cause);
	cr_expect_neq(error.remedy[0], '\0');
	zcxsk_rules_destroy(rules);
}

Test(options, rules_text_is_not_read_after_the_call)
{
	struct zcxsk_redirect_opts opts, ours;
	char text[] = "take udp dport 53", rule[64];

	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = text;
	cr_assert_eq(redirect_take_opts(&ours, &opts, NULL), 0);
	memset(text, 'x', sizeof(text) - 1);
	cr_expect_null(ours.rules_text);
	cr_assert_eq(zcxsk_rules_count(ours.rules), 1);
	zcxsk_rules_text(ours.rules, 0, rule, sizeof(rule));
	cr_expect_str_eq(rule, "take udp and dport 53");
	zcxsk_rules_destroy((struct zcxsk_rules *)ours.rules);
}

Test(options, an_empty_rules_text_takes_nothing)
{
	struct zcxsk_redirect_opts opts, ours;

	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = "";
	cr_assert_eq(redirect_take_opts(&ours, &opts, NULL), 0);
	cr_expect_eq(zcxsk_rules_count(ours.rules), 0);
	zcxsk_rules_destroy((struct zcxsk_rules *)ours.rules);
}
