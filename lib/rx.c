/* SPDX-License-Identifier: BSD-2-Clause */
/* rx.c - RX ring -> packets for the application, and frames back from it. */
#include <zcxsk/rx.h>

#include <errno.h>
#include <poll.h>

#include "bulk.h"
#include "cache.h"
#include "comp.h"
#include "fill.h"
#include "ledger.h"
#include "rx.h"
#include "wait.h"
#include "wake.h"

#define COLLECT_BATCH 64u /* packets; only the stack's size speaks against more */

/* One by one: leaves out what is not in the UMEM. Returns how many are right. */
static uint32_t keep_right(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t good = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct zcxsk_packet p = packets[i];

		if (!ledger_admit(s->pool, p.addr, ledger_rx(s), PLACE_APPLICATION) ||
		    p.len > s->umem_size - p.addr)
			continue;
		s->count.rx_bytes += p.len;
		packets[good++] = p;
	}
	return good;
}

/* The survey takes the largest offset and length together; here each by itself. */
static bool all_inside(const struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint64_t last = s->umem_size - 1, outside = 0;

	for (uint32_t i = 0; i < n; i++)
		outside |= cache_outside(last, packets[i].addr + packets[i].len - 1);
	return !cache_any_outside(outside);
}

/* Copies n descriptors out of the ring, in at most two runs. Returns those that are right. */
static uint32_t copy_out(struct zcxsk_socket *s, uint32_t index, struct zcxsk_packet *packets,
			 uint32_t n)
{
	const struct zcxsk_packet *slots = s->rx.entries;
	struct survey v = {0};
	uint64_t bias = bulk_bias(s);
	uint32_t first = index & s->rx.mask, run = s->rx.size - first;

	run = run < n ? run : n;
	bulk_for(s, run)->copy(&v, packets, slots + first, run, bias);
	if (ZCXSK_UNLIKELY(run < n))
		bulk_for(s, n - run)->copy(&v, packets + run, slots, n - run, bias);
	if (ZCXSK_UNLIKELY(!survey_lengths(&v, s) || !survey_inside(&v, s) || s->pool->ledger) ||
	    (ZCXSK_UNLIKELY(!survey_shapes(&v, s)) && !all_inside(s, packets, n)))
		return keep_right(s, packets, n);
	s->count.rx_bytes += v.bytes;
	return n;
}

/* Takes packets off the ring. The frames they came in are owed to fill. */
static uint32_t take(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max)
{
	uint32_t index, good, n = zcxsk_ring_cons_peek(&s->rx, max, &index);

	if (!n)
		return 0;
	good = copy_out(s, index, packets, n);
	zcxsk_ring_cons_release(&s->rx);
	s->fill_owed += n;
	s->count.rx_packets += good;
	s->count.rx_invalid += n - good;
	s->in_application += good;
	return good;
}

uint32_t zcxsk_rx_burst(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max)
{
	bool posted = false;
	uint32_t n;

	if (!s || !packets || !s->has_rx)
		return 0;
	n = take(s, packets, max);
	if (s->fill_owed >= FILL_BATCH || (!n && s->fill_owed))
		posted = fill_refill(s) > 0;
	/* A link that was down is asked after, so that the status gets better. */
	if (ZCXSK_UNLIKELY(s->status == -ENETDOWN))
		wake_rx_always(s);
	else
		wake_fill(s, posted);
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

/* One by one: leaves out what is not the caller's to give. */
static uint32_t release_checked(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
				uint32_t n)
{
	uint32_t released = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t addr = packets[i].addr;

		if (!ledger_admit(s->pool, addr, PLACE_APPLICATION, PLACE_POOL))
			continue;
		cache_push(s->cache, addr & s->cache->frame_mask);
		released++;
	}
	return released;
}

/* Room in the cache for n is there. */
static uint32_t release_some(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_cache *c = s->cache;
	struct survey v;

	bulk_for(s, n)->release(&v, c->frames + c->count, packets, n, c->frame_mask, bulk_bias(s));
	if (ZCXSK_UNLIKELY(!survey_inside(&v, s) || s->pool->ledger))
		return release_checked(s, packets, n);
	c->count += n;
	return n;
}

uint32_t zcxsk_packet_release(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			      uint32_t n)
{
	uint32_t released = 0;

	if (!s || !packets)
		return 0;
	while (n) {
		uint32_t some = cache_room(s->cache, n);

		released += release_some(s, packets, some);
		packets += some;
		n -= some;
	}
	s->in_application -= released;
	return released;
}

void rx_collect(struct zcxsk_socket *s)
{
	struct zcxsk_packet packets[COLLECT_BATCH];
	uint32_t n;

	while ((n = take(s, packets, COLLECT_BATCH)))
		zcxsk_packet_release(s, packets, n);
}
