/* SPDX-License-Identifier: BSD-2-Clause */
/* handoff_pop.c - the popping end of a handoff, for one thread. */
#include "frames/handoff.h"

#include <errno.h>

#include "frames/ledger.h"
#include "base/clock.h"
#include "base/minmax.h"

/*
 * Pauses between two checks of an empty ring, about 0.4 us: each check takes the
 * index's cache line away from the thread that writes it. Packets that arrive
 * faster are popped several at a time.
 */
#define PAUSES 16u

/* Copies n slots, starting at a peeked index, in at most two runs. */
static void copy_out(const struct zcxsk_ring_cons *out, uint32_t index,
		     struct zcxsk_packet *packets, uint32_t n)
{
	const struct zcxsk_packet *slots = out->entries;
	uint32_t first = index & out->mask, run = out->size - first;

	/* A single packet takes two moves instead of a call of memcpy. */
	if (n == 1) {
		packets[0] = slots[first];
		return;
	}
	run = min_u32(run, n);
	memcpy(packets, slots + first, run * sizeof(*slots));
	if (run < n)
		memcpy(packets + run, slots, (n - run) * sizeof(*slots));
}

/*
 * A pushing thread sleeps only when the ring is full, so the index crosses a
 * multiple of half its size before the ring is half empty. It is enough to wake
 * the thread then, at most once in half a ring.
 */
static bool crosses_half(const struct zcxsk_ring_cons *out, uint32_t index, uint32_t n)
{
	return (index ^ (index + n)) & ~(out->size / 2 - 1);
}

static uint32_t take(struct zcxsk_handoff *h, struct zcxsk_packet *packets, uint32_t max)
{
	struct zcxsk_ring_cons *out = &h->chain.out;
	uint32_t index, n = chain_peek(&h->chain, max, &index);

	if (!n)
		return 0;
	copy_out(out, index, packets, n);
	chain_count_popped(&h->chain, n);
	zcxsk_ring_cons_release(out);
	if (ZCXSK_UNLIKELY(crosses_half(out, index, n)))
		eventcount_notify(&h->room);
	if (ZCXSK_UNLIKELY(h->pool->ledger))
		for (uint32_t i = 0; i < n; i++)
			ledger_move(h->pool, packets[i].addr, PLACE_HANDOFF, PLACE_APPLICATION,
				    CALL_POP);
	return n;
}

uint32_t zcxsk_handoff_pop(struct zcxsk_handoff *h, struct zcxsk_packet *packets, uint32_t max)
{
	uint32_t n;

	if (!h || !packets || fork_is_inherited(&h->fork))
		return 0;
	n = take(h, packets, max);
	if (ZCXSK_LIKELY(n) || !h->pop_uses_fd)
		return n;
	eventcount_prepare(&h->packets);
	return take(h, packets, max);
}

uint32_t zcxsk_handoff_peek(struct zcxsk_handoff *h, struct zcxsk_packet *packets, uint32_t max)
{
	uint32_t index, n;

	if (!h || !packets || fork_is_inherited(&h->fork))
		return 0;
	n = chain_peek(&h->chain, max, &index);
	copy_out(&h->chain.out, index, packets, n);
	zcxsk_ring_cons_cancel(&h->chain.out, n);
	return n;
}

/* Spins for about the cost of a sleep, at most until the deadline. */
static uint32_t spin_pop(struct zcxsk_handoff *h, struct zcxsk_packet *packets, uint32_t max,
			 uint64_t deadline_ns)
{
	uint64_t end = min_u64(clock_now() + HANDOFF_SPIN_NS, deadline_ns);
	uint32_t n;

	do {
		for (uint32_t i = 0; i < PAUSES; i++)
			eventcount_pause();
		n = take(h, packets, max);
	} while (!n && clock_now() < end);
	return n;
}

static int sleep_pop(struct zcxsk_handoff *h, struct zcxsk_packet *packets, uint32_t max,
		     uint64_t deadline_ns, uint32_t *count)
{
	int ret = 0;

	while (!ret) {
		eventcount_prepare(&h->packets);
		*count = take(h, packets, max);
		if (*count)
			return 0;
		ret = eventcount_wait(&h->packets, deadline_ns);
		*count = take(h, packets, max);
		if (*count)
			return 0;
	}
	return ret;
}

int zcxsk_handoff_pop_wait(struct zcxsk_handoff *h, struct zcxsk_packet *packets, uint32_t max,
			   uint64_t timeout_ns, uint32_t *count)
{
	uint64_t deadline_ns;

	if (count)
		*count = 0;
	if (!h || !packets || !count || !max)
		return -EINVAL;
	if (fork_is_inherited(&h->fork))
		return -EOWNERDEAD;
	*count = take(h, packets, max);
	if (ZCXSK_LIKELY(*count))
		return 0;
	deadline_ns = clock_deadline(timeout_ns);
	*count = spin_pop(h, packets, max, deadline_ns);
	return *count ? 0 : sleep_pop(h, packets, max, deadline_ns, count);
}

int zcxsk_handoff_pop_fd(struct zcxsk_handoff *h)
{
	if (!h)
		return -EINVAL;
	if (fork_is_inherited(&h->fork))
		return -EOWNERDEAD;
	h->pop_uses_fd = true;
	return h->packets.fd;
}
