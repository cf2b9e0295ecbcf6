/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fast.h - the part of a socket that a burst touches, laid out on cache lines,
 * so that the fast path of a burst is inline in the program: view and release
 * in rx.h, alloc and burst in tx.h. Everything else goes through the
 * zcxsk_fast_ slow-path functions declared at the end.
 *
 * Private: programs neither call these functions nor read these structs. The
 * layout is ABI.
 */
#ifndef ZCXSK_FAST_H
#define ZCXSK_FAST_H

#include <stdbool.h>
#include <zcxsk/packet.h>
#include <zcxsk/ring.h>

#define ZCXSK_FAST_LINE 64u /* bytes of a cache line on x86-64 and on most arm64 */

struct zcxsk_socket;

/* Limits that a packet's address and length have to respect. */
struct zcxsk_bounds {
	uint64_t size;	       /* UMEM size in bytes */
	uint64_t outside_mask; /* address bits outside `size` rounded up to a power of two */
	uint64_t bias;	       /* that power of two minus `size`; usually 0 */
	uint64_t frame_size;   /* bytes, a power of two */
	uint64_t frame_mask;   /* clears the offset within a frame */
};

/* Free frames; the one used last is on top, since the CPU cache still holds it. */
struct zcxsk_stack {
	uint32_t count;
	uint32_t capacity;
	uint64_t *frames; /* addresses */
};

/*
 * The loops over a burst, for one instruction set, and for UMEMs whose size is
 * a power of two (bias 0) or is not.
 */
struct zcxsk_loops {
	/*
	 * Stores the addresses of n received descriptors in addrs, always, in no
	 * particular order. Returns the sum of their lengths, or 0 if n is 0 or a
	 * descriptor may be out of bounds. The check is conservative: it may pair the
	 * largest address with the largest length.
	 */
	uint64_t (*post)(uint64_t *addrs, const struct zcxsk_packet *packets, uint32_t n,
			 const struct zcxsk_bounds *b);
	/*
	 * Copies n descriptors to send, always. Returns the sum of their lengths, or 0
	 * if one may be invalid. The check is conservative: it may pair the largest
	 * offset in a frame with the largest length.
	 */
	uint64_t (*copy)(struct zcxsk_packet *to, const struct zcxsk_packet *from, uint32_t n,
			 const struct zcxsk_bounds *b);
	/*
	 * Converts n completed addresses to frame addresses, with the offset in the
	 * frame cleared. Returns the bits in which any of them differs from the packets
	 * sent.
	 */
	uint64_t (*match_completions)(uint64_t *frames, const uint64_t *addrs,
				      const struct zcxsk_packet *sent, uint32_t n,
				      uint64_t frame_mask);
	/* The same, but stores packets of length len instead of frame addresses. */
	uint64_t (*recycle)(struct zcxsk_packet *packets, const uint64_t *addrs,
			    const struct zcxsk_packet *sent, uint32_t n, uint64_t frame_mask,
			    uint32_t len);
	/* Makes packets of length len from n frames. */
	void (*init_packets)(struct zcxsk_packet *packets, const uint64_t *frames, uint32_t n,
			     uint32_t len);
	/*
	 * Stores the frame addresses of n packets, in no particular order. Returns
	 * nonzero bits if one is outside the UMEM.
	 */
	uint64_t (*frame_addresses)(uint64_t *frames, const struct zcxsk_packet *packets,
				    uint32_t n, const struct zcxsk_bounds *b);
};

/* The first member of every socket. */
struct zcxsk_fast {
	struct zcxsk_ring_cons rx;
	struct zcxsk_ring_prod fill;
	struct zcxsk_ring_prod tx;
	struct zcxsk_ring_cons comp;

	/* Set at open, except the two limits. */
	struct zcxsk_stack *stack; /* its cache's; an empty one if each frame is checked */
	const struct zcxsk_loops *loops;
	struct zcxsk_bounds bounds;
	/*
	 * How many packets may be received, and up to which TX ring index packets may
	 * be sent, before the slow path has to check anything else: room, tx_limit,
	 * kick policy.
	 */
	int32_t rx_left;
	uint32_t tx_until;

	/*
	 * The last view handed out, if its frame addresses are already in the fill
	 * ring, past the posted ones. Releasing the whole view then only advances the
	 * ring's index. NULL if there is no such view.
	 */
	const struct zcxsk_packet *view;
	uint32_t view_count;
	uint32_t tx_kicked; /* TX ring index: descriptors before it are kicked */
	/*
	 * Counters, which other threads may read.
	 */
	uint64_t rx_bytes;
	uint64_t tx_allocated; /* frames from zcxsk_tx_alloc() */
	uint64_t tx_bytes;
	uint64_t tx_kicks_saved; /* checks that found no kick needed */
	/*
	 * Fill ring index up to which frames may be posted before the slow path has to
	 * check anything else. rx_left of these slots are reserved for received
	 * packets.
	 */
	uint32_t fill_until;
	uint32_t reserved[3];
};

