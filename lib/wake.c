/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wake.c - the one file that enters the kernel on the data path: kicks the TX
 * ring and the fill ring where need_wakeup asks for it, understands what a
 * kick answers, and sleeps with a deadline.
 */
#include "wake.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "comp.h"

/*
 * Ticks. Nothing in the kernel wakes a sleeper because of a completion, a lost
 * interrupt or a device that went away, so the last tick bounds how late any
 * of these is noticed. Receiving: half of the second in which a program is to
 * hear of a removed card. Sending: frames come home in some 10 us to some ms;
 * a shorter first tick would only burn the processor, a longer last one would
 * show in the rate of a sender whose interrupts are lost.
 */
#define RX_TICK_FIRST_NS 1000000ull
#define RX_TICK_LAST_NS 500000000ull
#define TX_TICK_FIRST_NS 100000ull
#define TX_TICK_LAST_NS 10000000ull
/*
 * Shortest tick where an event is due anyway: it takes a device some 100 us to
 * 2 ms to empty half a ring, and a timer that is set and runs out meanwhile
 * costs more than the event.
 */
#define EVENT_TICK_NS 1000000ull

/*
 * Kicks in a row without progress before a call gives up for now: the copy
 * path answers EAGAIN while buffers are in use that the reap in between, or
 * the device a moment later, makes free.
 */
#define KICK_IDLE_MAX 4u

/* Descriptors virtio-net takes in one kick at most: the weight of its TX NAPI. */
#define KICK_PART 64u

/* Descriptors the copy path takes in one call where it cannot be told another number. */
#define COPY_BUDGET_OLD 32u

enum kick_result {
	KICK_OK,    /* the kernel looked at the ring */
	KICK_AGAIN, /* it took a part and wants to be called again */
	KICK_STOP,  /* no use in calling again now */
};

/*
 * TX-W / FILL-W: the index stored before this must be visible to the kernel
 * before the flag is read, or both sides may see the old state of the other
 * and sleep. Pairs with the kernel's setting of the flag before it looks at the
 * ring for the last time. Licenses us to skip the system call.
 */
static bool asks_for_kick(const uint32_t *flags)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(flags, __ATOMIC_RELAXED) & XDP_RING_NEED_WAKEUP;
}

/* Sorts the answer of a kick, counts it, and sets the status. */
static enum kick_result kick_once(struct zcxsk_socket *s)
{
	s->count.tx_kicks++;
	if (sendto(s->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) >= 0) {
		s->status = 0;
		return KICK_OK;
	}
	switch (errno) {
	case EAGAIN: /* copy: budget used up, completion ring or buffer full */
		s->count.tx_kick_again++;
		s->status = -EAGAIN;
		return KICK_AGAIN;
	case EBUSY: /* copy: the device dropped a packet, it is completed */
		s->count.tx_kick_dropped++;
		s->status = 0;
		return KICK_AGAIN;
	case ENOBUFS:
		s->count.tx_kick_nobufs++;
		s->status = -ENOBUFS;
		return KICK_STOP;
	case ENETDOWN:
		s->count.tx_kick_netdown++;
		s->status = -ENETDOWN;
		return KICK_STOP;
	case EINTR:
		return KICK_AGAIN;
	case ENXIO: /* the device is gone; nothing will ever move again */
		s->dead = true;
		/* fall through */
	default:
		s->count.tx_kick_failed++;
		s->status = -errno;
		return KICK_STOP;
	}
}

/*
 * Kicks until the ring is empty or the kernel takes no more for now.
 *
 * Zero-copy: a driver that took a whole part and did not empty the ring will
 * not continue by itself; one that took less has no room in the device's ring,
 * and goes on when the device has made some. Copying: everything is taken, or
 * an errno says why not; the ring is no measure, since old kernels publish late
 * what they took.
 */
