/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dispatcher.c - shares an interface with other programs through libxdp's dispatcher. Not
 * every kernel supports that, so this runs in the guest.
 *
 * Open files are not counted here, because libxdp 1.3 leaks descriptors of programs that
 * it inspects.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>
#include <xdp/libxdp.h>

#include "redirect.skel.h"
#include "redirected.h"

TestSuite(dispatcher, .init = redirected_enter);

/* A foreign program, attached by libxdp. */
static struct xdp_program *dispatch_foreign(struct redirect **foreign, enum xdp_attach_mode mode)
{
	struct xdp_program *program;

	libbpf_set_print(NULL);
	libxdp_set_print(NULL);
	*foreign = redirect__open();
	cr_assert_not_null(*foreign);
	program = xdp_program__from_bpf_obj((*foreign)->obj, "xdp");
	cr_assert_eq(libxdp_get_error(program), 0);
	cr_assert_eq(xdp_program__attach(program, (int)if_nametoindex("near"), mode, 0), 0);
	cr_assert_geq(redirected_dispatched(), 0,
		      "libxdp cannot create a dispatcher on this kernel");
	return program;
}

static void expect_shared(enum xdp_attach_mode mode, enum zcxsk_attach how)
{
	struct redirect *foreign;
	struct xdp_program *program = dispatch_foreign(&foreign, mode);
	struct zcxsk_redirect *redirect = redirected_attach(0, 0);
	struct zcxsk_redirect_stats stats;

	cr_expect_eq(zcxsk_redirect_attached(redirect), how);
	cr_expect_eq(redirected_dispatched(), 2);
	redirected_send_five();
	stats = redirected_stats(redirect);
	cr_expect_eq(stats.matched_no_socket, 3, "matched_no_socket %lu", stats.matched_no_socket);
	cr_expect_eq(stats.passed, 2, "passed %lu", stats.passed);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
	cr_expect_eq(redirected_dispatched(), 1, "the foreign program was detached with ours");
	cr_assert_eq(xdp_program__detach(program, (int)if_nametoindex("near"), mode, 0), 0);
	xdp_program__close(program);
	redirect__destroy(foreign);
}

Test(dispatcher, an_attached_native_dispatcher_is_joined)
{
	expect_shared(XDP_MODE_NATIVE, ZCXSK_ATTACH_DISPATCHER);
}

Test(dispatcher, an_attached_generic_dispatcher_is_joined)
{
	expect_shared(XDP_MODE_SKB, ZCXSK_ATTACH_DISPATCHER_GENERIC);
}

Test(dispatcher, a_dispatcher_in_an_excluded_mode_is_left_alone)
{
	struct zcxsk_redirect_opts opts;
	struct redirect *foreign;

	dispatch_foreign(&foreign, XDP_MODE_NATIVE);
	zcxsk_redirect_opts_init(&opts);
	opts.modes = ZCXSK_MODE_GENERIC_COPY;
	redirected_refused("near", &opts, -EBUSY);
	cr_expect_eq(redirected_dispatched(), 1);
}
