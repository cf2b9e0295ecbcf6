/* SPDX-License-Identifier: BSD-2-Clause */
/* redirected.c - attaches, checks and sends for the tests on real interfaces. */
#include "redirected.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include "netns.h"
#include "wire.h"

void redirected_enter(void)
{
	int ret = netns_enter();

	if (ret == -EPERM)
		cr_skip_test("network namespaces and BPF need root");
	cr_assert_eq(ret, 0, "namespaces: %d", ret);
	cr_assert_eq(netns_veth("near", "far"), 0, "veth pair");
}

struct zcxsk_rules *redirected_rules(const char *text)
{
	struct zcxsk_rules *rules;
	struct zcxsk_error error;

	cr_assert_eq(zcxsk_rules_parse(&rules, text, &error), 0, "%s: %s", text, error.cause);
	return rules;
}

struct zcxsk_redirect *redirected_attach(uint32_t flags, uint32_t modes)
{
	struct zcxsk_rules *rules = redirected_rules("take ethertype 0x88b5");
	struct zcxsk_redirect *redirect = NULL;
	struct zcxsk_redirect_opts opts;
	struct zcxsk_error error = {.code = 1};
	int ret;

	zcxsk_redirect_opts_init(&opts);
	opts.flags = flags;
	opts.modes = modes;
	opts.rules = rules;
	ret = zcxsk_redirect_attach(&redirect, "near", &opts, &error);
	zcxsk_rules_destroy(rules);
	cr_assert_eq(ret, 0, "attach returned %d: %s: %s", ret, error.step, error.cause);
	cr_expect_eq(error.code, 0);
	cr_assert_not_null(redirect);
	return redirect;
}

/* Attaching must return want. Returns the error. */
struct zcxsk_error redirected_refused(const char *ifname, const struct zcxsk_redirect_opts *opts,
				      int want)
{
	struct zcxsk_redirect *redirect = (void *)&redirect;
	struct zcxsk_error error = {0};
	unsigned files = wire_count_files();
	int ret = zcxsk_redirect_attach(&redirect, ifname, opts, &error);

	cr_expect_eq(ret, want, "returned %d, not %d: %s", ret, want, error.cause);
	cr_expect_eq(error.code, want);
	cr_expect_null(redirect);
	cr_expect_neq(error.step[0], '\0', "no step is named");
	cr_expect_neq(error.cause[0], '\0', "no cause is named");
	cr_expect_eq(wire_count_files(), files, "a refusal leaks files");
	return error;
}

struct zcxsk_redirect_stats redirected_stats(const struct zcxsk_redirect *redirect)
{
	struct zcxsk_redirect_stats stats;

	zcxsk_redirect_stats_init(&stats);
	cr_assert_eq(zcxsk_redirect_read_stats(redirect, &stats), 0);
	return stats;
}

/* Sends three frames that a rule takes, then two that no rule takes, which must arrive. */
void redirected_send_five(void)
{
	int taken = wire_open("far", WIRE_TAKEN);
	int passed = wire_open("far", WIRE_PASSED);
	int arrival = wire_open("near", WIRE_PASSED);

	for (int i = 0; i < 3; i++)
		wire_send(taken);
	for (int i = 0; i < 2; i++)
		wire_send(passed);
	/* Frames are in order: when the last one arrives, all are counted. */
	for (int i = 0; i < 2; i++)
		cr_assert(wire_receive(arrival, PATIENCE), "a packet that no rule takes is lost");
	close(taken);
	close(passed);
	close(arrival);
}

/* Number of programs in the dispatcher of near; -1 without a dispatcher. */
int redirected_dispatched(void)
{
	struct xdp_multiprog *present =
		xdp_multiprog__get_from_ifindex((int)if_nametoindex("near"));
	int count = -1;

	if (libxdp_get_error(present))
		return -1;
	if (!xdp_multiprog__is_legacy(present))
		count = xdp_multiprog__program_count(present);
	xdp_multiprog__close(present);
	return count;
}
