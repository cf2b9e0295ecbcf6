/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own_rings.c - hands the rings of one direction to a program that works them itself. The
 * library's views become empty, as if the socket lacked the rings, so no call touches them.
 */
#include <zcxsk/socket.h>

#include "datapath/completion.h"
#include "datapath/fill.h"
#include "datapath/kick.h"
#include "datapath/outstanding.h"
#include "datapath/service.h"
#include "datapath/totals.h"
#include "datapath/watchdog.h"
#include "frames/ledger.h"
#include "frames/pool.h"
#include "socket/own_rings.h"
#include "socket/socket.h"
#include "socket/stats.h"
#include "socket/xsk_rings.h"

static struct zcxsk_kernel_ring no_ring(struct zcxsk_socket *s)
{
	return (struct zcxsk_kernel_ring){
		.producer = &s->unmapped_index,
		.consumer = &s->unmapped_index,
		.flags = &s->unmapped_index,
	};
}

static void hand_over_tx(struct zcxsk_socket *s)
{
	struct zcxsk_kernel_ring none = no_ring(s);
	struct own_rings *own = &s->setup.own;

	stats_pause(s);
	totals_note(s);
	outstanding_abandon(s, s->unmapped_index);
	own->tx = s->fast.tx;
	own->comp = s->fast.comp;
	own->tx_side = true;
	own->tx_base = own->comp.cached_cons - own->tx.cached_prod;
	s->has_tx = false;
	s->fast.tx = ring_view_prod(&none);
	s->fast.comp = ring_view_cons(&none);
	s->fast.stack = &s->empty_stack;
	outstanding_note_due(s, s->unmapped_index);
	kick_start(s, s->unmapped_index);
	watchdog_reset(s);
	totals_restart(s, &s->totals);
	stats_resume(s);
}

/* The frames posted for receiving are the program's from now on. */
static void hand_over_posted(struct zcxsk_socket *s)
{
	uint64_t frames = s->pool->ledger ? s->umem->frames : 0;

	for (uint64_t i = 0; i < frames; i++)
		if (ledger_place(s->pool, i) == ledger_rx(s))
			ledger_set(s->pool, i, PLACE_APPLICATION, CALL_RINGS);
	s->setup.own.posted = fill_posted(s);
	pool_set_needed(s->pool, s->setup.needed, 0);
	s->setup.needed = 0;
	fill_init(s, 0);
}

static void hand_over_rx(struct zcxsk_socket *s)
{
	struct zcxsk_kernel_ring none = no_ring(s);
	struct own_rings *own = &s->setup.own;

	stats_pause(s);
	fill_submit(s);
	totals_note(s);
	hand_over_posted(s);
	zcxsk_ring_cons_release(&s->fast.rx);
	own->rx = s->fast.rx;
	own->fill = s->fast.fill;
	own->rx_side = true;
	own->rx_base = (uint32_t)own->posted - own->fill.cached_prod + own->rx.cached_cons;
	s->has_rx = false;
	/* Nobody would take back the signal that frames are there. */
	if (s->starving.waiting)
		starving_end(s->pool, &s->starving);
	service_unmute(s);
	s->fast.rx = ring_view_cons(&none);
	s->fast.fill = ring_view_prod(&none);
	totals_restart(s, &s->totals);
	fill_start(s);
	stats_resume(s);
}

/* False if the socket lacks the rings, or packets of the library are in flight on them. */
static bool give_tx(struct zcxsk_socket *s)
{
	if (!s || socket_is_inherited(s) || !socket_has_tx_ring(s))
		return false;
	if (s->setup.own.tx_side)
		return true;
	comp_reap(s);
	if (!s->fast.tx.size || outstanding_count(s))
		return false;
	hand_over_tx(s);
	return true;
}

static bool give_rx(struct zcxsk_socket *s)
{
	if (!s || socket_is_inherited(s) || !socket_has_rx_ring(s))
		return false;
	if (s->setup.own.rx_side)
		return true;
	if (!s->fast.rx.size)
		return false;
	hand_over_rx(s);
	return true;
}

/* ---- a queue ends ------------------------------------------------------------ */

static uint32_t at_least_0(uint32_t n)
{
	return (int32_t)n > 0 ? n : 0;
}

/* Both indices are the program's, so this needs nothing of the kernel. */
void own_rings_end(struct zcxsk_socket *s)
{
	struct own_rings *own = &s->setup.own;

	own->left = 0;
	if (own->rx_side)
		own->left += at_least_0(own->rx_base + *own->fill.producer - *own->rx.consumer);
	if (own->tx_side)
		own->left += at_least_0(own->tx_base + *own->tx.producer - *own->comp.consumer);
}

void own_rings_begin(struct zcxsk_socket *s)
{
	struct own_rings *own = &s->setup.own;

	own->left = 0;
	own->rx_base = own->rx.cached_cons - own->fill.cached_prod;
	own->tx_base = own->comp.cached_cons - own->tx.cached_prod;
}

/* ---- public ------------------------------------------------------------------ */

struct zcxsk_ring_cons *zcxsk_socket_rx_ring(struct zcxsk_socket *s)
{
	return give_rx(s) ? &s->setup.own.rx : NULL;
}

struct zcxsk_ring_prod *zcxsk_socket_fill_ring(struct zcxsk_socket *s)
{
	return give_rx(s) ? &s->setup.own.fill : NULL;
}

struct zcxsk_ring_prod *zcxsk_socket_tx_ring(struct zcxsk_socket *s)
{
	return give_tx(s) ? &s->setup.own.tx : NULL;
}

struct zcxsk_ring_cons *zcxsk_socket_completion_ring(struct zcxsk_socket *s)
{
	return give_tx(s) ? &s->setup.own.comp : NULL;
}
