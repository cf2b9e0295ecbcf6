/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room.c - which events of the kernel socket the service descriptor reports: packets, and room
 * in the TX ring, which the kernel reports while less than half of it is pending. A socket pair
 * stands for the kernel socket, whose other end has always room.
 */
#include <criterion/criterion.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zcxsk/tx.h>

#include "datapath/outstanding.h"
#include "datapath/service.h"
#include "plain_socket.h"

#define HALF (PLAIN_RING / 2)

static struct plain_socket p;
static struct zcxsk_socket *const s = &p.s;
static int kernel;

static void init(void)
{
	int fds[2];

	plain_open(&p, 0);
	cr_assert_eq(token_init(s, ZCXSK_TOKENS_OFF, PLAIN_RING), 0);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
	s->fd = fds[0];
	kernel = fds[1];
	s->service.fd = epoll_create1(EPOLL_CLOEXEC);
	cr_assert_geq(s->service.fd, 0);
}

static void fini(void)
{
	close(s->fd);
	close(kernel);
	s->fd = -1;
	service_close(s);
	token_free(s);
	outstanding_free(s);
}

TestSuite(room, .init = init, .fini = fini);

/* The events that wake the owner now. */
static uint32_t woken_by(void)
{
	struct epoll_event event = {0};
	int n = epoll_wait(s->service.fd, &event, 1, 0);

	cr_assert_geq(n, 0);
	return n ? event.events : 0;
}

static void send_some(uint32_t n)
{
	struct zcxsk_packet packets[PLAIN_RING];

	cr_assert_eq(zcxsk_tx_alloc(s, packets, n, 60), n);
	cr_assert_eq(zcxsk_tx_burst(s, packets, n), n);
}

Test(room, is_reported_if_more_than_half_of_the_ring_is_pending)
{
	cr_assert_eq(service_attach(s), 0);
	cr_expect_eq(woken_by(), 0, "nobody wants room");
	send_some(HALF + 1);
	cr_expect_eq(woken_by(), 0, "nobody wants room");
	service_want_room(s);
	cr_expect_eq(woken_by(), EPOLLOUT);
	cr_expect_not(service_needs_completions(s));
}

/* The kernel would report it at once and always. */
Test(room, is_not_reported_if_half_of_the_ring_is_free)
{
	cr_assert_eq(service_attach(s), 0);
	send_some(HALF);
	service_want_room(s);
	cr_expect_eq(woken_by(), 0);
	cr_expect(service_needs_completions(s));
}

Test(room, is_reported_by_a_descriptor_that_is_attached_later)
{
	send_some(HALF + 1);
	service_want_room(s);
	cr_expect(service_needs_completions(s));
	cr_assert_eq(service_attach(s), 0);
	cr_expect_eq(woken_by(), EPOLLOUT);
	cr_expect_not(service_needs_completions(s));
}

Test(room, packets_are_reported_until_the_floor_refuses_them)
{
	cr_assert_eq(service_attach(s), 0);
	cr_assert_eq(write(kernel, "", 1), 1);
	cr_expect_eq(woken_by(), EPOLLIN);
	s->service.muted = true;
	service_want_room(s);
	cr_expect_eq(woken_by(), 0);
	service_unmute(s);
	cr_expect_eq(woken_by(), EPOLLIN);
}

/* A closed descriptor reports nothing, and a new one all again. */
Test(room, a_new_descriptor)
{
	cr_assert_eq(service_attach(s), 0);
	service_close(s);
	service_want_room(s);
	s->service.fd = epoll_create1(EPOLL_CLOEXEC);
	cr_assert_eq(service_attach(s), 0);
	cr_assert_eq(write(kernel, "", 1), 1);
	cr_expect_eq(woken_by(), EPOLLIN);
}
