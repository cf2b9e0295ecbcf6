/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_netlink.c - what the kernel refuses to answer is an error of the question, at once. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "netns.h"
#include "redirect/guard_facts.h"
#include "redirect/guard_netlink.h"

static void enter(void)
{
	int ret = netns_enter();

	if (ret == -EPERM)
		cr_skip_test("network namespaces need root");
	cr_assert_eq(ret, 0, "namespaces: %d", ret);
}

TestSuite(guard_netlink, .init = enter);

static int see_nothing(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	(void)data;
	return MNL_CB_OK;
}

/* A kernel without inet_diag answers so for TCP. */
Test(guard_netlink, sockets_that_the_kernel_does_not_know)
{
	char buf[GUARD_REQUEST];
	struct sock_diag_req *ask;
	struct nlmsghdr *nlh =
		guard_request(buf, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof(*ask), &ask);

	ask->sdiag_family = AF_MAX - 1;
	cr_expect_eq(guard_ask(NETLINK_SOCK_DIAG, nlh, see_nothing, NULL, NULL), -ENOENT);
	ask->sdiag_family = UINT8_MAX;
	cr_expect_eq(guard_ask(NETLINK_SOCK_DIAG, nlh, see_nothing, NULL, NULL), -EINVAL);
}

static int look_up(const char *text)
{
	struct guard_facts facts = {0};
	struct guard_hops hops = {0};
	struct guard_address to;
	struct in_addr bytes;
	int ret;

	cr_assert_eq(inet_pton(AF_INET, text, &bytes), 1);
	to = guard_address_of(AF_INET, &bytes);
	ret = guard_look_up(&facts, &to, NULL, 0, &hops);
	cr_expect_eq(guard_look_up(&facts, &to, NULL, 0, &hops), ret, "asked again");
	guard_facts_free(&facts);
	return ret;
}

Test(guard_netlink, routes)
{
	cr_assert_eq(netns_run("ip route add blackhole 198.51.100.1"), 0);
	cr_assert_eq(netns_run("ip route add unreachable 198.51.100.2"), 0);
	cr_assert_eq(netns_run("ip route add prohibit 198.51.100.3"), 0);
	cr_expect_eq(look_up("127.0.0.1"), 0);
	cr_expect_eq(look_up("198.51.100.1"), -EINVAL);
	cr_expect_eq(look_up("198.51.100.2"), -EHOSTUNREACH);
	cr_expect_eq(look_up("198.51.100.3"), -EACCES);
	cr_expect_eq(look_up("203.0.113.1"), -ENETUNREACH);
}
