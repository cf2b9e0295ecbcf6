/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fast.h - what a burst touches of a socket, laid out on cache lines, so that the
 * common case of a burst is inline in the program: view and release in rx.h, alloc
 * and burst in tx.h. What is out of the ordinary is left to the library, by the
 * zcxsk_fast_ functions at the end.
 *
 * Nothing in this file is for programs to call or to look into. Layout is ABI.
 */
#ifndef ZCXSK_FAST_H
#define ZCXSK_FAST_H

#include <stdbool.h>
#include <zcxsk/packet.h>
#include <zcxsk/ring.h>

#define ZCXSK_FAST_LINE 64u /* bytes of a cache line on x86-64 and on most arm64 */

struct zcxsk_socket;

/* What the packets of a socket may be. */
struct zcxsk_bounds {
	uint64_t size;	     /* of the UMEM in bytes */
	uint64_t over;	     /* the bits above it, rounded up to a power of two */
	uint64_t bias;	     /* from the UMEM's size to that power of two; mostly 0 */
	uint64_t frame_size; /* bytes, a power of two */
	uint64_t frame_mask; /* clears the offset in a frame */
};

/* Free frames at hand, the warmest on top. */
struct zcxsk_stack {
	uint32_t count;
	uint32_t capacity;
	uint64_t *frames; /* addresses */
};

/* The loops over a burst, for one kind of machine, and for UMEMs with a bias or without. */
struct zcxsk_loops {
	/*
	 * Looks at n received packets, and writes down their addresses, in any order and
	 * in any case. Returns their bytes; 0 when there are none, or one of them may
	 * not be right: the largest address and the largest length may be taken together
	 * for that, rather than each packet's own.
	 */
	uint64_t (*post)(uint64_t *addrs, const struct zcxsk_packet *packets, uint32_t n,
			 const struct zcxsk_bounds *b);
	/*
	 * Looks at n packets to send, and copies them, all of them in any case. Returns
	 * likewise; the largest offset in a frame and the largest length go together.
	 */
	uint64_t (*copy)(struct zcxsk_packet *to, const struct zcxsk_packet *from, uint32_t n,
			 const struct zcxsk_bounds *b);
	/*
	 * Takes n completions as frames: each address without its offset.
	 * Returns the bits in which any differs from what was sent.
	 */
	uint64_t (*land)(uint64_t *frames, const uint64_t *addrs, const struct zcxsk_packet *sent,
			 uint32_t n, uint64_t frame_mask);
	/* The same, as packets of that length. */
	uint64_t (*recycle)(struct zcxsk_packet *packets, const uint64_t *addrs,
			    const struct zcxsk_packet *sent, uint32_t n, uint64_t frame_mask,
			    uint32_t len);
	/* Makes packets of that length of n frames. */
	void (*dress)(struct zcxsk_packet *packets, const uint64_t *frames, uint32_t n,
		      uint32_t len);
	/*
	 * Takes n packets' frames, in any order. Returns bits that are set when one is
	 * outside the UMEM.
	 */
	uint64_t (*strip)(uint64_t *frames, const struct zcxsk_packet *packets, uint32_t n,
			  const struct zcxsk_bounds *b);
};

/* The first member of every socket. */
struct zcxsk_fast {
	struct zcxsk_ring_cons rx;
	struct zcxsk_ring_prod fill;
	struct zcxsk_ring_prod tx;
	struct zcxsk_ring_cons comp;

	/* What the socket is. */
	struct zcxsk_stack *stack; /* its cache's; one that stays empty where each is looked at */
	const struct zcxsk_loops *loops;
	struct zcxsk_bounds bounds;
	/*
	 * So many packets may be received, and up to this index of the TX ring packets
	 * be sent, without a look at anything else: room, window, policy.
	 */
	int32_t rx_left;
	uint32_t tx_until;

	/*
	 * The packets received last, while their frames stand in the fill ring behind
	 * those that are posted: given back all together, they are posted by a step of
	 * its index. NULL: they do not.
	 */
	const struct zcxsk_packet *view;
	uint32_t view_count;
	uint32_t tx_kicked; /* TX ring index: those before it have been kicked for */
	/* Counters. Those that change together stand apart: compilers make more of a pair. */
	uint64_t tx_packets;
	uint64_t rx_bytes;
	uint64_t tx_bytes;
	uint64_t tx_kicks_saved; /* looks that found no need of one */
	uint32_t tx_allocated;	 /* frames, by zcxsk_tx_alloc(); only differences count */
	/*
	 * Fill ring index up to which frames may be posted without a look at anything
	 * else; as many as rx_left of these are for the packets to come.
	 */
	uint32_t fill_until;
	uint64_t reserved;
};

/* Packets where they stand in the RX ring; none: still a place. */
struct zcxsk_fast_view {
	const struct zcxsk_packet *packets;
	uint32_t count;
};

