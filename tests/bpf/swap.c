/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * swap.c - swaps rules while the program runs: which rules decide, what is counted, the
 * state after a refusal, and the rules after provisional ones expire. There is no socket,
 * so a packet that a rule takes is counted as matched_no_socket.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <zcxsk/redirect.h>

#include "monotonic.h"
#include "redirected.h"
#include "wire.h"

#define SOON_NS 300000000ull	/* for provisional rules that expire */
#define LATER_NS 60000000000ull /* for those that must not, even on a slow machine */

TestSuite(swap, .init = redirected_enter);

static void wait_until(uint64_t when)
{
	while (monotonic_ns() < when)
		poll(NULL, 0, 1);
}

static struct zcxsk_redirect_opts with(const char *text, uint64_t confirm_ns)
{
	struct zcxsk_redirect_opts opts;

	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = text;
	opts.confirm_ns = confirm_ns;
	return opts;
}

static struct zcxsk_redirect *attach(const char *text, uint64_t confirm_ns)
{
	struct zcxsk_redirect_opts opts = with(text, confirm_ns);
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error;

	cr_assert_eq(zcxsk_redirect_attach(&redirect, "near", &opts, &error), 0, "%s", error.cause);
	return redirect;
}

static void swap(struct zcxsk_redirect *redirect, const char *text, uint64_t confirm_ns)
{
	struct zcxsk_redirect_opts opts = with(text, confirm_ns);
	struct zcxsk_error error;

	cr_assert_eq(zcxsk_redirect_swap(redirect, &opts, &error), 0, "%s", error.cause);
}

/* Sends five frames and returns how many are taken. */
static uint64_t taken_of_five(const struct zcxsk_redirect *redirect)
{
	uint64_t before = redirected_stats(redirect).matched_no_socket;

	redirected_send_five();
	return redirected_stats(redirect).matched_no_socket - before;
}

/* Reads the first active rule, or "none". */
static void read_rule(struct zcxsk_redirect *redirect, char *text, size_t size)
{
	snprintf(text, size, "none");
	if (zcxsk_redirect_rules(redirect))
		zcxsk_rules_text(zcxsk_redirect_rules(redirect), 0, text, size);
}

static void expect_rule(struct zcxsk_redirect *redirect, const char *want)
{
	char text[100];

	read_rule(redirect, text, sizeof(text));
	cr_expect_str_eq(text, want);
}

static void expect_hits(struct zcxsk_redirect *redirect, uint64_t first, uint64_t second)
{
	uint64_t hits[2];

	cr_assert_eq(zcxsk_redirect_read_hits(redirect, hits, 2), 0);
	cr_expect_eq(hits[0], first, "%lu, not %lu", hits[0], first);
	cr_expect_eq(hits[1], second, "%lu, not %lu", hits[1], second);
}

