/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_calls.c - the sleeps of the real kernel, on descriptors that the test makes ready:
 * which of them end a sleep, and as what. A socket pair stands for the AF_XDP socket.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "datapath/kernel_calls.h"
#include "plain_socket.h"

#define MS 1000000ull /* ns */
#define SHORT (5 * MS)
#define LONG (1000 * MS) /* a sleep that is ended by an event which is there already */

static struct plain_socket plain;
static struct zcxsk_socket *const s = &plain.s;
static int peer;

static void open_plain(enum zcxsk_mode mode)
{
	int fds[2];

	plain_open(&plain, 0);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
	s->fd = fds[0];
	peer = fds[1];
	s->mode = mode;
}

static void close_plain(void)
{
	kernel_unwatch_frames(s);
	linkwatch_close(&s->wait.link);
	kernel_close_events(s);
	close(s->fd);
	close(peer);
	plain_close(&plain);
}

/* Runs a test with epoll, as in zero-copy mode, and with poll, as in the copy modes. */
#define SLEEP(name)                                                                                \
	static void name(void);                                                                    \
	Test(kernel_calls, name##_in_epoll)                                                        \
	{                                                                                          \
		open_plain(ZCXSK_MODE_ZERO_COPY);                                                  \
		name();                                                                            \
		close_plain();                                                                     \
	}                                                                                          \
	Test(kernel_calls, name##_in_poll)                                                         \
	{                                                                                          \
		open_plain(ZCXSK_MODE_NATIVE_COPY);                                                \
		name();                                                                            \
		close_plain();                                                                     \
	}                                                                                          \
	static void name(void)

static void packet_arrives(void)
{
	cr_assert_eq(send(peer, "x", 1, 0), 1);
}

static void take_packet(void)
{
	char byte;

	cr_assert_eq(recv(s->fd, &byte, 1, MSG_DONTWAIT), 1);
}

/* An eventfd stands for the interface's messages. */
static void watch_link(void)
{
	s->wait.link.fd = kernel_event_open();
	cr_assert_geq(s->wait.link.fd, 0);
}

static void link_changes(void)
{
	kernel_event_set(s->wait.link.fd);
}

static void link_is_checked(void)
{
	kernel_event_clear(s->wait.link.fd);
	kernel_link_seen(s);
}

static void watch_frames(void)
{
	cr_assert_eq(kernel_watch_frames(s), 0);
	cr_assert_geq(s->starving.fd, 0);
}

/* An errno from before says nothing about a sleep. */
static int sleep_for(short events, uint64_t timeout_ns)
{
	errno = EIO;
	return kernel_sleep(s, events, timeout_ns);
}

static int sleep_for_link(uint64_t timeout_ns)
{
	errno = EIO;
	return kernel_sleep_link(s, timeout_ns);
}

static uint64_t nap(short events, int expected)
{
	uint64_t start = clock_now();

	cr_assert_eq(sleep_for(events, SHORT), expected);
	return clock_now() - start;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* ---- packets and room ------------------------------------------------------------- */

SLEEP(a_sleep_without_an_event_lasts_its_time)
{
	watch_link();
	watch_frames();
	cr_expect_geq(nap(POLLIN, 0), SHORT);
	cr_expect_geq(nap(0, 0), SHORT);
	cr_expect_not(s->wait.link_ready);
}

SLEEP(a_packet_ends_a_sleep)
{
	for (int i = 0; i < 3; i++) {
		packet_arrives();
		cr_expect_eq(sleep_for(POLLIN, LONG), 1);
		take_packet();
		nap(POLLIN, 0);
	}
}

SLEEP(room_ends_a_sleep_of_a_sender)
{
	packet_arrives();
	cr_expect_eq(sleep_for(POLLOUT, LONG), 1);
}

/* Otherwise one that was fetched long before would end the next sleep. */
Test(kernel_calls, epoll_reports_a_packet_once_and_poll_until_it_is_fetched)
{
	open_plain(ZCXSK_MODE_ZERO_COPY);
	packet_arrives();
	cr_expect_eq(sleep_for(POLLIN, LONG), 1);
	nap(POLLIN, 0);
	s->mode = ZCXSK_MODE_NATIVE_COPY;
	cr_expect_eq(sleep_for(POLLIN, LONG), 1);
	cr_expect_eq(sleep_for(POLLIN, LONG), 1);
	close_plain();
}

/* ---- the link, which is no event for the caller -------------------------------------- */

SLEEP(a_change_of_the_link_ends_a_sleep_and_counts_as_no_event)
{
	watch_link();
	for (int i = 0; i < 3; i++) {
		link_changes();
		cr_expect_eq(sleep_for(POLLIN, LONG), 0);
		cr_expect(s->wait.link_ready, "change %d", i);
		link_is_checked();
		cr_expect_not(s->wait.link_ready);
		nap(POLLIN, 0);
		cr_expect_not(s->wait.link_ready);
	}
	cr_expect(is_open(s->wait.link.fd), "it is still watched");
}

SLEEP(a_packet_and_a_change_of_the_link_count_once)
{
	watch_link();
	for (int i = 0; i < 2; i++) {
		link_changes();
		packet_arrives();
		cr_expect_eq(sleep_for(POLLIN, LONG), 1);
		cr_expect(s->wait.link_ready);
		link_is_checked();
		take_packet();
	}
}

/* A sender learns of it from the answer to its kicks. */
SLEEP(neither_link_nor_frames_end_a_sleep_for_room)
{
	char full[1000] = {0};

	watch_link();
	watch_frames();
	link_changes();
	kernel_event_set(s->starving.fd);
	while (send(s->fd, full, sizeof(full), MSG_DONTWAIT) >= 0)
		;
	nap(POLLOUT, 0);
	cr_expect_not(s->wait.link_ready);
}

SLEEP(a_sleep_for_the_link_ends_with_its_change)
{
	packet_arrives();
	cr_expect_eq(sleep_for_link(SHORT), 0, "no link is watched");
	watch_link();
	cr_expect_eq(sleep_for_link(SHORT), 0);
	link_changes();
	cr_expect_eq(sleep_for_link(LONG), 1);
}

/* ---- frames that others free ------------------------------------------------------ */

static void frames_end_sleeps_for_packets(void)
{
	nap(POLLIN, 0);
	kernel_event_set(s->starving.fd);
	cr_expect_eq(sleep_for(POLLIN, LONG), 1);
	cr_expect_eq(sleep_for(POLLIN, LONG), 1, "until the owner has taken them");
	packet_arrives();
	cr_expect_eq(sleep_for(POLLIN, LONG), 2);
	take_packet();
	kernel_event_clear(s->starving.fd);
	nap(POLLIN, 0);
}

SLEEP(frames_end_a_sleep_for_packets)
{
	watch_frames();
	frames_end_sleeps_for_packets();
}

SLEEP(frames_end_a_sleep_for_packets_also_if_watched_later)
{
	watch_link();
	nap(POLLIN, 0);
	watch_frames();
	frames_end_sleeps_for_packets();
	kernel_unwatch_frames(s);
	cr_expect_eq(s->starving.fd, -1);
	nap(POLLIN, 0);
}

/* A set that cannot be extended: the frames are found by ticks instead. */
Test(kernel_calls, frames_that_cannot_be_watched_leave_no_descriptor)
{
	int before, after;

	open_plain(ZCXSK_MODE_ZERO_COPY);
	s->wait.readable_fd = kernel_event_open(); /* no set at all */
	before = dup(peer);
	close(before);
	cr_expect_eq(kernel_watch_frames(s), -EINVAL);
	cr_expect_eq(s->starving.fd, -1);
	after = dup(peer);
	cr_expect_eq(after, before);
	close(after);
	close_plain();
}

/* ---- sleeps for a time --------------------------------------------------------------- */

SLEEP(only_the_time_ends_a_sleep_for_a_time)
{
	watch_link();
	watch_frames();
	packet_arrives();
	link_changes();
	kernel_event_set(s->starving.fd);
	cr_expect_geq(nap(0, 0), SHORT);
	cr_expect_not(s->wait.link_ready);
}

SLEEP(a_receiver_without_frames_is_woken_by_frames_and_by_the_link)
{
	kernel_wait_for_frames(s, true);
	packet_arrives();
	nap(0, 0); /* the floor refuses it */
	watch_frames();
	watch_link();
	nap(0, 0);
	kernel_event_set(s->starving.fd);
	cr_expect_eq(sleep_for(0, LONG), 1);
	cr_expect_not(s->wait.link_ready);
	link_changes();
	cr_expect_eq(sleep_for(0, LONG), 1);
	cr_expect(s->wait.link_ready);
	kernel_event_clear(s->starving.fd);
	kernel_link_seen(s);
	cr_expect_eq(sleep_for(0, LONG), 0);
	cr_expect(s->wait.link_ready);
	kernel_wait_for_frames(s, false);
	nap(0, 0);
}

/* ---- descriptors ---------------------------------------------------------------------- */

/* A daemon may have closed its standard streams. */
Test(kernel_calls, any_descriptor_will_do_for_frames)
{
	open_plain(ZCXSK_MODE_ZERO_COPY);
	nap(POLLIN, 0); /* creates the set */
	close(STDIN_FILENO);
	watch_frames();
	cr_assert_eq(s->starving.fd, STDIN_FILENO);
	frames_end_sleeps_for_packets();
	s->mode = ZCXSK_MODE_NATIVE_COPY;
	frames_end_sleeps_for_packets();
	kernel_unwatch_frames(s);
	cr_expect_eq(s->starving.fd, -1);
	close_plain();
}

Test(kernel_calls, any_descriptor_will_do_for_the_set)
{
	int writable;

	open_plain(ZCXSK_MODE_ZERO_COPY);
	watch_link();
	nap(POLLOUT, 1);
	writable = s->wait.writable_fd;
	cr_assert_geq(writable, 0);
	close(STDIN_FILENO);
	nap(POLLIN, 0);
	cr_assert_eq(s->wait.readable_fd, STDIN_FILENO);
	packet_arrives();
	cr_expect_eq(sleep_for(POLLIN, LONG), 1);
	nap(POLLIN, 0); /* epoll reports it once */
	take_packet();
	watch_frames();
	frames_end_sleeps_for_packets();
	cr_expect_eq(s->wait.readable_fd, STDIN_FILENO, "it is made once");
	link_changes();
	cr_expect_eq(sleep_for(POLLIN, LONG), 0);
	cr_expect(s->wait.link_ready);
	kernel_close_events(s);
	cr_expect_not(is_open(STDIN_FILENO));
	cr_expect_not(is_open(writable));
	cr_expect_eq(s->wait.readable_fd, -1);
	cr_expect_eq(s->wait.writable_fd, -1);
	close_plain();
}

Test(kernel_calls, any_descriptor_will_do_for_the_link)
{
	open_plain(ZCXSK_MODE_ZERO_COPY);
	close(STDIN_FILENO);
	watch_link();
	cr_assert_eq(s->wait.link.fd, STDIN_FILENO);
	for (int i = 0; i < 2; i++) {
		link_changes();
		cr_expect_eq(sleep_for(POLLIN, LONG), 0);
		cr_expect(s->wait.link_ready);
		cr_expect_eq(sleep_for_link(LONG), 1);
		link_is_checked();
		s->mode = ZCXSK_MODE_NATIVE_COPY;
	}
	close_plain();
}

Test(kernel_calls, any_descriptor_will_do_for_sets_events_and_timers)
{
	static int (*const opens[])(void) = {kernel_set_open, kernel_event_open, kernel_timer_open};

	for (int i = 0; i < 3; i++) {
		close(STDIN_FILENO);
		errno = EIO;
		cr_expect_eq(opens[i](), STDIN_FILENO, "%d", i);
	}
}

static void limit_descriptors(rlim_t most)
{
	struct rlimit limit;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = most;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* More than poll needs, but none is free. */
Test(kernel_calls, without_a_descriptor_for_epoll_sleeps_are_in_poll)
{
	open_plain(ZCXSK_MODE_ZERO_COPY);
	watch_link();
	watch_frames();
	limit_descriptors(3);
	packet_arrives();
	cr_expect_eq(sleep_for(POLLIN, LONG), 1);
	cr_expect_eq(sleep_for(POLLOUT, LONG), 1);
	take_packet();
	link_changes();
	kernel_event_set(s->starving.fd);
	cr_expect_eq(sleep_for(POLLIN, LONG), 1);
	cr_expect(s->wait.link_ready);
	cr_expect_eq(s->wait.readable_fd, -1);
	cr_expect_eq(kernel_set_open(), -EMFILE);
	cr_expect_eq(kernel_event_open(), -EMFILE);
	cr_expect_eq(kernel_timer_open(), -EMFILE);
	limit_descriptors(64);
	link_is_checked();
	link_changes();
	cr_expect_eq(sleep_for(POLLIN, LONG), 1, "now in epoll, which has frames, too");
	cr_expect(s->wait.link_ready);
	cr_expect_geq(s->wait.readable_fd, 0);
	close_plain();
}

/* epoll takes no regular files. */
Test(kernel_calls, a_socket_that_epoll_refuses_is_polled)
{
	FILE *file = tmpfile();
	int fd;

	open_plain(ZCXSK_MODE_ZERO_COPY);
	cr_assert_not_null(file);
	fd = s->fd;
	s->fd = fileno(file);
	for (int i = 0; i < 2; i++) {
		cr_expect_eq(sleep_for(POLLIN, LONG), 1);
		cr_expect_eq(s->wait.readable_fd, -1);
		cr_expect_eq(sleep_for(POLLOUT, LONG), 1);
		cr_expect_eq(s->wait.writable_fd, -1);
	}
	s->fd = fd;
	fclose(file);
	close_plain();
}

/* Ticks find what they would have reported. */
Test(kernel_calls, a_link_and_frames_that_epoll_refuses_are_not_watched)
{
	FILE *link = tmpfile(), *frames = tmpfile();

	open_plain(ZCXSK_MODE_ZERO_COPY);
	cr_assert(link && frames);
	s->wait.link.fd = dup(fileno(link));
	s->starving.fd = dup(fileno(frames));
	nap(POLLIN, 0);
	cr_expect_eq(s->wait.link.fd, -1);
	cr_expect_eq(s->starving.fd, -1);
	cr_expect_geq(s->wait.readable_fd, 0);
	fclose(link);
	fclose(frames);
	close_plain();
}

Test(kernel_calls, nothing_is_watched_at_first)
{
	plain_open(&plain, 0);
	cr_expect_eq(s->wait.link.fd, -1);
	cr_expect(s->wait.link.up, "a link that is not watched counts as up");
	cr_expect_eq(s->starving.fd, -1);
	cr_expect_eq(s->wait.readable_fd, -1);
	cr_expect_eq(s->wait.writable_fd, -1);
	plain_close(&plain);
}

Test(kernel_calls, a_descriptor_is_not_inherited_by_programs)
{
	int fds[3];

	open_plain(ZCXSK_MODE_ZERO_COPY);
	fds[0] = kernel_set_open();
	fds[1] = kernel_event_open();
	fds[2] = kernel_timer_open();
	nap(POLLIN, 0);
	cr_expect_eq(fcntl(s->wait.readable_fd, F_GETFD), FD_CLOEXEC);
	for (int i = 0; i < 3; i++) {
		cr_expect_eq(fcntl(fds[i], F_GETFD), FD_CLOEXEC, "descriptor %d", i);
		close(fds[i]);
	}
	close_plain();
}

/* ---- answers ------------------------------------------------------------------------- */

static void no_action(int number)
{
	(void)number;
}

static void interrupt_soon_and_again(suseconds_t us)
{
	struct sigaction handler = {.sa_handler = no_action};
	struct itimerval when = {{0, us}, {0, us}};

	cr_assert_eq(sigaction(SIGALRM, &handler, NULL), 0);
	cr_assert_eq(setitimer(ITIMER_REAL, &when, NULL), 0);
}

SLEEP(a_signal_ends_each_sleep)
{
	watch_link();
	interrupt_soon_and_again(2000);
	cr_expect_eq(sleep_for(POLLIN, LONG), -EINTR);
	cr_expect_eq(sleep_for(0, LONG), -EINTR);
	cr_expect_eq(sleep_for_link(LONG), -EINTR);
	interrupt_soon_and_again(0);
	cr_expect_not(s->wait.link_ready);
}

SLEEP(a_kick_by_poll_waits_for_nothing)
{
	cr_expect_eq(sleep_for(0, 0), 0);
	packet_arrives();
	cr_expect_eq(sleep_for(0, 0), 0);
	close(peer);
	peer = -1;
	cr_expect_eq(sleep_for(0, 0), 0, "a hang-up is no event");
}

SLEEP(kicks_and_empty_receives_do_not_wait_and_answer_with_the_error)
{
	char byte;

	cr_expect_eq(s->kernel.receive(s), -EAGAIN);
	cr_expect_eq(s->kernel.kick(s), 0);
	cr_expect_eq(recv(peer, &byte, 1, MSG_DONTWAIT), 0, "an empty one was sent");
	packet_arrives();
	cr_expect_eq(s->kernel.receive(s), 0);
	shutdown(s->fd, SHUT_WR);
	signal(SIGPIPE, SIG_IGN);
	cr_expect_eq(s->kernel.kick(s), -EPIPE);
}

/* ---- sets, events and timers ----------------------------------------------------------- */

static uint32_t ready(int set)
{
	struct epoll_event e = {0};

	return epoll_wait(set, &e, 1, 0) == 1 ? e.events : 0;
}

Test(kernel_calls, a_set_reports_what_is_wanted_of_its_members)
{
	int set = kernel_set_open(), event = kernel_event_open();

	cr_assert(set >= 0 && event >= 0);
	cr_expect_eq(kernel_set_change(set, event, EPOLLIN), -ENOENT);
	cr_expect_eq(kernel_set_add(set, event, EPOLLIN), 0);
	cr_expect_eq(kernel_set_add(set, event, EPOLLIN), -EEXIST);
	cr_expect_eq(ready(set), 0);
	kernel_event_set(event);
	kernel_event_set(event);
	cr_expect_eq(ready(set), EPOLLIN);
	cr_expect_eq(ready(set), EPOLLIN, "until it is cleared");
	cr_expect_eq(kernel_set_change(set, event, EPOLLOUT), 0);
	cr_expect_eq(ready(set), EPOLLOUT);
	cr_expect_eq(kernel_set_change(set, event, EPOLLIN), 0);
	kernel_event_clear(event);
	cr_expect_eq(ready(set), 0);
	kernel_event_clear(event); /* does not wait */
	kernel_event_set(event);
	kernel_set_remove(set, event);
	cr_expect_eq(ready(set), 0);
	cr_expect_eq(kernel_set_add(set, event, EPOLLIN), 0);
	close(event);
	close(set);
}

static bool expires_within(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

Test(kernel_calls, a_timer_expires_at_its_time_unless_it_is_cleared)
{
	int fd = kernel_timer_open();
	uint64_t due = clock_now() + SHORT;

	cr_assert_geq(fd, 0);
	cr_expect_not(expires_within(fd, 0));
	kernel_timer_set(fd, due);
	cr_expect(expires_within(fd, 10000));
	cr_expect_geq(clock_now(), due);
	kernel_timer_set(fd, clock_now() + LONG);
	cr_expect_not(expires_within(fd, 0), "it waits for the later time");
	kernel_timer_set(fd, 1);
	cr_expect(expires_within(fd, 10000), "that time is over");
	kernel_timer_clear(fd);
	cr_expect_not(expires_within(fd, 10));
	close(fd);
}
