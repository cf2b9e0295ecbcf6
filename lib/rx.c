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

/* In the UMEM, and where it should be. Anywhere in a frame: the kernel has its ways. */
static bool is_right(struct zcxsk_socket *s, const struct zcxsk_packet *p)
{
	return ledger_admit(s->pool, p->addr, ledger_rx(s), PLACE_APPLICATION) &&
	       p->len <= s->hot.bounds.size - p->addr;
}

/*
 * One by one, after the look at all together was in doubt: steps over wrong ones,
 * takes those that are right, and stops behind the next wrong one. Returns how many
 * are right; *used: with the wrong ones.
 */
static uint32_t look_again(struct zcxsk_socket *s, const struct zcxsk_packet **packets, uint32_t n,
			   uint32_t *used, uint64_t *bytes)
{
	const struct zcxsk_packet *p = *packets, *end = p + n;
	uint32_t good = 0;

	while (p < end && !is_right(s, p))
		p++;
	*packets = p;
	for (*bytes = 0; p < end; good++) {
		*bytes += p++->len;
		if (p < end && !is_right(s, p)) {
			good++;
			p++;
			break;
		}
	}
	*used = n - (uint32_t)(end - p);
	return good;
}

/* What was taken ended before what is known to be there: at the ring's end, or at a wrong one. */
static bool is_more(const struct zcxsk_ring_cons *r)
{
	return r->cached_prod != r->cached_cons;
}

/* Takes packets that stand in one piece in the ring. */
static uint32_t take(struct zcxsk_socket *s, const struct zcxsk_packet **packets, uint32_t max)
{
	struct zcxsk_ring_cons *r = &s->hot.rx;
	uint32_t run = r->size - (r->cached_cons & r->mask), index, n, good;
	uint64_t bytes;

	zcxsk_ring_cons_release(r);
	n = good = zcxsk_ring_cons_peek(r, max < run ? max : run, &index);
	if (!n)
		return 0;
	*packets = (const struct zcxsk_packet *)r->entries + (index & r->mask);
	if (!zcxsk_hot_survey(&s->hot, *packets, n, &bytes) || s->checked) {
		good = look_again(s, packets, n, &n, &bytes);
		/* Those behind are seen by the next call. */
		r->cached_cons = index + n;
	}
	s->hot.fill_owed += n;
	s->hot.rx_packets += good;
	s->hot.rx_bytes += bytes;
	s->count.rx_invalid += n - good;
	return good;
}

uint32_t zcxsk_hot_rx(struct zcxsk_socket *s, const struct zcxsk_packet **packets, uint32_t max)
{
	bool shown = false;
	uint32_t n;

	*packets = s->hot.rx.entries; /* a place also for none */
	if (!s->has_rx)
		return 0;
	/* Frames that did not come back have gone elsewhere: others take their place. */
	if (s->hot.fill_owed >= s->fill_batch)
		shown = fill_refill(s);
	do
		n = take(s, packets, max);
	while (!n && max && is_more(&s->hot.rx));
	/* The caller may go to sleep on none, and on few that are posted. */
	if (!n || ZCXSK_UNLIKELY(s->hot.fill_owed > s->fill_target / 2))
		shown |= fill_refill(s);
	if (shown)
		wake_fill(s);
	/* A link that was down is asked after, so that the status gets better. */
	if (ZCXSK_UNLIKELY(s->status == -ENETDOWN))
		wake_rx_always(s);
	else
		wake_fill_look(s);
	wake_tail(s);
	/* The first three are what each burst is to look after. */
	s->hot.rx_owed_most =
		s->checked || wake_unkicked(s) || s->status == -ENETDOWN ? 0 : 2 * s->fill_batch;
	return n;
}

/* n packets of a view into an array, and what is behind them if that was not all. */
static uint32_t copy_out(struct zcxsk_socket *s, const struct zcxsk_packet *view, uint32_t n,
			 struct zcxsk_packet *packets, uint32_t max)
{
	uint32_t more;

	memcpy(packets, view, n * sizeof(*packets));
	for (; n < max && is_more(&s->hot.rx); n += more) {
		more = zcxsk_rx_view(s, &view, max - n);
		memcpy(packets + n, view, more * sizeof(*packets));
	}
	zcxsk_ring_cons_release(&s->hot.rx);
	return n;
}

uint32_t zcxsk_rx_burst(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max)
{
	const struct zcxsk_packet *view = NULL;
	uint32_t n;

	if (!s || !packets || !s->has_rx)
		return 0;
	n = zcxsk_rx_view(s, &view, max);
	return n ? copy_out(s, view, n, packets, max) : 0;
}

int zcxsk_rx_view_wait(struct zcxsk_socket *s, const struct zcxsk_packet **packets, uint32_t max,
		       uint64_t timeout_ns, uint32_t *count)
{
	struct wait w;
	int rc;

	if (count)
		*count = 0;
	if (!s || !packets || !count || !max || !s->has_rx)
		return -EINVAL;
	*count = zcxsk_rx_view(s, packets, max);
	if (*count)
		return 0;
	for (w = wait_start_rx(s, timeout_ns);;) {
		if (s->has_tx)
			comp_reap(s);
		rc = wait_sleep(&w, s, POLLIN);
		*count = zcxsk_rx_view(s, packets, max);
		if (*count)
			return 0;
		if (rc)
			return rc;
	}
}

int zcxsk_rx_wait(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max,
		  uint64_t timeout_ns, uint32_t *count)
{
	const struct zcxsk_packet *view;
	int rc;

	if (!packets && count)
		*count = 0;
	if (!packets)
		return -EINVAL;
	rc = zcxsk_rx_view_wait(s, &view, max, timeout_ns, count);
	if (!rc)
		*count = copy_out(s, view, *count, packets, max);
	return rc;
}

void rx_collect(struct zcxsk_socket *s)
{
	const struct zcxsk_packet *packets;
	uint32_t n;

	while ((n = take(s, &packets, s->hot.rx.size)))
		release_to_cache(s, packets, n);
}
