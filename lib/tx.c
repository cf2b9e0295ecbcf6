/* SPDX-License-Identifier: BSD-2-Clause */
/* tx.c - packets of the application -> TX ring. */
#include <zcxsk/tx.h>

#include <zcxsk/rx.h>
#include <zcxsk/token.h>

#include <errno.h>
#include <poll.h>

#include "bulk.h"
#include "cache.h"
#include "comp.h"
#include "flight.h"
#include "ledger.h"
#include "token.h"
#include "wait.h"
#include "wake.h"
#include "watchdog.h"

/*
 * With this part of what may be out being out, completions are fetched before
 * more is sent: early enough to have room at once, and not for every burst.
 */
#define REAP_SHARE 4u

/* A length, all of it in one frame, and no flags; wherever the frame is. */
static bool shape_right(const struct zcxsk_socket *s, const struct zcxsk_packet *p)
{
	uint64_t offset = p->addr & (s->frame_size - 1);

	return p->len && p->len <= s->frame_size - offset && !p->flags;
}

/* One by one: how many packets from the first on may be published. */
static uint32_t right_prefix(const struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			     uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!shape_right(s, &packets[i]) ||
		    !ledger_admit(s->pool, packets[i].addr, PLACE_APPLICATION, ledger_tx(s)))
			return i;
	return n;
}

/* The survey takes the largest offset and length together; here each by itself. */
static bool shapes_right(const struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			 uint32_t n)
{
	bool right = true;

	for (uint32_t i = 0; i < n; i++)
		right &= shape_right(s, &packets[i]);
	return right;
}

/*
 * Copies n packets into reserved slots, in at most two runs, and tells how many
 * from the first on may be published. *bytes: what is in these.
 */
static uint32_t copy_in(struct zcxsk_socket *s, uint32_t index, const struct zcxsk_packet *packets,
			uint32_t n, uint64_t *bytes)
{
	struct zcxsk_packet *slots = s->tx.entries;
	struct survey v = {0};
	uint64_t bias = bulk_bias(s);
	uint32_t first = index & s->tx.mask, run = s->tx.size - first;

	run = run < n ? run : n;
	bulk_for(s, run)->copy(&v, slots + first, packets, run, bias);
	if (ZCXSK_UNLIKELY(run < n))
		bulk_for(s, n - run)->copy(&v, slots, packets + run, n - run, bias);
	*bytes = v.bytes;
	if (ZCXSK_LIKELY(survey_inside(&v, s) && !s->pool->ledger) &&
	    (ZCXSK_LIKELY(survey_shapes(&v, s)) || shapes_right(s, packets, n)))
		return n;
	n = right_prefix(s, packets, n);
	*bytes = 0;
	for (uint32_t i = 0; i < n; i++)
		*bytes += packets[i].len;
	return n;
}

/* Packets that ring and limit have room for, at most n. */
static uint32_t room_for(struct zcxsk_socket *s, uint32_t n)
{
	uint32_t left = flight_room(s, n);
	uint32_t room = zcxsk_ring_prod_room(&s->tx, n);

	if (room > left)
		room = left;
	return room < n ? room : n;
}

/* Too few frames or slots: what can be done about it without waiting. */
static void find_more(struct zcxsk_socket *s)
{
	wake_flush(s);
	comp_reap(s);
	watchdog_look(s);
}

/* As room_for, making room first where there is too little. */
static uint32_t make_room(struct zcxsk_socket *s, uint32_t n)
{
	uint32_t room;

	/* A forwarder allocates nothing, so its frames are fetched here. */
	if (socket_tx_out(s) > s->tx_limit / REAP_SHARE)
		comp_reap(s);
	room = room_for(s, n);
	if (ZCXSK_LIKELY(room == n))
		return n;
	comp_reap(s);
	room = room_for(s, n);
	if (room < n) {
		find_more(s);
		room = room_for(s, n);
	}
	if (room < n)
		s->count.tx_ring_full++;
	return room;
}

