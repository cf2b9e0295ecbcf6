/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rebuild.c - a new queue for a socket whose old one is dead. The frames that
 * the old one may still own are in limbo: listed, posted at most on a ring that
 * nobody looks at yet, and free only when the kernel has bound the new queue,
 * which it does not before it has released the old one.
 */
#include <zcxsk/watchdog.h>

#include <errno.h>
#include <stdlib.h>

#include "cache.h"
#include "comp.h"
#include "explain.h"
#include "flight.h"
#include "ledger.h"
#include "redirect_map.h"
#include "rung.h"
#include "opening.h"
#include "wake.h"
#include "watchdog.h"

/* Frames posted for receiving that have not come back. */
static uint32_t posted(const struct zcxsk_socket *s)
{
	return (uint32_t)(s->count.fill_frames - s->count.rx_packets - s->count.rx_invalid -
			  s->count.rx_abandoned);
}

/* ---- which frames ---------------------------------------------------------- */

/* By the ledger: all that are with the kernel in this socket's name. */
static uint32_t list_by_ledger(struct zcxsk_socket *s)
{
	uint32_t n = 0;

	for (uint64_t i = 0; i < s->umem->frames; i++) {
		uint16_t at = s->pool->ledger[i];

		if (at == ledger_rx(s) || at == ledger_tx(s))
			s->limbo[n++] = i * s->frame_size;
	}
	return n;
}

static void mark(uint8_t *free_ones, const uint64_t *frames, uint64_t n, uint32_t frame_size)
{
	for (uint64_t i = 0; i < n; i++)
		free_ones[frames[i] / frame_size] = 1;
}

/* By elimination: of a UMEM for this socket alone, all that are not free. */
static uint32_t list_by_elimination(struct zcxsk_socket *s, uint32_t most)
{
	uint8_t *free_ones = calloc(s->umem->frames, 1);
	uint32_t n = 0;

	if (!free_ones)
		return 0;
	mark(free_ones, s->cache->frames, s->cache->count, s->frame_size);
	mark(free_ones, s->pool->frames, s->pool->count, s->frame_size);
	for (uint64_t i = 0; i < s->umem->frames; i++) {
		if (free_ones[i])
			continue;
		if (n < most)
			s->limbo[n] = i * s->frame_size;
		n++;
	}
	free(free_ones);
	return n;
}

static int not_known(struct zcxsk_error *error, int code)
{
	if (code == -EBUSY)
		return explain_text(error, "rebuild", code,
				    "Release what was received or allocated first, or make the "
				    "pool with ZCXSK_POOL_CHECK.",
				    "the application holds frames, and without the ledger they "
				    "cannot be told from those with the kernel");
	return explain_text(error, "rebuild", code, "Make the pool with ZCXSK_POOL_CHECK.",
			    "the UMEM serves others too, and without the ledger it is not known "
			    "which frames this socket's queue has");
}

/* Lists what the queue has. 0, or -errno and nothing is listed. */
static int list_limbo(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	uint32_t expected = posted(s) + socket_tx_out(s), found;
	int rc = 0;

	if (!s->pool->ledger && (s->pool->caches > 1 || s->cache->sockets > 1))
		return not_known(error, -EOPNOTSUPP);
	s->limbo = malloc((expected ? expected : 1) * sizeof(*s->limbo));
	if (!s->limbo)
		return explain_text(error, "rebuild", -ENOMEM, "", "out of memory");
	found = s->pool->ledger ? list_by_ledger(s) : list_by_elimination(s, expected);
	s->limbo_count = found;
	if (found != expected) {
		rc = not_known(error, -EBUSY);
		free(s->limbo);
		s->limbo = NULL;
		s->limbo_count = 0;
	}
	return rc;
}

/* ---- the change ------------------------------------------------------------ */

static int open_again(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	int rc;

	if (!s->simulated)
		return rung_open(s, s->mode, error);
	rc = s->kernel.reopen(s->kernel.context, &s->kernel.rings);
	if (rc)
		return explain_text(error, "rebuild", rc, "", "the simulated kernel refused");
	rung_take_rings(s, &s->kernel.rings);
	return 0;
}

/* The old queue lets go of everything; returns the frames that it had. */
static void give_up(struct zcxsk_socket *s)
{
	if (s->in_map)
		redirect_remove(s->redirect, s->queue);
	s->in_map = false;
	socket_leave_umem(s);
	rung_close(s);
}

/* The new queue is bound: what it did not get is free. */
static void free_limbo(struct zcxsk_socket *s)
{
	uint32_t reposted = s->limbo_count < s->fill_target ? s->limbo_count : s->fill_target;

	for (uint32_t i = 0; i < s->limbo_count; i++) {
		if (s->pool->ledger)
			s->pool->ledger[s->limbo[i] / s->frame_size] =
				i < reposted ? ledger_rx(s) : (uint16_t)PLACE_POOL;
		if (i >= reposted)
			cache_push(s->cache, s->limbo[i]);
	}
	free(s->limbo);
	s->limbo = NULL;
	s->limbo_count = 0;
}

/* Preconditions, and the list unless an earlier try has made it. */
static int prepare(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	if (!s)
		return explain_usage(error, "rebuild", "Pass a socket.", "the socket is NULL");
	if (s->simulated && !s->kernel.reopen)
		return explain_text(error, "rebuild", -EOPNOTSUPP, "", "this kernel cannot");
	if (s->limbo)
		return 0;
	if (s->has_tx)
		comp_reap(s);
	return list_limbo(s, error);
}

int zcxsk_socket_rebuild(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	uint32_t was_out, was_posted;
	int rc = prepare(s, error);

	if (rc)
		return rc;
	if (s->fill.size)
		give_up(s);
	was_out = socket_tx_out(s);
	was_posted = posted(s);
	s->dead = false;
	rc = socket_join_umem(s, open_again, error);
	if (rc) {
		s->tx_strays = was_out;
		s->dead = true;
		return rc;
	}
	s->count.tx_abandoned += was_out;
	s->count.rx_abandoned += was_posted;
	free_limbo(s);
	s->status = 0;
	watchdog_rest(s);
	explain_clear(error);
	return 0;
}
