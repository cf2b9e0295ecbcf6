/* SPDX-License-Identifier: BSD-2-Clause */
/* rx.c - RX ring -> packets for the application. */
#include <zcxsk/rx.h>

#include <errno.h>
#include <poll.h>

#include "bulk.h"
#include "cache.h"
#include "comp.h"
#include "fill.h"
#include "ledger.h"
#include "release.h"
#include "rx.h"
#include "wait.h"
#include "wake.h"

#define COLLECT_BATCH 64u /* packets; only the stack's size speaks against more */

/* One by one: leaves out what is not in the UMEM. Returns how many are right. */
static uint32_t keep_right(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t n,
			   uint64_t *bytes)
{
	uint32_t good = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct zcxsk_packet p = packets[i];

		if (!ledger_admit(s->pool, p.addr, ledger_rx(s), PLACE_APPLICATION) ||
		    p.len > s->bounds.size - p.addr)
			continue;
		*bytes += p.len;
		packets[good++] = p;
	}
	return good;
}

/* The first look takes the largest offset and length together; here each by itself. */
static bool all_inside(const struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n,
		       uint64_t *bytes)
{
	uint64_t last = s->bounds.size - 1, outside = 0;

	for (uint32_t i = 0; i < n; i++) {
		outside |= cache_outside(last, packets[i].addr) |
			   cache_outside(last, packets[i].addr + packets[i].len - 1);
		*bytes += packets[i].len;
	}
	return !cache_any_outside(outside);
}

/* The bytes of the *n packets that are right; the others are left out. */
static uint64_t look_again(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t *n)
{
	uint64_t bytes = 0;

	if (!s->checked && all_inside(s, packets, *n, &bytes))
		return bytes;
	bytes = 0;
	*n = keep_right(s, packets, *n, &bytes);
	return bytes;
}

/* As below, round the ring's end. */
static __attribute__((noinline)) uint64_t copy_round(struct zcxsk_socket *s, uint32_t first,
						     struct zcxsk_packet *packets, uint32_t n)
{
	const struct zcxsk_packet *slots = s->rx.entries;
	uint32_t run = s->rx.size - first;
	uint64_t bytes = s->bulk->copy(packets, slots + first, run, &s->bounds);
	uint64_t more = s->bulk->copy(packets + run, slots, n - run, &s->bounds);

	return bytes && more ? bytes + more : 0;
}

/* Copies n descriptors out of the ring. Returns their bytes, 0 when one may not be right. */
static inline uint64_t copy_out(struct zcxsk_socket *s, uint32_t index,
				struct zcxsk_packet *packets, uint32_t n)
{
	const struct zcxsk_packet *slots = s->rx.entries;
	uint32_t first = index & s->rx.mask;

	if (ZCXSK_UNLIKELY(first + n > s->rx.size))
		return copy_round(s, first, packets, n);
	return bulk_copy(s, packets, slots + first, n);
}

/* Accounts for packets that were copied. Their frames are owed to fill. */
static inline void taken(struct zcxsk_socket *s, uint32_t n, uint64_t bytes)
{
	zcxsk_ring_cons_release(&s->rx);
	s->fill_owed += n;
	s->count.rx_packets += n;
	s->count.rx_bytes += bytes;
	s->in_application += n;
}

/* The same for those of them that are right. Returns how many. */
static __attribute__((noinline)) uint32_t taken_right(struct zcxsk_socket *s,
						      struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t good = n;
	uint64_t bytes = look_again(s, packets, &good);

	taken(s, good, bytes);
	s->fill_owed += n - good;
	s->count.rx_invalid += n - good;
	return good;
}

/* Takes packets off the ring. */
static inline uint32_t take(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max)
{
	uint32_t index, n = zcxsk_ring_cons_peek(&s->rx, max, &index);
	uint64_t bytes;

	if (!n)
		return 0;
	bytes = copy_out(s, index, packets, n);
	if (ZCXSK_UNLIKELY(!bytes || s->watched))
		return taken_right(s, packets, n);
	taken(s, n, bytes);
	return n;
}

uint32_t zcxsk_rx_burst(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max)
{
	bool shown = false;
	uint32_t n;

	if (!s || !packets || !s->has_rx)
		return 0;
	/* Frames that did not come back have gone elsewhere: others take their place. */
	if (ZCXSK_UNLIKELY(s->fill_owed >= s->fill_batch))
		shown = fill_refill(s);
	n = take(s, packets, max);
	/* The caller may go to sleep on none, and on few that are posted. */
	if (!n || ZCXSK_UNLIKELY(s->fill_owed > s->fill_target / 2))
		shown |= fill_refill(s);
	if (ZCXSK_UNLIKELY(shown))
		wake_fill(s);
	/* A link that was down is asked after, so that the status gets better. */
	if (ZCXSK_UNLIKELY(s->status == -ENETDOWN))
		wake_rx_always(s);
	else
		wake_fill_look(s);
	wake_tail(s);
	return n;
}

int zcxsk_rx_wait(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max,
		  uint64_t timeout_ns, uint32_t *count)
{
	struct wait w;
	int rc;

	if (count)
		*count = 0;
	if (!s || !packets || !count || !max || !s->has_rx)
		return -EINVAL;
	*count = zcxsk_rx_burst(s, packets, max);
	if (*count)
		return 0;
	for (w = wait_start_rx(s, timeout_ns);;) {
		if (s->has_tx)
			comp_reap(s);
		rc = wait_sleep(&w, s, POLLIN);
		*count = zcxsk_rx_burst(s, packets, max);
		if (*count)
			return 0;
		if (rc)
			return rc;
	}
}

void rx_collect(struct zcxsk_socket *s)
{
	struct zcxsk_packet packets[COLLECT_BATCH];
	uint32_t n;

	while ((n = take(s, packets, COLLECT_BATCH)))
		release_to_cache(s, packets, n);
}
