/* SPDX-License-Identifier: BSD-2-Clause */
/* clang-format off: the table keeps its lines */
/*
 * ring_chain.h - rings of packets between two threads, as a chain: of one link, but
 * for a while after a resize. The producer fills the last ring, the consumer
 * empties the first, goes on to the next when the producer has left it, and
 * frees it. A ring's ends are those of ring.h, with a thread as the other end.
 * The orderings, by label:
 *
 *  label   where          operation               partner  what it licenses
 *  ------  -------------  ----------------------  -------  -------------------------------
 *  HAND-A  prod_reserve   load-acquire consumer   HAND-D   we may overwrite the slot
 *  HAND-B  prod_submit    store-release producer  HAND-C   slot and frame are the other's
 *  HAND-C  cons_peek      load-acquire producer   HAND-B   we may read slot and frame
 *  HAND-D  cons_release   store-release consumer  HAND-A   the slot may be overwritten
 *  NEXT-B  chain_go_over  store-release next      NEXT-C   the ring left behind is the
 *                                                          consumer's, to empty and to free
 *  NEXT-C  chain_look_on  load-acquire next       NEXT-B   its producer index is final
 *  SIZE-B  chain_resize   release wanted          SIZE-C   the new ring is there
 *  SIZE-C  chain_go_over  acquire wanted          SIZE-B   it is ours to fill
 *
 * Whoever sleeps for want of packets or room is a matter of eventcount.h.
 */
/* clang-format on */
#ifndef ZCXSK_LIB_FRAMES_RING_CHAIN_H
#define ZCXSK_LIB_FRAMES_RING_CHAIN_H

#include <stdbool.h>
#include <zcxsk/packet.h>
#include <zcxsk/ring.h>

/*
 * Bytes between what two threads write: two cache lines, since processors fetch
 * them in pairs, and some on arm64 have lines of 128.
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
	/* The producer's. */
	_Alignas(CHAIN_APART) struct zcxsk_ring_prod in;
	struct chain_link *last;
	uint64_t pushed; /* packets */
	/* The consumer's. */
	_Alignas(CHAIN_APART) struct zcxsk_ring_cons out;
	struct chain_link *first;
	uint64_t popped;
	/* Written by those who resize. */
	_Alignas(CHAIN_APART) struct chain_link *wanted; /* to go over to; NULL = none */
	uint32_t size;					 /* as last asked for */
};

ZCXSK_STATIC_ASSERT(offsetof(struct chain_link, consumer) == CHAIN_APART &&
			    offsetof(struct chain_link, next) == 2 * CHAIN_APART &&
			    offsetof(struct chain_link, entries) == 3 * CHAIN_APART,
		    "indices of two threads lie apart");
ZCXSK_STATIC_ASSERT(offsetof(struct chain, out) == CHAIN_APART &&
			    offsetof(struct chain, wanted) == 2 * CHAIN_APART,
		    "what two threads write lies apart");

/* Sizes are in entries, powers of two. 0 or -ENOMEM. */
int chain_open(struct chain *chain, uint32_t size);
/* Nobody uses it any more. */
void chain_close(struct chain *chain);

/* From the producer's next look on. One thread at a time, any. 0 or -ENOMEM. */
int chain_resize(struct chain *chain, uint32_t size);

/* Producer: leaves its ring for the wanted one. */
void chain_go_over(struct chain *chain);
/* Consumer: its ring is empty; looks again, in the next ring where there is one. */
uint32_t chain_look_on(struct chain *chain, uint32_t max, uint32_t *index);

/* The end to reserve at, and to submit. */
static inline struct zcxsk_ring_prod *chain_in(struct chain *c)
{
	/* Relaxed: chain_go_over() takes it with SIZE-C. */
	if (ZCXSK_UNLIKELY(__atomic_load_n(&c->wanted, __ATOMIC_RELAXED) != NULL))
		chain_go_over(c);
	return &c->in;
}

/* Peeks at up to max entries of chain->out, where they are to be released. */
static inline uint32_t chain_look(struct chain *c, uint32_t max, uint32_t *index)
{
	uint32_t n = zcxsk_ring_cons_peek(&c->out, max, index);

	return ZCXSK_LIKELY(n) ? n : chain_look_on(c, max, index);
}

/* Relaxed, these: readings for others, of counters that only we write. */
static inline void chain_count_pushed(struct chain *c, uint32_t n)
{
	__atomic_store_n(&c->pushed, c->pushed + n, __ATOMIC_RELAXED);
}

static inline void chain_count_popped(struct chain *c, uint32_t n)
{
	__atomic_store_n(&c->popped, c->popped + n, __ATOMIC_RELAXED);
}

/* Packets in the chain, exactly only while nobody pushes or pops. Any thread. */
uint64_t chain_count(const struct chain *chain);
/* Entries as last asked for. Any thread. */
uint32_t chain_size(const struct chain *chain);

#endif