Test(swap, new_rules_apply_from_the_next_packet_on)
{
	struct zcxsk_redirect *redirect = attach("take ethertype 0x88b5", 0);

	cr_expect_eq(taken_of_five(redirect), 3);
	swap(redirect, "take ethertype 0x88b6", 0);
	expect_rule(redirect, "take ethertype 0x88b6");
	cr_expect_eq(taken_of_five(redirect), 2);
	swap(redirect, "", 0);
	cr_expect_eq(taken_of_five(redirect), 0);
	swap(redirect, "take ethertype { 0x88b5, 0x88b6 }", 0);
	cr_expect_eq(taken_of_five(redirect), 5);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(swap, the_first_matching_rule_decides_and_is_counted)
{
	struct zcxsk_redirect *redirect =
		attach("pass ethertype 0x88b5; take ethertype 0x88b5-0x88b6", 0);
	uint64_t hits[3];

	cr_expect_eq(taken_of_five(redirect), 2);
	expect_hits(redirect, 3, 2);
	redirected_send_five();
	expect_hits(redirect, 6, 4);
	swap(redirect, "take ethertype 0x88b6; take ethertype 0x88b5", 0);
	expect_hits(redirect, 0, 0);
	cr_expect_eq(taken_of_five(redirect), 5);
	expect_hits(redirect, 2, 3);
	cr_expect_eq(zcxsk_redirect_read_hits(redirect, hits, 3), -EINVAL);
	cr_expect_eq(zcxsk_redirect_read_hits(redirect, NULL, 1), -EINVAL);
	cr_expect_eq(zcxsk_redirect_read_hits(NULL, hits, 1), -EINVAL);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

/* Sends five frames and returns how many "take any" decides, by its hit counter. */
static uint64_t hits_of_five(struct zcxsk_redirect *redirect)
{
	uint64_t before, after;

	cr_assert_eq(zcxsk_redirect_read_hits(redirect, &before, 1), 0);
	cr_expect_eq(taken_of_five(redirect), 5);
	cr_assert_eq(zcxsk_redirect_read_hits(redirect, &after, 1), 0);
	return after - before;
}

Test(swap, take_any_can_be_swapped_in_and_out)
{
	struct zcxsk_redirect *redirect = attach("take ethertype 0x88b5", 0);
	uint64_t hits;

	swap(redirect, "take any", 0);
	expect_rule(redirect, "take any");
	cr_expect_eq(hits_of_five(redirect), 5);
	swap(redirect, "take any; pass ethertype 0x88b6", 0);
	cr_assert_eq(zcxsk_redirect_read_hits(redirect, &hits, 1), 0);
	cr_expect_eq(hits, 0, "%lu hits, counted for the previous set", hits);
	cr_expect_eq(hits_of_five(redirect), 5);
	swap(redirect, "", 0);
	cr_expect_eq(taken_of_five(redirect), 0);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(swap, take_any_ends_unless_confirmed)
{
	struct zcxsk_redirect *redirect = attach("take ethertype 0x88b5", 0);

	swap(redirect, "take any", SOON_NS);
	wait_until(monotonic_ns() + SOON_NS);
	cr_expect_eq(taken_of_five(redirect), 3);
	swap(redirect, "take any", LATER_NS);
	cr_expect_eq(hits_of_five(redirect), 5);
	cr_expect_eq(zcxsk_redirect_confirm(redirect), 0);
	cr_expect_eq(hits_of_five(redirect), 5);
	swap(redirect, "take ethertype 0x88b6", SOON_NS);
	wait_until(monotonic_ns() + SOON_NS);
	cr_expect_eq(hits_of_five(redirect), 5);
	swap(redirect, "take ethertype 0x88b6", LATER_NS);
	cr_expect_eq(taken_of_five(redirect), 2);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(swap, a_refused_swap_leaves_the_old_rules_in_force)
{
	struct zcxsk_redirect *redirect = attach("take ethertype 0x88b5", 0);
	struct zcxsk_redirect_opts opts = with("take ethertype 0x88b6", 0);
	struct zcxsk_error error;

	opts.modes = ZCXSK_MODE_NATIVE_COPY;
	cr_expect_eq(zcxsk_redirect_swap(redirect, &opts, &error), -EINVAL);
	cr_expect_not_null(strstr(error.cause, "modes"), "'%s'", error.cause);
	opts.modes = 0;
	opts.flags = ZCXSK_REDIRECT_COEXIST;
	cr_expect_eq(zcxsk_redirect_swap(redirect, &opts, &error), -EINVAL);
	opts.flags = 0;
	opts.confirm_ns = ZCXSK_CONFIRM_MAX_NS + 1;
	cr_expect_eq(zcxsk_redirect_swap(redirect, &opts, &error), -EINVAL);
	opts.confirm_ns = 0;
	opts.rules_text = "take ethertype 0x88b6; take udq";
	cr_expect_eq(zcxsk_redirect_swap(redirect, &opts, &error), -EINVAL);
	cr_expect_not_null(strstr(error.cause, "column 29"), "'%s'", error.cause);
	cr_expect_not_null(strstr(error.cause, "'udq'"), "'%s'", error.cause);
	cr_expect_eq(zcxsk_redirect_swap(NULL, &opts, &error), -EINVAL);
	expect_rule(redirect, "take ethertype 0x88b5");
	cr_expect_eq(taken_of_five(redirect), 3);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(swap, provisional_rules_expire)
{
	uint64_t start = monotonic_ns();
	struct zcxsk_redirect *redirect = attach("take ethertype 0x88b5", SOON_NS);
	char text[100];

	read_rule(redirect, text, sizeof(text));
	/* On a busy machine reading the rule may have taken too long. */
	if (monotonic_ns() - start < SOON_NS)
		cr_expect_str_eq(text, "take ethertype 0x88b5");
	wait_until(monotonic_ns() + SOON_NS);
	cr_expect_geq(monotonic_ns() - start, SOON_NS);
	cr_expect_eq(taken_of_five(redirect), 0);
	expect_rule(redirect, "none");
	cr_expect_eq(zcxsk_redirect_confirm(redirect), -ETIMEDOUT);
	cr_expect_eq(taken_of_five(redirect), 0);
	swap(redirect, "take ethertype 0x88b5", 0);
	cr_expect_eq(taken_of_five(redirect), 3);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(swap, confirmed_rules_stay)
{
	struct zcxsk_redirect *redirect = attach("take ethertype 0x88b5", LATER_NS);

	cr_expect_eq(taken_of_five(redirect), 3);
	cr_expect_eq(zcxsk_redirect_confirm(redirect), 0);
	cr_expect_eq(zcxsk_redirect_confirm(redirect), 0);
	cr_expect_eq(zcxsk_redirect_confirm(NULL), -EINVAL);
	/* Once confirmed, they are restored when later provisional rules expire. */
	swap(redirect, "take ethertype 0x88b6", SOON_NS);
	wait_until(monotonic_ns() + SOON_NS);
	cr_expect_eq(taken_of_five(redirect), 3);
	expect_rule(redirect, "take ethertype 0x88b5");
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(swap, rules_never_confirmed_are_never_restored)
{
	struct zcxsk_redirect *redirect = attach("take ethertype 0x88b5; pass any", 0);

	cr_expect_eq(taken_of_five(redirect), 3);
	swap(redirect, "take ethertype 0x88b6", LATER_NS);
	cr_expect_eq(taken_of_five(redirect), 2);
	swap(redirect, "take ethertype { 0x88b5, 0x88b6 }", SOON_NS);
	wait_until(monotonic_ns() + SOON_NS);
	/* The first rules are restored and continue their counters. */
	cr_expect_eq(taken_of_five(redirect), 3);
	expect_hits(redirect, 6, 4);
	swap(redirect, "take ethertype 0x88b6", SOON_NS);
	wait_until(monotonic_ns() + SOON_NS);
	cr_expect_eq(taken_of_five(redirect), 3);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(swap, a_hundred_swaps_leak_no_file)
{
	unsigned files = wire_count_files();
	struct zcxsk_redirect *redirect = attach("take ethertype 0x88b5", 0);

	for (unsigned i = 0; i < 100; i++)
		swap(redirect, i % 2 ? "take ethertype 0x88b5" : "take arp; take ethertype 0x88b6",
		     i % 3 ? LATER_NS : 0);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
	cr_expect_eq(wire_count_files(), files, "files are left open");
}
