/* SPDX-License-Identifier: BSD-2-Clause */
/* tx.c - sends the application's packets through the TX ring. */
#include <zcxsk/tx.h>

#include <zcxsk/rx.h>
#include <zcxsk/token.h>

#include <errno.h>
#include <poll.h>

#include "datapath/descriptors.h"
#include "base/minmax.h"
#include "frames/pool.h"
#include "datapath/completion.h"
#include "datapath/fill.h"
#include "datapath/one_thread.h"
#include "datapath/outstanding.h"
#include "datapath/strays.h"
#include "frames/ledger.h"
#include "datapath/totals.h"
#include "datapath/wait.h"
#include "datapath/kick.h"
#include "datapath/watchdog.h"
#include "datapath/service.h"
#include "datapath/siblings.h"
#include "datapath/timer.h"

/*
 * Checks packets one by one after the combined check failed. Returns the bytes of the first
 * *valid packets, which may be published.
 */
static uint64_t check_each(const struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			   uint32_t n, uint32_t *valid)
{
	uint64_t bytes = 0;
	bool all = !s->checked;

	*valid = n;
	for (uint32_t i = 0; i < n; i++) {
		all &= zcxsk_fast_holds(&s->fast.bounds, &packets[i]);
		bytes += packets[i].len;
	}
	if (ZCXSK_LIKELY(all))
		return bytes;
	for (*valid = 0, bytes = 0; *valid < n; ++*valid) {
		const struct zcxsk_packet *p = &packets[*valid];

		/* An address outside the UMEM is left for the ledger to report. */
		if ((p->addr < s->fast.bounds.size && !zcxsk_fast_holds(&s->fast.bounds, p)) ||
		    !ledger_admit(s->pool, p->addr, PLACE_APPLICATION, ledger_tx(s), CALL_SEND))
			break;
		bytes += p->len;
	}
	return bytes;
}

/*
 * Copies n packets into the next slots. Returns true if all are certainly valid, and their
 * bytes.
 */
static bool copy_to_ring(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n,
			 uint64_t *bytes)
{
	struct zcxsk_packet *slots = s->fast.tx.entries;
	uint32_t first = s->fast.tx.cached_prod & s->fast.tx.mask;
	uint32_t run = RING_RUN(&s->fast.tx, s->fast.tx.cached_prod);
	uint64_t more;
	bool valid;

	if (ZCXSK_LIKELY(n <= run))
		return zcxsk_fast_copy(&s->fast, slots + first, packets, n, bytes);
	valid = zcxsk_fast_copy(&s->fast, slots + first, packets, run, bytes);
	valid &= zcxsk_fast_copy(&s->fast, slots, packets + run, n - run, &more);
	*bytes += more;
	return valid;
}

/* Packets, at most n, that ring and limit have room for. */
static uint32_t room_for(struct zcxsk_socket *s, uint32_t n)
{
	uint32_t room = outstanding_room(s, n);

	room = min_u32(room, zcxsk_ring_prod_room(&s->fast.tx, n));
	return min_u32(room, n);
}

/* Frames or slots are short: tries everything that does not wait. */
static void reclaim(struct zcxsk_socket *s)
{
	kick_flush(s);
	comp_reap(s);
	watchdog_check(s);
}

/* Like room_for(), but makes room first if there is too little. */
static uint32_t make_room(struct zcxsk_socket *s, uint32_t n)
{
	uint32_t room;

	if (!n || !s->has_tx || s->dead)
		return 0;
	/* A forwarder never allocates, so its completed frames are reaped here. */
	comp_reap(s);
	room = room_for(s, n);
	if (ZCXSK_UNLIKELY(room < n)) {
		reclaim(s);
		room = room_for(s, n);
	}
	if (room < n) {
		COUNT(s, tx_ring_full, 1);
		/* The application may sleep in its own event loop next. */
		if (s->service.fd >= 0)
			service_want_room(s);
	}
	return room;
}

/* Publishes the n packets in the next slots. */
static void publish(struct zcxsk_socket *s, uint32_t n, uint64_t bytes)
{
	zcxsk_ring_advance(&s->fast.tx.cached_prod, n);
	zcxsk_ring_prod_submit(&s->fast.tx);
	totals_note_tx(s);
	zcxsk_fast_count(&s->fast.tx_bytes, bytes);
	kick_tx(s);
	if (ZCXSK_UNLIKELY(s->timer.fd >= 0))
		timer_arm(s);
}

/*
 * Publishes the packets before the first invalid one. The next burst overwrites the slots
 * after them.
 */
static __attribute__((noinline)) uint32_t publish_valid(struct zcxsk_socket *s,
							const struct zcxsk_packet *packets,
							const uint64_t *tokens, uint32_t n,
							bool check_failed, uint64_t bytes)
{
	bool entered = one_thread_enter(s, CALL_SEND);
	uint32_t valid = n;

	if (check_failed || s->checked)
		bytes = check_each(s, packets, n, &valid);
	one_thread_leave(s, entered);
	if (s->out.tokens.mode)
		token_note(s, s->fast.tx.cached_prod, tokens, valid);
	if (valid)
		publish(s, valid, bytes);
	if (valid < n) {
		COUNT(s, tx_rejected, 1);
		socket_set_status(s, -EINVAL);
	} else if (s->status == -EINVAL) {
		socket_set_status(s, 0);
	}
	return valid;
}