/* A run of packets inside the RX ring. `packets` is valid even if count is 0. */
struct zcxsk_fast_view {
	const struct zcxsk_packet *packets;
	uint32_t count;
};

#define ZCXSK_FAST_LINE_OF(field) (offsetof(struct zcxsk_fast, field) / ZCXSK_FAST_LINE)

ZCXSK_STATIC_ASSERT(ZCXSK_FAST_LINE_OF(stack) == 4 && ZCXSK_FAST_LINE_OF(tx_until) == 4,
		    "constant fields and limits share a line");
ZCXSK_STATIC_ASSERT(ZCXSK_FAST_LINE_OF(view) == 5 && ZCXSK_FAST_LINE_OF(fill_until) == 5,
		    "fields that each burst changes share a line");
ZCXSK_STATIC_ASSERT(sizeof(struct zcxsk_fast) == 6 * ZCXSK_FAST_LINE, "six lines");

ZCXSK_BEGIN_DECLS

/* The fast-path part of a socket. `socket` must not be NULL. */
ZCXSK_INLINE struct zcxsk_fast *zcxsk_fast_of(struct zcxsk_socket *socket)
{
	return (struct zcxsk_fast *)(void *)socket;
}

/* Adds to a counter of the owner's. Relaxed: other threads only read the number. */
ZCXSK_INLINE void zcxsk_fast_count(uint64_t *counter, uint64_t n)
{
	ZCXSK_ADD_RELAXED(counter, n);
}

/* Length and flags as one number, so that a flag makes it larger than any frame. */
ZCXSK_INLINE uint64_t zcxsk_fast_length(const struct zcxsk_packet *p)
{
	return p->len | (uint64_t)p->flags << 32;
}

/* True if the packet lies in the UMEM, inside one frame, and has no flags. */
ZCXSK_INLINE bool zcxsk_fast_holds(const struct zcxsk_bounds *b, const struct zcxsk_packet *p)
{
	uint64_t left = 0 - (p->addr | b->frame_mask); /* in the frame, from addr on */

	return ZCXSK_LIKELY(p->addr < b->size) && ZCXSK_LIKELY(zcxsk_fast_length(p) - 1 < left);
}

/* True if n more fit before index `until`, which the ring may already have passed. */
ZCXSK_INLINE bool zcxsk_fast_fit(uint32_t n, uint32_t until, uint32_t index)
{
	return (int64_t)n <= (int32_t)(until - index);
}

/*
 * Checks n received packets and stores their addresses, like post above; sets
 * *bytes to the sum of their lengths. False if a packet may be invalid. A
 * single packet is checked here: the sign bit is set if it lies outside the
 * UMEM.
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

/*
 * Copies and checks n packets to send, like copy above; sets *bytes to the sum
 * of their lengths. False if a packet may be invalid.
 */
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
 * The full versions of zcxsk_rx_view(), zcxsk_packet_release(),
 * zcxsk_tx_alloc() and zcxsk_tx_burst(). They never block, except on the pool's
 * lock. Owner thread of the socket.
 */
ZCXSK_API struct zcxsk_fast_view zcxsk_fast_rx(struct zcxsk_socket *socket, uint32_t max);
ZCXSK_API uint32_t zcxsk_fast_release(struct zcxsk_socket *socket,
				      const struct zcxsk_packet *packets, uint32_t n);
ZCXSK_API uint32_t zcxsk_fast_alloc(struct zcxsk_socket *socket, struct zcxsk_packet *packets,
				    uint32_t n, uint32_t len);
ZCXSK_API uint32_t zcxsk_fast_tx(struct zcxsk_socket *socket, const struct zcxsk_packet *packets,
				 uint32_t n);

/* zcxsk_fast_rx() with the signature of zcxsk_rx_view(). */
ZCXSK_INLINE uint32_t zcxsk_fast_rx_any(struct zcxsk_socket *socket,
					const struct zcxsk_packet **packets, uint32_t max)
{
	struct zcxsk_fast_view view = zcxsk_fast_rx(socket, max);

	*packets = view.packets;
	return view.count;
}

/*
 * Call this after a burst was published and the kernel needs a wakeup. Kicks if
 * the kick policy finds a kick due. Never waits. Owner thread of the socket.
 */
ZCXSK_API void zcxsk_fast_kick(struct zcxsk_socket *socket);

ZCXSK_END_DECLS

#endif
