/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service.c - the set behind the service descriptor: the kernel socket, the timer, the link and
 * pending events. Its members are level-triggered, so that nothing is missed if the owner
 * handles a part only; what the owner cannot act on is taken out of the set meanwhile.
 */
#include "datapath/service.h"

#include "base/fd.h"
#include "datapath/fill.h"
#include "datapath/kernel_calls.h"
#include "datapath/kick.h"
#include "datapath/link.h"
#include "datapath/outstanding.h"
#include "datapath/siblings.h"
#include "datapath/timer.h"
#include "datapath/watchdog.h"

/* While there is other work, the link is checked this often: it costs a system call. */
#define LINK_CHECK_NS 10000000ull

/* ---- the set --------------------------------------------------------------- */

void service_init(struct zcxsk_socket *s)
{
	s->service.fd = s->service.kernel_fd = -1;
}

/* The kernel reports room once the TX ring is half empty; else only completions make room. */
static bool room_is_reported(const struct zcxsk_socket *s)
{
	return zcxsk_ring_prod_pending(&s->fast.tx) > s->fast.tx.size / 2;
}

/* The poll events of the kernel socket on which the owner can act. */
static uint32_t events_of_use(const struct zcxsk_socket *s)
{
	uint32_t events = 0;

	if (s->has_rx && !s->service.muted)
		events |= POLLIN;
	if (s->service.short_of_room && room_is_reported(s))
		events |= POLLOUT;
	return events;
}

static void report_events_of_use(struct zcxsk_socket *s)
{
	uint32_t events = events_of_use(s);

	if (s->service.kernel_fd < 0 || events == s->service.reported)
		return;
	if (!kernel_set_change(s->service.fd, s->service.kernel_fd, events))
		s->service.reported = events;
}

int service_add(struct zcxsk_socket *s, int fd)
{
	return kernel_set_add(s->service.fd, fd, POLLIN);
}

int service_attach(struct zcxsk_socket *s)
{
	uint32_t events = events_of_use(s);
	int ret;

	if (s->service.fd < 0 || s->fd < 0 || s->service.kernel_fd >= 0)
		return 0;
	ret = kernel_set_add(s->service.fd, s->fd, events);
	if (ret)
		return ret;
	s->service.kernel_fd = s->fd;
	s->service.reported = events;
	return 0;
}

void service_detach(struct zcxsk_socket *s)
{
	if (s->service.kernel_fd >= 0)
		kernel_set_remove(s->service.fd, s->service.kernel_fd);
	s->service.kernel_fd = -1;
}

/* Without the descriptor, which may fail, waits find frames of others after a tick. */
void service_watch_frames(struct zcxsk_socket *s)
{
	if (kernel_watch_frames(s) || s->service.fd < 0)
		return;
	if (service_add(s, s->starving.fd))
		kernel_unwatch_frames(s);
}

/* Everything that the descriptor promises, or none of it. */
static int fill_set(struct zcxsk_socket *s)
{
	int ret = link_watch(s);

	/* An interface in another namespace reports nothing; it is checked periodically. */
	if (ret == -EOPNOTSUPP)
		ret = 0;
	else if (!ret)
		ret = service_add(s, s->wait.link.fd);
	if (!ret)
		ret = events_open(&s->events);
	if (!ret)
		ret = service_add(s, s->events.fd);
	if (!ret && s->starving.fd >= 0)
		ret = service_add(s, s->starving.fd);
	/* A socket that only receives may wait for frames of siblings. */
	if (!ret && (s->has_tx || !s->setup.owns_memory)) {
		ret = timer_open(s);
		if (!ret)
			ret = service_add(s, s->timer.fd);
	}
	return ret ? ret : service_attach(s);
}

int service_open(struct zcxsk_socket *s)
{
	int ret;

	if (s->service.fd >= 0)
		return 0;
	ret = kernel_set_open();
	if (ret < 0)
		return ret;
	s->service.fd = ret;
	ret = fill_set(s);
	if (ret) {
		service_close(s);
		outstanding_recompute(s); /* without a timer the fast path is possible */
	}
	return ret;
}

void service_close(struct zcxsk_socket *s)
{
	s->service.kernel_fd = -1;
	timer_close(s);
	events_close(&s->events);
	fd_close(&s->service.fd);
}

/* ---- packets and room ------------------------------------------------------ */

/*
 * Packets that the floor refuses keep the kernel socket readable. They are not reported until
 * frames are posted, or the owner would spin.
 */
static void mute_or_unmute(struct zcxsk_socket *s)
{
	s->service.muted = fill_refuses(s);
}

void service_unmute(struct zcxsk_socket *s)
{
	s->service.muted = false;
	report_events_of_use(s);
}

void service_want_room(struct zcxsk_socket *s)
{
	s->service.short_of_room = true;
	report_events_of_use(s);
	if (service_needs_completions(s) || service_awaits_siblings(s))
		timer_hurry(s);
}

void service_want_frames(struct zcxsk_socket *s)
{
	s->service.short_of_frames = true;
	service_want_room(s);
}

/* The owner was woken, and may send again if there is room. */
static void note_room(struct zcxsk_socket *s, uint32_t completed)
{
	bool moved = completed || s->service.reported & POLLOUT;

	if (!s->service.short_of_room)
		return;
	if (!(outstanding_count(s) || service_awaits_siblings(s)) || s->dead ||
	    (moved && !room_is_reported(s) && outstanding_room(s, 1)))
		s->service.short_of_room = s->service.short_of_frames = false;
}

/* ---- the work -------------------------------------------------------------- */

/* Without other work a change of the link, if that is watched, is what woke the owner. */
static void check_link(struct zcxsk_socket *s, bool other_work)
{
	uint64_t now = kernel_clock(s);

	if ((other_work || !link_is_watched(s)) && now - s->service.link_ns < LINK_CHECK_NS)
		return;
	s->service.link_ns = now;
	link_check(s);
}

/* others: frames that siblings have brought. */
static void serve_sending(struct zcxsk_socket *s, bool expired, uint32_t others)
{
	uint32_t completed = fill_reap(s) + others;

	if (expired && tx_refused(s))
		kick_flush(s);
	kick_tail(s);
	watchdog_check(s);
	note_room(s, completed);
}

static void serve_receiving(struct zcxsk_socket *s)
{
	if ((fill_owed(s) || s->starving.waiting) && fill_refill(s))
		kick_fill(s);
	else
		kick_fill_if_needed(s);
	mute_or_unmute(s);
}

void service_run(struct zcxsk_socket *s)
{
	bool expired = timer_expired(s);
	bool packets = s->has_rx && !s->service.muted && zcxsk_ring_cons_ready(&s->fast.rx);
	uint32_t others = service_awaits_siblings(s) ? siblings_reclaim(s) : 0;

	service_attach(s);
	check_link(s, packets || (expired && s->timer.fd >= 0));
	if (s->has_tx)
		serve_sending(s, expired, others);
	if (s->has_rx)
		serve_receiving(s);
	report_events_of_use(s);
	if (expired)
		timer_restart(s);
	else
		timer_arm(s);
}
