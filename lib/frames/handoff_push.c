/* SPDX-License-Identifier: BSD-2-Clause */
/* handoff_push.c - the pushing end of a handoff: one thread, or several under a lock. */
#include "frames/handoff.h"

#include <errno.h>

#include "frames/ledger.h"
#include "base/clock.h"
#include "base/minmax.h"

/* A push in progress. */
struct push {
	const struct zcxsk_packet *packets;
	uint32_t left;
	bool stopped; /* at a frame that the caller does not own */
	bool locked;  /* several threads push */
};

/* Fills n slots, starting at a reserved index, in at most two runs. */
static void copy_in(struct zcxsk_ring_prod *in, uint32_t index, const struct zcxsk_packet *packets,
		    uint32_t n)
{
	struct zcxsk_packet *slots = in->entries;
	uint32_t first = index & in->mask, run = in->size - first;

	/* A single packet takes two moves instead of a call of memcpy. */
	if (n == 1) {
		slots[first] = packets[0];
		return;
	}
	run = min_u32(run, n);
	memcpy(slots + first, packets, run * sizeof(*slots));
	if (run < n)
		memcpy(slots, packets + run, (n - run) * sizeof(*slots));
}

/* Returns how many packets at the start the ledger allows to be pushed. */
static uint32_t admit(struct zcxsk_handoff *h, const struct zcxsk_packet *packets, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!ledger_admit(h->pool, packets[i].addr, PLACE_APPLICATION, PLACE_HANDOFF,
				  CALL_PUSH))
			return i;
	return n;
}

/* Pushes as many packets as there is room for. */
static void put_unlocked(struct zcxsk_handoff *h, struct push *p)
{
	struct zcxsk_ring_prod *in = chain_in(&h->chain);
	uint32_t index, n = zcxsk_ring_prod_reserve(in, p->left, &index);

	if (ZCXSK_UNLIKELY(h->pool->ledger)) {
		uint32_t admitted = admit(h, p->packets, n);

		zcxsk_ring_prod_cancel(in, n - admitted);
		p->stopped = admitted < n;
		n = admitted;
	}
	if (!n)
		return;
	copy_in(in, index, p->packets, n);
	chain_count_pushed(&h->chain, n);
	zcxsk_ring_prod_submit(in);
	p->packets += n;
	p->left -= n;
	eventcount_notify(&h->packets);
}

static void put(struct zcxsk_handoff *h, struct push *p)
{
	if (p->locked)
		pthread_mutex_lock(&h->lock);
	put_unlocked(h, p);
	if (p->locked)
		pthread_mutex_unlock(&h->lock);
}

static bool done(const struct push *p)
{
	return !p->left || p->stopped;
}

uint32_t zcxsk_handoff_push(struct zcxsk_handoff *h, const struct zcxsk_packet *packets, uint32_t n)
{
	struct push p = {.packets = packets, .left = n};

	if (!h || !packets || fork_is_inherited(&h->fork))
		return 0;
	put(h, &p);
	if (ZCXSK_UNLIKELY(!done(&p) && h->push_uses_fd)) {
		eventcount_prepare(&h->room);
		put(h, &p);
	}
	return n - p.left;
}

uint32_t zcxsk_handoff_push_locked(struct zcxsk_handoff *h, const struct zcxsk_packet *packets,
				   uint32_t n)
{
	struct push p = {.packets = packets, .left = n, .locked = true};

	if (!h || !packets || fork_is_inherited(&h->fork))
		return 0;
	put(h, &p);
	return n - p.left;
}

/* ---- waiting for room ---------------------------------------------------------- */

/* Retries for about the cost of a sleep, at most until the deadline. */
static void spin_push(struct zcxsk_handoff *h, struct push *p, uint64_t deadline_ns)
{
	uint64_t end = min_u64(clock_now() + HANDOFF_SPIN_NS, deadline_ns);

	do {
		eventcount_pause();
		put(h, p);
	} while (!done(p) && clock_now() < end);
}

static int sleep_push(struct zcxsk_handoff *h, struct push *p, uint64_t deadline_ns)
{
	int ret = 0;

	while (!done(p) && !ret) {
		eventcount_prepare(&h->room);
		put(h, p);
		if (done(p))
			break;
		ret = eventcount_wait(&h->room, deadline_ns);
		put(h, p);
	}
	return done(p) ? 0 : ret;
}

static int wait_push(struct zcxsk_handoff *h, struct push *p, uint64_t timeout_ns)
{
	uint64_t deadline_ns;
	int ret;

	put(h, p);
	if (done(p))
		return 0;
	deadline_ns = clock_deadline(timeout_ns);
	spin_push(h, p, deadline_ns);
	if (done(p))
		return 0;
	if (!p->locked)
		return sleep_push(h, p, deadline_ns);
	/* An eventcount has one waiter: the other pushing threads wait for their turn. */
	ret = turn_take(&h->turn, deadline_ns);
	if (ret)
		return ret;
	ret = sleep_push(h, p, deadline_ns);
	turn_end(&h->turn);
	return ret;
}

static int push_wait(struct zcxsk_handoff *h, const struct zcxsk_packet *packets, uint32_t n,
		     uint64_t timeout_ns, uint32_t *count, bool locked)
{
	struct push p = {.packets = packets, .left = n, .locked = locked};
	int ret;

	if (count)
		*count = 0;
	if (!h || !packets || !count)
		return -EINVAL;
	if (fork_is_inherited(&h->fork))
		return -EOWNERDEAD;
	ret = wait_push(h, &p, timeout_ns);
	*count = n - p.left;
	return p.stopped ? -EINVAL : ret;
}

int zcxsk_handoff_push_wait(struct zcxsk_handoff *h, const struct zcxsk_packet *packets, uint32_t n,
			    uint64_t timeout_ns, uint32_t *count)
{
	return push_wait(h, packets, n, timeout_ns, count, false);
}

int zcxsk_handoff_push_wait_locked(struct zcxsk_handoff *h, const struct zcxsk_packet *packets,
				   uint32_t n, uint64_t timeout_ns, uint32_t *count)
{
	return push_wait(h, packets, n, timeout_ns, count, true);
}

int zcxsk_handoff_push_fd(struct zcxsk_handoff *h)
{
	if (!h)
		return -EINVAL;
	if (fork_is_inherited(&h->fork))
		return -EOWNERDEAD;
	h->push_uses_fd = true;
	return h->room.fd;
}
