/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.c - turns the messages about an interface into events and a state. rtnetlink reports a
 * change; where it cannot, the device is asked.
 */
#include "datapath/link.h"

#include "base/clock.h"
#include "base/minmax.h"
#include "datapath/kernel_calls.h"
#include "datapath/kick.h"

/* Time between two checks by calls that do not sleep. */
#define CHECK_NS 10000000ull
/* Ticks, doubling, of a wait for a link that is not watched. */
#define TICK_FIRST_NS 1000000ull
#define TICK_LAST_NS 500000000ull

int link_watch(struct zcxsk_socket *s)
{
	int ret;

	if (link_is_watched(s))
		return 0;
	if (s->setup.simulated || s->setup.nic.elsewhere)
		return -EOPNOTSUPP;
	ret = linkwatch_open(&s->wait.link, s->setup.nic.ifindex, s->fd);
	/* A set that exists already lacks this descriptor. */
	if (!ret)
		kernel_close_events(s);
	return ret;
}

void link_unwatch(struct zcxsk_socket *s)
{
	linkwatch_close(&s->wait.link);
}

void link_settle(struct zcxsk_socket *s)
{
	uint32_t changes;

	while (linkwatch_next(&s->wait.link, &changes))
		;
}

/*
 * Asks the device. Where it is down, refused kicks stay refused; without a carrier the kernel
 * would drop the packets in the copy modes.
 */
static void ask(struct zcxsk_socket *s)
{
	if (s->dead || kick_check_device(s))
		return;
	if (tx_refused(s) && s->wait.link.up)
		kick_flush(s);
}

static void read_messages(struct zcxsk_socket *s)
{
	uint32_t changes, all = 0;

	kernel_link_seen(s);
	while (linkwatch_next(&s->wait.link, &changes)) {
		events_add_link(&s->events, &s->wait.link, changes);
		all |= changes;
	}
	if (all)
		ask(s);
	if (all & LINKWATCH_UP && !s->dead && s->has_tx)
		kick_again(s);
}

/* Without messages: compares the device's answer with what was reported last. */
static void ask_and_report(struct zcxsk_socket *s)
{
	bool down;

	ask(s);
	down = s->status == -ENETDOWN || s->dead;
	if (down != s->wait.reported_down)
		event_raise(s, down ? ZCXSK_EVENT_LINK_DOWN : ZCXSK_EVENT_LINK_UP, 0);
	if (s->dead && !s->wait.reported_gone)
		event_raise(s, ZCXSK_EVENT_DEVICE_GONE, 0);
	s->wait.reported_down = down;
	s->wait.reported_gone = s->dead;
}

void link_check(struct zcxsk_socket *s)
{
	if (link_is_watched(s))
		read_messages(s);
	else
		ask_and_report(s);
}

/* Also if the watch has no message: the kernel refuses while the interface is down. */
static void check_and_ask(struct zcxsk_socket *s)
{
	link_check(s);
	if (link_is_watched(s) && s->status == -ENETDOWN)
		ask(s);
}

void link_check_again(struct zcxsk_socket *s)
{
	uint64_t now = kernel_clock(s);

	if (now - s->wait.link_ns < CHECK_NS)
		return;
	s->wait.link_ns = now;
	check_and_ask(s);
}

int link_wait(struct zcxsk_socket *s, uint64_t timeout_ns)
{
	uint64_t deadline = clock_after(kernel_clock(s), timeout_ns), tick = TICK_FIRST_NS, now;
	int n;

	for (;; tick = min_u64(2 * tick, TICK_LAST_NS)) {
		check_and_ask(s);
		if (s->dead)
			return -ENXIO;
		if (!link_is_down(s))
			return 0;
		now = kernel_clock(s);
		if (now >= deadline)
			return -ETIMEDOUT;
		n = kernel_sleep_link(s, link_return_is_reported(s)
						 ? deadline - now
						 : min_u64(tick, deadline - now));
		if (n < 0)
			return n;
	}
}