static void kick(struct zcxsk_socket *s)
{
	uint32_t before = zcxsk_ring_prod_pending(&s->tx);
	uint32_t bound = before + KICK_IDLE_MAX; /* each moves one or is idle */
	uint32_t idle = 0, idle_max = KICK_IDLE_MAX;

	/* The old budget cannot be seen at work: grant it all its turns. */
	if (!s->info.copy_budget)
		idle_max += before / COPY_BUDGET_OLD;

	while (bound--) {
		enum kick_result result = kick_once(s);
		uint32_t after = zcxsk_ring_prod_pending(&s->tx);
		uint32_t moved = before - after;

		if (result == KICK_STOP || !after)
			break;
		if (result == KICK_OK && (s->mode != ZCXSK_MODE_ZERO_COPY || moved < KICK_PART))
			break;
		if (result == KICK_AGAIN)
			moved += comp_reap(s); /* was taken, published or not */
		idle = moved ? 0 : idle + 1;
		if (idle == idle_max)
			break;
		before = after;
	}
	if (s->status == -EAGAIN && !zcxsk_ring_prod_pending(&s->tx))
		s->status = 0;
}

void wake_tx(struct zcxsk_socket *s)
{
	if (asks_for_kick(s->tx.flags))
		kick(s);
	else
		s->count.tx_kicks_saved++;
}

void wake_tx_always(struct zcxsk_socket *s)
{
	kick(s);
}

/* recvfrom, which takes nothing: it lets the driver look at the fill ring. */
static void receive_nothing(struct zcxsk_socket *s)
{
	if (recvfrom(s->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL) >= 0) {
		if (s->status == -ENETDOWN)
			s->status = 0;
		return;
	}
	if (errno == ENXIO)
		s->dead = true;
	if (errno == ENXIO || errno == ENETDOWN)
		s->status = -errno;
}

void wake_rx_always(struct zcxsk_socket *s)
{
	s->count.fill_kicks++;
	receive_nothing(s);
}

void wake_fill(struct zcxsk_socket *s, bool posted)
{
	bool asked =
		posted ? asks_for_kick(s->fill.flags)
		       : __atomic_load_n(s->fill.flags, __ATOMIC_RELAXED) & XDP_RING_NEED_WAKEUP;

	if (ZCXSK_UNLIKELY(asked))
		wake_rx_always(s);
}

/* ---- waiting --------------------------------------------------------------- */

uint64_t wake_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t wake_deadline(uint64_t timeout_ns)
{
	uint64_t now = wake_now();

	return timeout_ns > UINT64_MAX - now ? UINT64_MAX : now + timeout_ns;
}

struct wait wait_start_rx(uint64_t timeout_ns)
{
	return (struct wait){wake_deadline(timeout_ns), RX_TICK_FIRST_NS, RX_TICK_LAST_NS};
}

struct wait wait_start_tx(uint64_t timeout_ns)
{
	return (struct wait){wake_deadline(timeout_ns), TX_TICK_FIRST_NS, TX_TICK_LAST_NS};
}

/* What poll() never reports: the interface down, the device gone. */
static int condition(struct zcxsk_socket *s)
{
	if (s->has_rx)
		receive_nothing(s);
	else
		wake_tx_always(s);
	if (s->dead)
		return -ENXIO;
	return s->status == -ENETDOWN ? -ENETDOWN : 0;
}

int wait_sleep(struct wait *w, struct zcxsk_socket *s, short events)
{
	struct pollfd p = {.fd = s->fd, .events = events};
	uint64_t now = wake_now(), sleep = w->tick_ns;
	struct timespec t;
	int n;

	if (now >= w->deadline_ns)
		return -ETIMEDOUT;
	if (events && sleep < EVENT_TICK_NS)
		sleep = EVENT_TICK_NS;
	if (sleep > w->deadline_ns - now)
		sleep = w->deadline_ns - now;
	t.tv_sec = (time_t)(sleep / 1000000000u);
	t.tv_nsec = (long)(sleep % 1000000000u);
	s->count.waits++;
	n = ppoll(&p, 1, &t, NULL);
	if (n < 0)
		return errno == EINTR ? -EINTR : -errno;
	if (n > 0)
		return 0;
	w->tick_ns = w->tick_ns * 2 < w->tick_last_ns ? w->tick_ns * 2 : w->tick_last_ns;
	return condition(s);
}
