/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linkwatch.c - when a link counts as up, by messages as the kernel sends them: with
 * IFF_RUNNING, or as soon as there is a carrier that the state does not account for yet.
 */
#include "nic/linkwatch.h" /* before linux/if.h, for net/if.h */

#include <criterion/criterion.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#define IFINDEX 7
#define BYTES 256

struct link {
	uint32_t flags;
	uint8_t carrier;
	uint8_t state;
	uint8_t mode;
	uint32_t ups;
};

static int kernel;
static struct linkwatch watch;

static void open_watch(void)
{
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	linkwatch_init(&watch);
	watch.fd = fds[0];
	watch.ifindex = IFINDEX;
	kernel = fds[1];
}

static void close_watch(void)
{
	close(kernel);
	linkwatch_close(&watch);
}

TestSuite(linkwatch, .init = open_watch, .fini = close_watch);

/* Sends a message about a link, and returns the changes that it reports. */
static uint32_t report(struct link link)
{
	char bytes[BYTES] = {0};
	struct nlmsghdr *header = mnl_nlmsg_put_header(bytes);
	struct ifinfomsg *body = mnl_nlmsg_put_extra_header(header, sizeof(*body));
	uint32_t changes = 0;

	header->nlmsg_type = RTM_NEWLINK;
	body->ifi_index = IFINDEX;
	body->ifi_flags = link.flags;
	mnl_attr_put_u8(header, IFLA_OPERSTATE, link.state);
	mnl_attr_put_u8(header, IFLA_LINKMODE, link.mode);
	mnl_attr_put_u8(header, IFLA_CARRIER, link.carrier);
	mnl_attr_put_u32(header, IFLA_CARRIER_UP_COUNT, link.ups);
	cr_assert_eq(send(kernel, bytes, header->nlmsg_len, 0), header->nlmsg_len);
	cr_assert(linkwatch_next(&watch, &changes));
	cr_assert_not(linkwatch_next(&watch, &(uint32_t){0}));
	return changes;
}

static const struct link down = {0, 0, IF_OPER_DOWN, 0, 0};
static const struct link no_carrier = {IFF_UP, 0, IF_OPER_DOWN, 0, 0};
static const struct link running = {IFF_UP | IFF_RUNNING, 1, IF_OPER_UP, 0, 0};

Test(linkwatch, follows_the_running_flag)
{
	cr_expect_eq(report(running), 0);
	cr_expect_eq(report(down), LINKWATCH_DOWN);
	cr_expect_eq(report(no_carrier), 0);
	cr_expect_eq(report(running), LINKWATCH_UP);
	cr_expect_eq(report(no_carrier), LINKWATCH_DOWN);
}

/* Loopback and drivers without a state. */
Test(linkwatch, an_unknown_state_is_up_if_running)
{
	report(down);
	cr_expect_eq(report((struct link){IFF_UP | IFF_RUNNING, 1, IF_OPER_UNKNOWN, 0, 0}),
		     LINKWATCH_UP);
}

Test(linkwatch, a_carrier_is_up_before_its_state_follows)
{
	static const uint8_t old[] = {IF_OPER_DOWN, IF_OPER_LOWERLAYERDOWN};

	for (unsigned i = 0; i < 2; i++) {
		report(down);
		cr_expect_eq(report((struct link){IFF_UP, 1, old[i], 0, 0}), LINKWATCH_UP);
		cr_expect_eq(report(running), 0, "the state is reported once");
	}
}

Test(linkwatch, a_carrier_alone_is_not_up)
{
	static const struct link links[] = {
		{0, 1, IF_OPER_DOWN, 0, 0},
		{IFF_UP | IFF_DORMANT, 1, IF_OPER_DOWN, 0, 0},
		{IFF_UP, 1, IF_OPER_DORMANT, 0, 0},
		{IFF_UP, 1, IF_OPER_DOWN, IF_LINK_MODE_DORMANT, 0},
		{IFF_UP, 1, IF_OPER_TESTING, 0, 0},
		{IFF_UP, 1, IF_OPER_NOTPRESENT, 0, 0},
	};

	report(down);
	for (unsigned i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		cr_expect_eq(report(links[i]), 0, "message %u", i);
}

/* A link that was lost a moment ago can return by itself; one that never was cannot. */
Test(linkwatch, remembers_whether_there_ever_was_a_carrier)
{
	report(no_carrier);
	cr_expect_not(watch.had_carrier);
	report((struct link){IFF_UP, 0, IF_OPER_DOWN, 0, 1});
	cr_expect(watch.had_carrier);
	report(down);
	cr_expect(watch.had_carrier);
}
