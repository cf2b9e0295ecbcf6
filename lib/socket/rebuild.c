/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rebuild.c - a new queue for a socket whose old one is dead. The frames that
 * the old one may still own are in quarantine: listed, posted at most on a ring that
 * nobody looks at yet, and free only when the kernel has bound the new queue,
 * which it does not before it has released the old one.
 */
#include <zcxsk/watchdog.h>

#include <errno.h>
#include <stdlib.h>

#include "frames/pool.h"
#include "datapath/completion.h"
#include "explain/explain.h"
#include "datapath/fill.h"
#include "datapath/outstanding.h"
#include "frames/ledger.h"
#include "redirect/redirect.h"
#include "socket/socket_open.h"
#include "socket/xsk.h"
#include "datapath/watchdog.h"

/* ---- which frames ---------------------------------------------------------- */

/* By the ledger: all that are with the kernel in this socket's name. */
static uint32_t list_by_ledger(struct zcxsk_socket *s)
{
	uint32_t n = 0;

	for (uint64_t i = 0; i < s->umem->frames; i++) {
		uint16_t at = s->pool->ledger[i];

		if (at == ledger_rx(s) || at == ledger_tx(s))
			s->setup.quarantine[n++] = i * s->frame_size;
	}
	return n;
}

static void mark(uint8_t *free_ones, const uint64_t *frames, uint64_t n, uint32_t frame_size)
{
	for (uint64_t i = 0; i < n; i++)
		free_ones[frames[i] / frame_size] = 1;
}

/*
 * By elimination: of a UMEM for this socket alone, all that are not free. False
 * without memory.
 */
static bool list_by_elimination(struct zcxsk_socket *s, uint32_t *count)
{
	uint8_t *free_ones = calloc(s->umem->frames, 1);
	uint32_t n = 0;

	if (!free_ones)
		return false;
	mark(free_ones, s->cache->stack.frames, s->cache->stack.count, s->frame_size);
	mark(free_ones, s->pool->frames, s->pool->count, s->frame_size);
	for (uint64_t i = 0; i < s->umem->frames; i++)
		if (!free_ones[i])
			s->setup.quarantine[n++] = i * s->frame_size;
	free(free_ones);
	*count = n;
	return true;
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

static void drop_list(struct zcxsk_socket *s)
{
	free(s->setup.quarantine);
	s->setup.quarantine = NULL;
	s->setup.quarantine_count = 0;
}

/* Lists what the queue has. 0, or -errno and nothing is listed. */
static int list_limbo(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	bool listed = true;
	int ret = 0;

	if (!s->pool->ledger && (s->pool->caches > 1 || s->cache->sockets > 1))
		return not_known(error, -EOPNOTSUPP);
	/* Room for all: the ledger also has frames that came back in a wrong descriptor. */
	s->setup.quarantine = malloc(s->umem->frames * sizeof(*s->setup.quarantine));
	if (s->setup.quarantine && s->pool->ledger)
		s->setup.quarantine_count = list_by_ledger(s);
	else if (s->setup.quarantine)
		listed = list_by_elimination(s, &s->setup.quarantine_count);
	if (!s->setup.quarantine || !listed)
		ret = explain_text(error, "rebuild", -ENOMEM, "Free memory and try again.",
				   "there is no memory for the list of frames");
	else if (!s->pool->ledger &&
		 s->setup.quarantine_count != fill_posted(s) + outstanding_count(s))
		ret = not_known(error, -EBUSY);
	if (ret)
		drop_list(s);
	return ret;
}

/* ---- the change ------------------------------------------------------------ */

static int open_again(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	int ret;

	if (!s->setup.simulated)
		return xsk_open(s, s->mode, error);
	ret = s->kernel.reopen(s->kernel.context, &s->kernel.rings);
	if (ret)
		return explain_text(error, "rebuild", ret, "", "the simulated kernel refused");
	xsk_take_rings(s, &s->kernel.rings);
	return 0;
}

/* The old queue is closed; what it had stays counted. */
static void give_up(struct zcxsk_socket *s)
{
	if (s->setup.in_map)
		redirect_remove(s->redirect, s->setup.queue);
	s->setup.in_map = false;
	socket_leave_umem(s);
	xsk_close(s);
}

/* The new queue is bound: what it did not get is free. */
static void free_limbo(struct zcxsk_socket *s)
{
	uint32_t reposted = s->setup.quarantine_count < s->fill.target ? s->setup.quarantine_count
								       : s->fill.target;

	for (uint32_t i = 0; i < s->setup.quarantine_count; i++) {
		if (s->pool->ledger)
			s->pool->ledger[s->setup.quarantine[i] / s->frame_size] =
				i < reposted ? ledger_rx(s) : (uint16_t)PLACE_POOL;
		if (i >= reposted)
			cache_push(s->cache, s->setup.quarantine[i]);
	}
	drop_list(s);
}

/* Preconditions, and the list unless an earlier try has made it. */
static int prepare(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	if (!s)
		return explain_usage(error, "rebuild", "Pass a socket.", "the socket is NULL");
	if (s->setup.simulated && !s->kernel.reopen)
		return explain_text(error, "rebuild", -EOPNOTSUPP,
				    "Give struct zcxsk_kernel a reopen call.",
				    "this simulated kernel cannot open again");
	if (s->setup.quarantine)
		return 0;
	if (s->has_tx)
		comp_reap(s);
	return list_limbo(s, error);
}

int zcxsk_socket_rebuild(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	uint32_t was_out, was_posted;
	int ret = prepare(s, error);

	if (ret)
		return ret;
	if (s->fast.fill.size)
		give_up(s);
	was_out = outstanding_count(s);
	was_posted = fill_posted(s);
	socket_set_dead(s, false);
	ret = socket_join_umem(s, open_again, error);
	if (ret) {
		outstanding_set_lost(s, was_out);
		socket_set_dead(s, true);
		return ret;
	}
	s->count.tx_abandoned += was_out;
	s->count.rx_abandoned += was_posted;
	free_limbo(s);
	socket_set_status(s, 0);
	watchdog_reset(s);
	explain_clear(error);
	return 0;
}
