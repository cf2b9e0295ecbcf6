/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_calls.c - the real kernel, the only file that makes system calls on the data path.
 * kick.c, wait.c and timer.c decide when.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "datapath/kernel_calls.h"

static int kernel_kick(void *context)
{
	const struct zcxsk_socket *s = context;

	return sendto(s->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 ? -errno : 0;
}

static int kernel_receive(void *context)
{
	const struct zcxsk_socket *s = context;

	return recvfrom(s->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL) < 0 ? -errno : 0;
}

/*
 * An epoll descriptor for one kind of event. poll() kicks on entry and on exit, each costing a
 * driver pass and hiding a lost interrupt; epoll kicks only when an event is there. An edge is
 * enough, since the caller has checked the rings before.
 */
static int event_fd(const struct zcxsk_socket *s, int *fd, uint32_t event)
{
	struct epoll_event e = {.events = event | EPOLLET};

	if (*fd >= 0)
		return *fd;
	*fd = epoll_create1(EPOLL_CLOEXEC);
	if (*fd >= 0 && epoll_ctl(*fd, EPOLL_CTL_ADD, s->fd, &e))
		fd_close(fd);
	return *fd;
}

/* Lets waits for packets end when frames come; level-triggered, as the owner takes it back. */
static int add_frames(int set, int fd)
{
	struct epoll_event frames = {.events = EPOLLIN};

	if (set < 0 || fd < 0)
		return 0;
	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &frames) ? -errno : 0;
}

int kernel_watch_frames(struct zcxsk_socket *s)
{
	int fd = kernel_event_open(), ret;

	if (fd < 0)
		return fd;
	ret = add_frames(s->wait.readable_fd, fd);
	if (ret)
		close(fd);
	else
		starving_set_fd(s->pool, &s->starving, fd);
	return ret;
}

void kernel_unwatch_frames(struct zcxsk_socket *s)
{
	if (s->starving.fd >= 0)
		starving_set_fd(s->pool, &s->starving, -1);
}

void kernel_wait_for_frames(struct zcxsk_socket *s, bool yes)
{
	s->wait.for_frames = yes;
}

/* Likewise for packets, interface changes if these are reported, and frames. */
static int readable_fd(struct zcxsk_socket *s)
{
	struct epoll_event change = {.events = EPOLLIN, .data.ptr = s};
	bool fresh = s->wait.readable_fd < 0;
	int fd = event_fd(s, &s->wait.readable_fd, EPOLLIN);

	if (fresh && fd >= 0 && s->wait.link.fd >= 0 &&
	    epoll_ctl(fd, EPOLL_CTL_ADD, s->wait.link.fd, &change))
		linkwatch_close(&s->wait.link);
	if (fresh && add_frames(fd, s->starving.fd))
		kernel_unwatch_frames(s);
	return fd;
}

/* An interface change is not an event for the caller, but a reason to check. */
static int without_change(struct zcxsk_socket *s, const struct epoll_event *e, int n)
{
	int left = n;

	for (int i = 0; i < n; i++)
		if (e[i].data.ptr) {
			s->wait.link_ready = true;
			left--;
		}
	return left;
}

void kernel_start_events(struct zcxsk_socket *s)
{
	s->wait.readable_fd = s->wait.writable_fd = s->starving.fd = -1;
	linkwatch_init(&s->wait.link);
}

void kernel_link_seen(struct zcxsk_socket *s)
{
	s->wait.link_ready = false;
}

void kernel_close_events(struct zcxsk_socket *s)
{
	fd_close(&s->wait.readable_fd);
	fd_close(&s->wait.writable_fd);
}

/*
 * Zero-copy uses epoll, see event_fd(), or poll if epoll is not available. The copy modes use
 * poll: there the kick does the sending and is due anyway, and epoll would report each packet
 * that arrived while nobody slept, ending the next sleep for packets fetched long before.
 */
static int wait_in_poll(struct zcxsk_socket *s, short events, const struct timespec *t)
{
	struct pollfd p[3] = {{.fd = s->fd, .events = events}};
	nfds_t n = 1, link = 0;
	int ret;

	if (events & POLLIN && s->starving.fd >= 0)
		p[n++] = (struct pollfd){.fd = s->starving.fd, .events = POLLIN};
	if (events & POLLIN && s->wait.link.fd >= 0) {
		link = n;
		p[n++] = (struct pollfd){.fd = s->wait.link.fd, .events = POLLIN};
	}
	ret = ppoll(p, n, t, NULL);
	if (ret > 0 && link && p[link].revents) {
		s->wait.link_ready = true;
		ret--;
	}
	return ret < 0 ? -errno : ret;
}