static uint32_t send_burst(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			   const uint64_t *tokens, uint32_t n)
{
	uint64_t bytes;
	bool check_failed;

	n = make_room(s, n);
	if (!n)
		return 0;
	check_failed = !copy_to_ring(s, packets, n, &bytes);
	if (ZCXSK_UNLIKELY(check_failed || s->watched || s->status == -EINVAL))
		n = publish_valid(s, packets, tokens, n, check_failed, bytes);
	else
		publish(s, n, bytes);
	outstanding_recompute(s);
	return n;
}

uint32_t zcxsk_fast_tx(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	return send_burst(s, packets, NULL, n);
}

uint32_t zcxsk_tx_burst_tokens(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			       const uint64_t *tokens, uint32_t n)
{
	if (!s || !packets)
		return 0;
	if (!tokens || !s->out.tokens.mode) {
		socket_set_status(s, -EINVAL);
		outstanding_recompute(s);
		return 0;
	}
	return send_burst(s, packets, tokens, n);
}

/*
 * The event to sleep for without room. The kernel reports POLLOUT once the ring is half empty;
 * at that level frames are missing, and no event reports those.
 */
static short room_event(const struct zcxsk_socket *s)
{
	return zcxsk_ring_prod_pending(&s->fast.tx) > s->fast.tx.size / 2 ? POLLOUT : 0;
}

static uint32_t send_some(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			  const uint64_t *tokens, uint32_t n)
{
	return tokens ? zcxsk_tx_burst_tokens(s, packets, tokens, n)
		      : zcxsk_tx_burst(s, packets, n);
}

/* tokens: may be NULL. */
static int send_wait(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
		     const uint64_t *tokens, uint32_t n, uint64_t timeout_ns, uint32_t *count)
{
	struct wait w;
	uint64_t rejected;
	int ret;

	if (count)
		*count = 0;
	if (!s || !packets || !count || !s->has_tx)
		return socket_refuses(s);
	rejected = s->count.tx_rejected;
	*count = send_some(s, packets, tokens, n);
	if (ZCXSK_LIKELY(*count == n))
		return 0;
	for (w = wait_start_tx(s, timeout_ns);;) {
		if (s->count.tx_rejected != rejected)
			return -EINVAL;
		if (s->dead)
			return -ENXIO;
		ret = wait_sleep(&w, s, room_event(s));
		*count +=
			send_some(s, packets + *count, tokens ? tokens + *count : NULL, n - *count);
		if (*count == n)
			return 0;
		if (ret && s->count.tx_rejected == rejected)
			return s->dead ? -ENXIO : ret;
	}
}

int zcxsk_tx_wait(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n,
		  uint64_t timeout_ns, uint32_t *count)
{
	return send_wait(s, packets, NULL, n, timeout_ns, count);
}

int zcxsk_tx_wait_tokens(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			 const uint64_t *tokens, uint32_t n, uint64_t timeout_ns, uint32_t *count)
{
	if (!s || !tokens || !s->out.tokens.mode) {
		if (count)
			*count = 0;
		return socket_refuses(s);
	}
	return send_wait(s, packets, tokens, n, timeout_ns, count);
}

/*
 * Ensures up to n frames on top of the cache and returns their number. Completed frames come
 * first: they are warmer in the CPU cache than the older ones.
 */
static uint32_t prepare_frames(struct zcxsk_socket *s, uint32_t n)
{
	uint32_t ready;

	comp_reap(s);
	ready = cache_ready(s->cache, n);
	if (ZCXSK_LIKELY(ready == n))
		return ready;
	if (outstanding_count(s) && !s->dead) {
		reclaim(s);
		ready = cache_ready(s->cache, n);
	}
	if (ready < n && siblings_reclaim(s))
		ready = cache_ready(s->cache, n);
	if (ready < n && !s->dead && s->service.fd >= 0 &&
	    (outstanding_count(s) || siblings_in_flight(s)))
		service_want_frames(s);
	return ready;
}

/* Allocates from the cache, in chunks of at most its capacity. */
static uint32_t alloc_cached(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t n,
			     uint32_t len)
{
	bool entered = one_thread_enter(s, CALL_ALLOC);
	uint32_t taken = 0;

	while (taken < n) {
		uint32_t chunk = prepare_frames(s, min_u32(n - taken, s->cache->stack.capacity));
		const uint64_t *frames = cache_pop(s->cache, chunk);

		if (!chunk)
			break;
		s->fast.loops->init_packets(packets + taken, frames, chunk, len);
		ledger_move_all(s->pool, frames, chunk, PLACE_POOL, PLACE_APPLICATION, CALL_ALLOC);
		taken += chunk;
	}
	one_thread_leave(s, entered);
	return taken;
}

