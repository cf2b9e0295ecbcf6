/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * orderings.c - the memory orderings of include/zcxsk/ring.h, lib/frames/eventcount.h and
 * lib/datapath/totals.h, each in a function named by its letter, for orderings.sh to
 * disassemble. Never called.
 */
#include <zcxsk/ring.h>
#include <zcxsk/tx.h>

#include "datapath/totals.h"
#include "frames/eventcount.h"

uint32_t order_a(struct zcxsk_ring_prod *r);
void order_b(struct zcxsk_ring_prod *r);
uint32_t order_c(struct zcxsk_ring_cons *r);
void order_d(struct zcxsk_ring_cons *r);
int order_w(struct zcxsk_ring_prod *r);
void order_eventcount(struct eventcount *b, uint32_t *change);
uint32_t order_burst(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n);
void order_skip_b(struct zcxsk_socket *s, uint32_t index);
uint64_t order_skip_c(const struct zcxsk_socket *s);

uint32_t order_a(struct zcxsk_ring_prod *r)
{
	return zcxsk_ring_prod_room(r, 1);
}

void order_b(struct zcxsk_ring_prod *r)
{
	zcxsk_ring_prod_submit(r);
}

uint32_t order_c(struct zcxsk_ring_cons *r)
{
	return zcxsk_ring_cons_count(r, 1);
}

void order_d(struct zcxsk_ring_cons *r)
{
	zcxsk_ring_cons_release(r);
}

int order_w(struct zcxsk_ring_prod *r)
{
	zcxsk_ring_prod_submit(r);
	return zcxsk_ring_prod_needs_wakeup(r);
}

void order_eventcount(struct eventcount *b, uint32_t *change)
{
	*change = 1;
	eventcount_notify(b);
}

uint32_t order_burst(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	return zcxsk_tx_burst(s, packets, n);
}

void order_skip_b(struct zcxsk_socket *s, uint32_t index)
{
	totals_skip(s, index, 1);
	zcxsk_ring_move(&s->fast.rx.cached_cons, index);
}

uint64_t order_skip_c(const struct zcxsk_socket *s)
{
	return totals_received(s);
}