static int wait_for_event(struct zcxsk_socket *s, short events, const struct timespec *t)
{
	struct epoll_event e[3];
	int fd = -1, n;

	if (s->mode == ZCXSK_MODE_ZERO_COPY)
		fd = events & POLLIN ? readable_fd(s) : event_fd(s, &s->wait.writable_fd, EPOLLOUT);
	if (fd < 0)
		return wait_in_poll(s, events, t);
	n = epoll_pwait2(fd, e, 3, t, NULL);
	return n < 0 ? -errno : without_change(s, e, n);
}

/* Nothing but the time ends it; for a receiver frames that others free, and the link. */
static int wait_for_time(struct zcxsk_socket *s, const struct timespec *t)
{
	struct pollfd p[2] = {{.fd = s->starving.fd, .events = POLLIN},
			      {.fd = s->wait.link.fd, .events = POLLIN}}; /* -1 is skipped */
	int n = ppoll(p, s->wait.for_frames ? 2 : 0, t, NULL);

	if (n > 0 && p[1].revents) {
		s->wait.link_ready = true;
		n--;
	}
	return n < 0 ? -errno : n;
}

static int kernel_wait(void *context, short events, uint64_t timeout_ns)
{
	struct zcxsk_socket *s = context;
	struct pollfd p = {.fd = s->fd};
	struct timespec t = clock_timespec(timeout_ns);

	if (events)
		return wait_for_event(s, events, &t);
	if (timeout_ns)
		return wait_for_time(s, &t);
	/* A kick. */
	return ppoll(&p, 1, &t, NULL) < 0 ? -errno : 0;
}

static uint64_t kernel_now(void *context)
{
	(void)context;
	return clock_now();
}

const struct zcxsk_kernel kernel_calls = {
	.size = sizeof(struct zcxsk_kernel),
	.kick = kernel_kick,
	.receive = kernel_receive,
	.wait = kernel_wait,
	.now = kernel_now,
};

int kernel_sleep(struct zcxsk_socket *s, short events, uint64_t timeout_ns)
{
	return s->kernel.wait(s->kernel.context, events, timeout_ns);
}

int kernel_sleep_link(struct zcxsk_socket *s, uint64_t timeout_ns)
{
	struct pollfd p = {.fd = s->wait.link.fd, .events = POLLIN};
	struct timespec t = clock_timespec(timeout_ns);
	int n;

	if (s->wait.link.fd < 0)
		return kernel_sleep(s, 0, timeout_ns);
	n = ppoll(&p, 1, &t, NULL);
	return n < 0 ? -errno : n;
}

uint64_t kernel_clock(const struct zcxsk_socket *s)
{
	return s->kernel.now(s->kernel.context);
}

int kernel_set_open(void)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* The caller finds out by itself what is due: it never reads from the set. */
int kernel_set_add(int set, int fd, uint32_t events)
{
	struct epoll_event e = {.events = events};

	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

int kernel_set_change(int set, int fd, uint32_t events)
{
	struct epoll_event e = {.events = events};

	return epoll_ctl(set, EPOLL_CTL_MOD, fd, &e) ? -errno : 0;
}

void kernel_set_remove(int set, int fd)
{
	epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL);
}

int kernel_event_open(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void kernel_event_set(int fd)
{
	uint64_t one = 1;
	ssize_t n = write(fd, &one, sizeof(one));

	(void)n; /* it fails only if the descriptor has long been readable */
}

void kernel_event_clear(int fd)
{
	uint64_t times;
	ssize_t n = read(fd, &times, sizeof(times));

	(void)n; /* no data: it was not readable */
}

int kernel_timer_open(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void kernel_timer_set(int fd, uint64_t at_ns)
{
	struct itimerspec when = {.it_value = clock_timespec(at_ns)};

	timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL);
}

/* One that is due at this moment must not expire after the call: it is disarmed, not read. */
void kernel_timer_clear(int fd)
{
	struct itimerspec off = {0};

	timerfd_settime(fd, 0, &off, NULL);
}