/* Just completed frames are reused directly, without passing through the cache. */
static uint32_t alloc_recycled(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t n,
			       uint32_t len)
{
	uint32_t taken = comp_recycle(s, packets, n, len);

	if (taken < n)
		taken += alloc_cached(s, packets + taken, n - taken, len);
	outstanding_recompute(s);
	return taken;
}

uint32_t zcxsk_fast_alloc(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t n,
			  uint32_t len)
{
	if (!s->has_tx)
		return 0;
	if (n > FAST_ALLOC_MAX || n > s->cache->stack.count || s->watched)
		n = alloc_recycled(s, packets, n, len);
	else
		s->fast.loops->init_packets(packets, cache_pop(s->cache, n), n, len);
	zcxsk_fast_count(&s->fast.tx_allocated, n);
	return n;
}

/* ---- data from any memory ---------------------------------------------------- */

/* Copies the data into a frame. Returns 0 or -EAGAIN. */
static int send_copy(struct zcxsk_socket *s, const void *data, uint32_t len)
{
	struct zcxsk_packet p;

	if (!zcxsk_tx_alloc(s, &p, 1, len))
		return -EAGAIN;
	memcpy(zcxsk_packet_data(s->umem->base, &p), data, len);
	if (!zcxsk_tx_burst(s, &p, 1)) {
		zcxsk_packet_release(s, &p, 1);
		return -EAGAIN;
	}
	COUNT(s, tx_copies, 1);
	return 0;
}

/*
 * Sends data that is already in the UMEM. Returns 1, -EMSGSIZE, -EAGAIN, or -EINVAL for a
 * frame that the caller does not own.
 */
static int send_in_place(struct zcxsk_socket *s, uint64_t addr, uint32_t len)
{
	struct zcxsk_packet p = {addr, len, 0};
	uint64_t rejected = s->count.tx_rejected;

	if (!zcxsk_fast_holds(&s->fast.bounds, &p))
		return -EMSGSIZE;
	if (zcxsk_tx_burst(s, &p, 1))
		return 1;
	return s->count.tx_rejected != rejected ? -EINVAL : -EAGAIN;
}

int zcxsk_tx_send(struct zcxsk_socket *s, const void *data, uint32_t len)
{
	uint64_t addr;

	if (!s || !data || !len || !s->has_tx)
		return socket_refuses(s);
	if (len > s->frame_size)
		return -EMSGSIZE;
	if (s->dead)
		return -ENXIO;
	if (!make_room(s, 1))
		return -EAGAIN;
	addr = (uint64_t)((uintptr_t)data - (uintptr_t)s->umem->base);
	if (len > s->setup.opts.copy_threshold && addr < s->fast.bounds.size)
		return send_in_place(s, addr, len);
	return send_copy(s, data, len);
}

int zcxsk_tx_send_wait(struct zcxsk_socket *s, const void *data, uint32_t len, uint64_t timeout_ns)
{
	int ret = zcxsk_tx_send(s, data, len), sleep_ret = 0;
	struct wait w;

	if (ret != -EAGAIN)
		return ret;
	for (w = wait_start_frame(s, timeout_ns); ret == -EAGAIN && !sleep_ret;
	     ret = zcxsk_tx_send(s, data, len))
		sleep_ret = wait_sleep(&w, s, room_event(s));
	return ret == -EAGAIN ? sleep_ret : ret;
}

/* ---- flushing and completions ------------------------------------------------ */

uint32_t zcxsk_tx_flush(struct zcxsk_socket *s)
{
	if (!s || !s->has_tx)
		return 0;
	kick_flush(s);
	return zcxsk_ring_prod_pending(&s->fast.tx);
}

/* For an owner that never waits. */
static void look_after(struct zcxsk_socket *s)
{
	kick_tail(s);
	if (ZCXSK_UNLIKELY(strays_any(s)))
		strays_check(s, kernel_clock(s));
}

uint32_t zcxsk_tx_reap(struct zcxsk_socket *s)
{
	uint32_t completed;

	if (!s || !s->has_tx)
		return 0;
	completed = fill_reap(s);
	look_after(s);
	return completed;
}

uint32_t zcxsk_tx_outstanding(const struct zcxsk_socket *s)
{
	return s ? outstanding_count(s) : 0;
}

uint32_t zcxsk_tx_drain(struct zcxsk_socket *s, uint64_t timeout_ns)
{
	struct wait w;
	int ret = 0;

	if (!s || !s->has_tx)
		return 0;
	comp_reap(s);
	w = wait_start_tx(s, timeout_ns);
	/* No event reports completions: only ticks end these sleeps. */
	while (outstanding_count(s) && !s->dead && (!ret || ret == -ETIME)) {
		ret = wait_sleep(&w, s, 0);
		comp_reap(s);
	}
	return outstanding_count(s);
}

uint32_t zcxsk_tx_done(struct zcxsk_socket *s, uint64_t *tokens, uint32_t max)
{
	if (!s || !tokens || !s->has_tx || !s->out.tokens.mode)
		return 0;
	comp_reap(s);
	look_after(s);
	return token_pop(s, tokens, max);
}