#define ZCXSK_FAST_LINE_OF(field) (offsetof(struct zcxsk_fast, field) / ZCXSK_FAST_LINE)

ZCXSK_STATIC_ASSERT(ZCXSK_FAST_LINE_OF(stack) == 4 && ZCXSK_FAST_LINE_OF(tx_until) == 4,
		    "what the socket is: a line");
ZCXSK_STATIC_ASSERT(ZCXSK_FAST_LINE_OF(view) == 5 && ZCXSK_FAST_LINE_OF(fill_until) == 5,
		    "what each burst changes: a line");
ZCXSK_STATIC_ASSERT(sizeof(struct zcxsk_fast) == 6 * ZCXSK_FAST_LINE, "six lines");

ZCXSK_BEGIN_DECLS

/* Of a socket, which is not NULL. */
ZCXSK_INLINE struct zcxsk_fast *zcxsk_fast_of(struct zcxsk_socket *socket)
{
	return (struct zcxsk_fast *)(void *)socket;
}

/* Length and flags as one number: a flag makes it larger than any frame. */
ZCXSK_INLINE uint64_t zcxsk_fast_length(const struct zcxsk_packet *p)
{
	return p->len | (uint64_t)p->flags << 32;
}

/* A place in the UMEM and a length, all of it in one frame, and no flags. */
ZCXSK_INLINE bool zcxsk_fast_holds(const struct zcxsk_bounds *b, const struct zcxsk_packet *p)
{
	uint64_t left = 0 - (p->addr | b->frame_mask); /* of the frame, from there on */

	return ZCXSK_LIKELY(p->addr < b->size) && ZCXSK_LIKELY(zcxsk_fast_length(p) - 1 < left);
}

/* Whether n more fit in front of `until`, which a ring may have passed. */
ZCXSK_INLINE bool zcxsk_fast_fit(uint32_t n, uint32_t until, uint32_t index)
{
	return (int64_t)n <= (int32_t)(until - index);
}

/*
 * Looks at n received packets: *bytes of them, and their addresses, as post above. False
 * when one may not be right. One packet is looked at by itself: a sign says that it is
 * outside.
 */
ZCXSK_INLINE bool zcxsk_fast_post(const struct zcxsk_fast *h, uint64_t *addrs,
				  const struct zcxsk_packet *p, uint32_t n, uint64_t *bytes)
{
	uint64_t addr;

	if (n != 1) {
		*bytes = h->loops->post(addrs, p, n, &h->bounds);
		return ZCXSK_LIKELY(*bytes != 0);
	}
	addr = p->addr;
	*bytes = p->len;
	*addrs = addr;
	if (ZCXSK_LIKELY((int64_t)(addr | (h->bounds.size - addr - *bytes)) >= 0))
		return true;
	return false;
}

/* Whether n packets to send are right without doubt, and then *bytes of them, as copy above. */
ZCXSK_INLINE bool zcxsk_fast_copy(const struct zcxsk_fast *h, struct zcxsk_packet *to,
				  const struct zcxsk_packet *from, uint32_t n, uint64_t *bytes)
{
	if (n != 1)
		return (*bytes = h->loops->copy(to, from, n, &h->bounds)) != 0;
	*to = *from;
	*bytes = zcxsk_fast_length(from);
	return zcxsk_fast_holds(&h->bounds, from);
}

/*
 * zcxsk_rx_view(), zcxsk_packet_release(), zcxsk_tx_alloc() and zcxsk_tx_burst() in
 * full. Do not block, but for the pool's lock; for the socket's thread.
 */
ZCXSK_API struct zcxsk_fast_view zcxsk_fast_rx(struct zcxsk_socket *socket, uint32_t max);
ZCXSK_API uint32_t zcxsk_fast_release(struct zcxsk_socket *socket,
				      const struct zcxsk_packet *packets, uint32_t n);
ZCXSK_API uint32_t zcxsk_fast_alloc(struct zcxsk_socket *socket, struct zcxsk_packet *packets,
				    uint32_t n, uint32_t len);
ZCXSK_API uint32_t zcxsk_fast_tx(struct zcxsk_socket *socket, const struct zcxsk_packet *packets,
				 uint32_t n);

/* The first of them, as zcxsk_rx_view() gives its answer. */
ZCXSK_INLINE uint32_t zcxsk_fast_rx_any(struct zcxsk_socket *socket,
					const struct zcxsk_packet **packets, uint32_t max)
{
	struct zcxsk_fast_view view = zcxsk_fast_rx(socket, max);

	*packets = view.packets;
	return view.count;
}

/*
 * After a burst was published and the kernel asks for a kick: makes it if the
 * kick policy finds it due. Never waits; for the socket's thread.
 */
ZCXSK_API void zcxsk_fast_kick(struct zcxsk_socket *socket);

ZCXSK_END_DECLS

#endif
