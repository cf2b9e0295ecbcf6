/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.c - messages about the interface become events, and make the library ask the device; a
 * socket pair stands for rtnetlink.
 */
#include "datapath/link.h" /* before linux/if.h, for net/if.h */

#include <criterion/criterion.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zcxsk/tx.h>

#include "datapath/events.h"
#include "datapath/kernel_calls.h"
#include "plain_socket.h"

#define IFINDEX 7
#define BYTES 256

static struct plain_socket p;
static struct zcxsk_socket *const s = &p.s;
static int rtnetlink;
static uint32_t asked; /* calls that ask the device for its state */
static int answer;

static int ask(void *context)
{
	(void)context;
	asked++;
	return answer;
}

static void open_watched(void)
{
	int fds[2];

	plain_open(&p, 0);
	s->kernel.receive = ask;
	asked = 0;
	answer = 0;
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	s->wait.link.fd = fds[0];
	s->wait.link.ifindex = IFINDEX;
	rtnetlink = fds[1];
}

static void close_watched(void)
{
	close(rtnetlink);
	link_unwatch(s);
	cr_expect_eq(s->wait.link.fd, -1);
	plain_close(&p);
}

/* A message about an interface that is up, or is not. */
static void report(bool up)
{
	char bytes[BYTES] = {0};
	struct nlmsghdr *header = mnl_nlmsg_put_header(bytes);
	struct ifinfomsg *body = mnl_nlmsg_put_extra_header(header, sizeof(*body));

	header->nlmsg_type = RTM_NEWLINK;
	body->ifi_index = IFINDEX;
	body->ifi_flags = up ? IFF_UP | IFF_RUNNING : 0;
	cr_assert_eq(send(rtnetlink, bytes, header->nlmsg_len, 0), header->nlmsg_len);
	s->wait.link_ready = true; /* as a sleep would find */
}

Test(link, a_check_without_a_message_does_not_ask_the_device)
{
	open_watched();
	s->wait.link_ready = true;
	for (int i = 0; i < 3; i++)
		link_check(s);
	cr_expect_eq(asked, 0);
	cr_expect_not(s->wait.link_ready);
	report(true);
	link_check(s);
	cr_expect_eq(asked, 0, "it is up as before");
	close_watched();
}

Test(link, a_change_is_an_event_and_makes_the_library_ask_once)
{
	struct zcxsk_event events[EVENT_TYPES];

	open_watched();
	answer = -ENETDOWN;
	report(false);
	link_check(s);
	cr_expect_eq(asked, 1);
	cr_expect_not(s->wait.link_ready);
	cr_expect(link_is_down(s));
	cr_assert_eq(events_take(&s->events, events, EVENT_TYPES), 1);
	cr_expect_eq(events[0].type, ZCXSK_EVENT_LINK_DOWN);
	answer = 0;
	report(true);
	link_check(s);
	cr_expect_eq(asked, 2);
	cr_expect_not(link_is_down(s));
	cr_assert_eq(events_take(&s->events, events, EVENT_TYPES), 1);
	cr_expect_eq(events[0].type, ZCXSK_EVENT_LINK_UP);
	close_watched();
}

static uint32_t kicks;

/* The kick of a driver that has no carrier: it is accepted, and takes nothing. */
static int accept_kick(void *context)
{
	(void)context;
	kicks++;
	return 0;
}

static void send_without_link(void)
{
	struct zcxsk_packet packet;

	open_watched();
	s->mode = ZCXSK_MODE_ZERO_COPY;
	s->kernel.kick = accept_kick;
	p.tx.flags = XDP_RING_NEED_WAKEUP;
	kicks = 0;
	report(false);
	link_check(s);
	cr_assert_eq(zcxsk_tx_alloc(s, &packet, 1, 60), 1);
	cr_assert_eq(zcxsk_tx_burst(s, &packet, 1), 1);
	cr_expect_eq(zcxsk_tx_flush(s), 1);
	kicks = 0;
	s->wait.link_ns = kernel_clock(s);
	cr_expect_eq(zcxsk_tx_flush(s), 1);
	cr_expect_eq(kicks, 0, "the driver has accepted the kick");
}

Test(link, its_return_kicks_for_what_the_driver_has_left)
{
	send_without_link();
	report(true);
	link_check(s);
	cr_expect_eq(kicks, 1);
	close_watched();
}

Test(link, an_owner_that_only_flushes_learns_of_its_return)
{
	send_without_link();
	report(true);
	s->wait.link_ns = 0;
	cr_expect_eq(zcxsk_tx_flush(s), 1);
	cr_expect_eq(kicks, 1);
	close_watched();
}

/* The kernel completes what it drops in the copy modes. */
static int drop_packet(void *context)
{
	(void)context;
	kicks++;
	p.tx.consumer++;
	return -EBUSY;
}

static int refuse(void *context)
{
	(void)context;
	kicks++;
	return -ENETDOWN;
}

static int take_all(void *context)
{
	(void)context;
	kicks++;
	p.tx.consumer = p.tx.producer;
	return 0;
}

static void send_two(int (*kick)(void *))
{
	struct zcxsk_packet packets[2];

	s->mode = ZCXSK_MODE_GENERIC_COPY;
	s->kernel.kick = kick;
	p.tx.flags = XDP_RING_NEED_WAKEUP;
	kicks = 0;
	cr_assert_eq(zcxsk_tx_alloc(s, packets, 2, 60), 2);
	cr_assert_eq(zcxsk_tx_burst(s, packets, 2), 2);
}

/* A driver resets its link; the owner only sends. */
Test(link, a_sender_whose_packets_are_dropped_learns_that_there_is_no_carrier)
{
	struct zcxsk_event events[EVENT_TYPES];

	open_watched();
	send_two(drop_packet);
	cr_expect_eq(zcxsk_socket_status(s), 0);
	report(false);
	s->wait.link_ns = 0;
	send_two(drop_packet);
	cr_expect_gt(s->count.tx_kick_dropped, 0);
	cr_expect_eq(zcxsk_socket_status(s), -ENETDOWN);
	cr_assert_eq(events_take(&s->events, events, EVENT_TYPES), 1);
	cr_expect_eq(events[0].type, ZCXSK_EVENT_LINK_DOWN);
	close_watched();
}

/* The interface is up again, and its carrier is not: the kernel would drop the packets. */
Test(link, refused_kicks_are_repeated_with_the_carrier)
{
	open_watched();
	answer = -ENETDOWN;
	send_two(refuse);
	report(false);
	link_check(s);
	kicks = 0;
	s->kernel.kick = take_all;
	answer = 0;
	link_check_again(s);
	s->wait.link_ns = 0;
	link_check_again(s);
	cr_expect_eq(zcxsk_socket_status(s), -ENETDOWN);
	cr_expect_eq(kicks, 0);
	report(true);
	link_check(s);
	cr_expect_eq(kicks, 1);
	close_watched();
}

Test(link, messages_from_before_are_no_events)
{
	struct zcxsk_event events[EVENT_TYPES];

	open_watched();
	report(false);
	report(true);
	link_settle(s);
	link_check(s);
	cr_expect_eq(asked, 0);
	cr_expect_eq(events_take(&s->events, events, EVENT_TYPES), 0);
	close_watched();
}

Test(link, a_link_that_is_watched_is_not_watched_again)
{
	open_watched();
	cr_expect_eq(link_watch(s), 0);
	link_unwatch(s);
	s->setup.simulated = true;
	cr_expect_eq(link_watch(s), -EOPNOTSUPP);
	close_watched();
}