/* Publishes the packets that are right, up to the first that is not; there is room. */
static uint32_t publish(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			const uint64_t *tokens, uint32_t n)
{
	uint32_t index, right;
	uint64_t bytes;

	zcxsk_ring_prod_reserve(&s->tx, n, &index);
	right = copy_in(s, index, packets, n, &bytes);
	if (ZCXSK_UNLIKELY(right < n)) {
		zcxsk_ring_prod_cancel(&s->tx, n - right);
		s->count.tx_rejected++;
	}
	if (ZCXSK_UNLIKELY(!right))
		return 0;
	if (ZCXSK_UNLIKELY(s->tokens.mode))
		token_note(s, index, tokens, right);
	zcxsk_ring_prod_submit(&s->tx);
	s->in_application -= right;
	s->count.tx_packets += right;
	s->count.tx_bytes += bytes;
	wake_tx(s);
	return right;
}

static inline uint32_t send_burst(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
				  const uint64_t *tokens, uint32_t n)
{
	uint32_t room, right;

	if (!s || !packets || !n || !s->has_tx || s->dead)
		return 0;
	room = make_room(s, n);
	if (ZCXSK_UNLIKELY(!room))
		return 0;
	right = publish(s, packets, tokens, room);
	if (ZCXSK_UNLIKELY(right < room))
		s->status = -EINVAL;
	else if (ZCXSK_UNLIKELY(s->status == -EINVAL))
		s->status = 0;
	return right;
}

uint32_t zcxsk_tx_burst(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	return send_burst(s, packets, NULL, n);
}

uint32_t zcxsk_tx_burst_tokens(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			       const uint64_t *tokens, uint32_t n)
{
	if (s && (!tokens || !s->tokens.mode)) {
		s->status = -EINVAL;
		return 0;
	}
	return send_burst(s, packets, tokens, n);
}

/*
 * What a sender that has no room sleeps for. The kernel reports POLLOUT when
 * the ring is half empty; below that it is frames that are missing, and no
 * event tells of those.
 */
static short room_event(const struct zcxsk_socket *s)
{
	return zcxsk_ring_prod_pending(&s->tx) > s->tx.size / 2 ? POLLOUT : 0;
}

/* tokens as for send_burst(). */
static int send_wait(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
		     const uint64_t *tokens, uint32_t n, uint64_t timeout_ns, uint32_t *count)
{
	struct wait w;
	int rc = 0;

	if (count)
		*count = 0;
	if (!s || !packets || !count || !s->has_tx)
		return -EINVAL;
	*count = send_burst(s, packets, tokens, n);
	if (ZCXSK_LIKELY(*count == n))
		return 0;
	for (w = wait_start_tx(s, timeout_ns); *count < n;) {
		uint64_t rejected = s->count.tx_rejected;

		if (s->dead)
			return -ENXIO;
		if (rc)
			return rc;
		*count += send_burst(s, packets + *count, tokens ? tokens + *count : NULL,
				     n - *count);
		if (s->count.tx_rejected != rejected)
			return -EINVAL;
		if (*count < n)
			rc = wait_sleep(&w, s, room_event(s));
	}
	return 0;
}

int zcxsk_tx_wait(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n,
		  uint64_t timeout_ns, uint32_t *count)
{
	return send_wait(s, packets, NULL, n, timeout_ns, count);
}

int zcxsk_tx_wait_tokens(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			 const uint64_t *tokens, uint32_t n, uint64_t timeout_ns, uint32_t *count)
{
	if (!s || !tokens || !s->tokens.mode) {
		if (count)
			*count = 0;
		return -EINVAL;
	}
	return send_wait(s, packets, tokens, n, timeout_ns, count);
}

/*
 * Makes frames ready on top of the cache, n if that many are free. What is done
 * comes first: it is warmer than what waits in the cache.
 */
static uint32_t get_ready(struct zcxsk_socket *s, uint32_t n)
{
	uint32_t ready;

	comp_reap(s);
	ready = cache_ready(s->cache, n);
	if (ZCXSK_LIKELY(ready == n) || !socket_tx_out(s) || s->dead)
		return ready;
	find_more(s);
	return cache_ready(s->cache, n);
}

