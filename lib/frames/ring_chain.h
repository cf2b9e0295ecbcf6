/* SPDX-License-Identifier: BSD-2-Clause */
/* clang-format off: the table keeps its lines */
/*
 * ring_chain.h - a chain of packet rings between two threads. It has one ring,
 * except for a while after a resize. The producer fills the last ring. The
 * consumer empties the first; once the producer has left that, the consumer frees
 * it and goes on to the next. Each ring is used as in ring.h, with a thread
 * instead of the kernel at the other end. The orderings, by label:
 *
 *  label   where          operation               partner  what it licenses
 *  ------  -------------  ----------------------  -------  -------------------------------
 *  HAND-A  prod_reserve   load-acquire consumer   HAND-D   we may overwrite the slot
 *  HAND-B  prod_submit    store-release producer  HAND-C   slot and frame are the consumer's
 *  HAND-C  cons_peek      load-acquire producer   HAND-B   we may read slot and frame
 *  HAND-D  cons_release   store-release consumer  HAND-A   the slot may be overwritten
 *  NEXT-B  chain_switch   store-release next      NEXT-C   the consumer may empty and free
 *                                                          the old ring
 *  NEXT-C  peek_next      load-acquire next       NEXT-B   its producer index is final
 *  SIZE-B  chain_resize   release wanted          SIZE-C   the new ring is initialized
 *  SIZE-C  chain_switch   acquire wanted          SIZE-B   we may fill it
 *
 * Sleeping until there are packets or room is up to eventcount.h.
 */
/* clang-format on */
#ifndef ZCXSK_LIB_FRAMES_RING_CHAIN_H
#define ZCXSK_LIB_FRAMES_RING_CHAIN_H

#include <stdbool.h>
#include <zcxsk/packet.h>
#include <zcxsk/ring.h>

/*
 * Bytes between data that two threads write: two cache lines, since processors
 * prefetch them in pairs and some arm64 ones have lines of 128 bytes.
 */
#define CHAIN_APART 128

struct chain_link {
	_Alignas(CHAIN_APART) uint32_t producer;
	_Alignas(CHAIN_APART) uint32_t consumer;
	_Alignas(CHAIN_APART) struct chain_link *next; /* NULL while the producer fills this */
	uint32_t size;
	_Alignas(CHAIN_APART) struct zcxsk_packet entries[];
};

struct chain {
	/* Used by the producer only. */
	_Alignas(CHAIN_APART) struct zcxsk_ring_prod in;
	struct chain_link *last;
	uint64_t pushed; /* packets */
	/* Used by the consumer only. */
	_Alignas(CHAIN_APART) struct zcxsk_ring_cons out;
	struct chain_link *first;
	uint64_t popped;
	/* Written by a thread that resizes. */
	_Alignas(CHAIN_APART) struct chain_link *wanted; /* the producer's next ring, or NULL */
	uint32_t size;					 /* as last requested */
};

ZCXSK_STATIC_ASSERT(offsetof(struct chain_link, consumer) == CHAIN_APART &&
			    offsetof(struct chain_link, next) == 2 * CHAIN_APART &&
			    offsetof(struct chain_link, entries) == 3 * CHAIN_APART,
		    "the indices of two threads are on different cache lines");
ZCXSK_STATIC_ASSERT(offsetof(struct chain, out) == CHAIN_APART &&
			    offsetof(struct chain, wanted) == 2 * CHAIN_APART,
		    "data of two threads is on different cache lines");

/* Sizes are in entries, powers of two. 0 or -ENOMEM. */
int chain_open(struct chain *chain, uint32_t size);
/* Frees the rings. No thread may use the chain any more. */
void chain_close(struct chain *chain);

/* Takes effect at the next push. Any thread, one at a time. 0 or -ENOMEM. */
int chain_resize(struct chain *chain, uint32_t size);

/* Producer: switches to the wanted ring. */
void chain_switch(struct chain *chain);
/* Consumer, whose ring is empty: peeks again, in the next ring if there is one. */
uint32_t chain_peek_next(struct chain *chain, uint32_t max, uint32_t *index);

/* The ring in which the producer reserves and submits. */
static inline struct zcxsk_ring_prod *chain_in(struct chain *c)
{
	/* Relaxed: chain_switch() takes it with SIZE-C. */
	if (ZCXSK_UNLIKELY(__atomic_load_n(&c->wanted, __ATOMIC_RELAXED) != NULL))
		chain_switch(c);
	return &c->in;
}

/* Peeks at up to max entries. The caller releases them in chain->out. */
static inline uint32_t chain_peek(struct chain *c, uint32_t max, uint32_t *index)
{
	uint32_t n = zcxsk_ring_cons_peek(&c->out, max, index);

	return ZCXSK_LIKELY(n) ? n : chain_peek_next(c, max, index);
}

/* Relaxed: one thread writes each counter, others only read it. */
static inline void chain_count_pushed(struct chain *c, uint32_t n)
{
	__atomic_store_n(&c->pushed, c->pushed + n, __ATOMIC_RELAXED);
}

static inline void chain_count_popped(struct chain *c, uint32_t n)
{
	__atomic_store_n(&c->popped, c->popped + n, __ATOMIC_RELAXED);
}

/* Packets in the chain; exact while no thread pushes or pops. Any thread. */
uint64_t chain_count(const struct chain *chain);
/* Entries as last requested. Any thread. */
uint32_t chain_size(const struct chain *chain);

#endif
