/* SPDX-License-Identifier: BSD-2-Clause */
/* ring_chain.c - creates, switches to, empties and frees the rings of a chain. */
#include "frames/ring_chain.h"

#include <errno.h>
#include <stdlib.h>

/* Indices start just below their wrap, so that every program tests the wrap. */
#define FIRST_INDEX (UINT32_MAX - 3)

static struct chain_link *link_new(uint32_t size)
{
	size_t bytes = sizeof(struct chain_link) + size * sizeof(struct zcxsk_packet);
	struct chain_link *l =
		aligned_alloc(CHAIN_APART, (bytes + CHAIN_APART - 1) / CHAIN_APART * CHAIN_APART);

	if (!l)
		return NULL;
	l->producer = l->consumer = FIRST_INDEX;
	l->next = NULL;
	l->size = size;
	return l;
}

static void begin_filling(struct chain *c, struct chain_link *l)
{
	c->last = l;
	c->in = (struct zcxsk_ring_prod){.cached_prod = FIRST_INDEX,
					 .cached_cons = FIRST_INDEX + l->size,
					 .mask = l->size - 1,
					 .size = l->size,
					 .producer = &l->producer,
					 .consumer = &l->consumer,
					 .entries = l->entries};
}

static void begin_emptying(struct chain *c, struct chain_link *l)
{
	c->first = l;
	c->out = (struct zcxsk_ring_cons){.cached_prod = FIRST_INDEX,
					  .cached_cons = FIRST_INDEX,
					  .mask = l->size - 1,
					  .size = l->size,
					  .producer = &l->producer,
					  .consumer = &l->consumer,
					  .entries = l->entries};
}

int chain_open(struct chain *c, uint32_t size)
{
	struct chain_link *l = link_new(size);

	if (!l)
		return -ENOMEM;
	begin_filling(c, l);
	begin_emptying(c, l);
	c->pushed = c->popped = 0;
	c->wanted = NULL;
	c->size = size;
	return 0;
}

void chain_close(struct chain *c)
{
	for (struct chain_link *l = c->first, *next; l; l = next) {
		next = l->next;
		free(l);
	}
	free(c->wanted);
}

int chain_resize(struct chain *c, uint32_t size)
{
	struct chain_link *unused, *l = link_new(size);

	if (!l)
		return -ENOMEM;
	/* SIZE-B: pairs with SIZE-C. A ring that the producer never took is ours again. */
	unused = __atomic_exchange_n(&c->wanted, l, __ATOMIC_ACQ_REL);
	free(unused);
	__atomic_store_n(&c->size, size, __ATOMIC_RELAXED);
	return 0;
}

void chain_switch(struct chain *c)
{
	/* SIZE-C: pairs with SIZE-B. Never NULL, but possibly a newer ring than was seen. */
	struct chain_link *l = __atomic_exchange_n(&c->wanted, NULL, __ATOMIC_ACQUIRE);
	struct chain_link *left = c->last;

	begin_filling(c, l);
	/* NEXT-B: pairs with NEXT-C. The producer's last access to the old ring. */
	__atomic_store_n(&left->next, l, __ATOMIC_RELEASE);
}

uint32_t chain_peek_next(struct chain *c, uint32_t max, uint32_t *index)
{
	uint32_t n = 0;

	while (!n && max) {
		struct chain_link *left = c->first;
		/* NEXT-C: pairs with NEXT-B. */
		struct chain_link *next = __atomic_load_n(&left->next, __ATOMIC_ACQUIRE);

		if (ZCXSK_LIKELY(!next))
			break;
		/* The producer may have added packets before it left the ring. */
		if (!zcxsk_ring_cons_ready(&c->out)) {
			begin_emptying(c, next);
			free(left);
		}
		n = zcxsk_ring_cons_peek(&c->out, max, index);
	}
	return n;
}

uint64_t chain_count(const struct chain *c)
{
	/* Relaxed: read at two moments, so the difference may be negative. */
	uint64_t popped = __atomic_load_n(&c->popped, __ATOMIC_RELAXED);
	uint64_t pushed = __atomic_load_n(&c->pushed, __ATOMIC_RELAXED);

	return pushed > popped ? pushed - popped : 0;
}

uint32_t chain_size(const struct chain *c)
{
	return __atomic_load_n(&c->size, __ATOMIC_RELAXED);
}