/* Out of the cache, in as many goes as it takes. */
static uint32_t alloc_cached(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t taken = 0;

	while (taken < n) {
		uint32_t left = n - taken;
		uint32_t chunk =
			get_ready(s, left < s->cache->capacity ? left : s->cache->capacity);
		const uint64_t *frames = cache_pop(s->cache, chunk);

		if (!chunk)
			break;
		bulk_for(s, chunk)->empty(packets + taken, frames, chunk);
		ledger_move_all(s->pool, frames, chunk, PLACE_POOL, PLACE_APPLICATION);
		taken += chunk;
	}
	return taken;
}

uint32_t zcxsk_tx_alloc(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t taken;

	if (!s || !packets || !s->has_tx)
		return 0;
	/* What has just come home goes out again without a stay in the cache. */
	taken = comp_recycle(s, packets, n);
	if (taken < n)
		taken += alloc_cached(s, packets + taken, n - taken);
	s->in_application += taken;
	return taken;
}

/* ---- packets from anywhere -------------------------------------------------- */

/* Into a frame of its own. 0 or -EAGAIN. */
static int send_copy(struct zcxsk_socket *s, const void *data, uint32_t len)
{
	struct zcxsk_packet p;

	if (!zcxsk_tx_alloc(s, &p, 1))
		return -EAGAIN;
	memcpy(zcxsk_packet_data(s->umem->base, &p), data, len);
	p.len = len;
	if (!zcxsk_tx_burst(s, &p, 1)) {
		zcxsk_packet_release(s, &p, 1);
		return -EAGAIN;
	}
	s->count.tx_copies++;
	return 0;
}

/* Where it is. 1, -EMSGSIZE or -EAGAIN. */
static int send_in_place(struct zcxsk_socket *s, uint64_t addr, uint32_t len)
{
	struct zcxsk_packet p = {addr, len, 0};

	if (!shape_right(s, &p))
		return -EMSGSIZE;
	return zcxsk_tx_burst(s, &p, 1) ? 1 : -EAGAIN;
}

int zcxsk_tx_send(struct zcxsk_socket *s, const void *data, uint32_t len)
{
	uint64_t addr;

	if (!s || !data || !len || !s->has_tx)
		return -EINVAL;
	if (len > s->frame_size)
		return -EMSGSIZE;
	if (s->dead)
		return -ENXIO;
	if (!make_room(s, 1))
		return -EAGAIN;
	addr = (uint64_t)((uintptr_t)data - (uintptr_t)s->umem->base);
	if (len > s->opts.copy_threshold && addr < s->umem_size)
		return send_in_place(s, addr, len);
	return send_copy(s, data, len);
}

int zcxsk_tx_send_wait(struct zcxsk_socket *s, const void *data, uint32_t len, uint64_t timeout_ns)
{
	int rc = zcxsk_tx_send(s, data, len), sleep_rc = 0;
	struct wait w;

	if (rc != -EAGAIN)
		return rc;
	for (w = wait_start_tx(s, timeout_ns); rc == -EAGAIN && !sleep_rc;
	     rc = zcxsk_tx_send(s, data, len))
		sleep_rc = wait_sleep(&w, s, room_event(s));
	return rc == -EAGAIN ? sleep_rc : rc;
}

/* ---- getting frames out and home ------------------------------------------- */

uint32_t zcxsk_tx_flush(struct zcxsk_socket *s)
{
	if (!s || !s->has_tx)
		return 0;
	wake_flush(s);
	return zcxsk_ring_prod_pending(&s->tx);
}

uint32_t zcxsk_tx_reap(struct zcxsk_socket *s)
{
	uint32_t home;

	if (!s || !s->has_tx)
		return 0;
	home = comp_reap(s);
	wake_tail(s);
	return home;
}

uint32_t zcxsk_tx_outstanding(const struct zcxsk_socket *s)
{
	return s ? socket_tx_out(s) : 0;
}

uint32_t zcxsk_tx_drain(struct zcxsk_socket *s, uint64_t timeout_ns)
{
	struct wait w;
	int rc = 0;

	if (!s || !s->has_tx)
		return 0;
	comp_reap(s);
	w = wait_start_tx(s, timeout_ns);
	/* No event says "completed": only ticks end these sleeps. */
	while (socket_tx_out(s) && !s->dead && (!rc || rc == -ETIME)) {
		rc = wait_sleep(&w, s, 0);
		comp_reap(s);
	}
	return socket_tx_out(s);
}
