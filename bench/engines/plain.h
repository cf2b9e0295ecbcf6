/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain.h - a socket as a careful user of libxdp writes it: libxdp's own calls and
 * ring functions, and an XDP program of five instructions, without this library.
 */
#ifndef ZCXSK_BENCH_PLAIN_H
#define ZCXSK_BENCH_PLAIN_H

#include <xdp/xsk.h>

#include "meter.h"
#include "packet.h"

struct plain_opts {
	const char *ifname;
	const char *mode; /* one of the three names */
	uint32_t queue;
	uint32_t ring_size; /* 0 = PLAIN_RING */
	uint32_t tx_ring;   /* 0 = ring_size */
	uint32_t frames;    /* to send from, 0 = four full rings */
	uint32_t packet_size;
	uint32_t wait_ms; /* longest sleep, 0 = WAIT_MS */
	bool sends, receives;
	bool busy_poll;
};

enum {
	PLAIN_RING = 2048, /* entries of the RX, TX and completion ring; the fill ring has twice */
	PLAIN_BATCH_MAX = 2048,
};

struct plain {
	struct xsk_umem *umem;
	struct xsk_socket *xsk;
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons rx, completion;
	uint8_t *area;
	size_t area_size;
	uint64_t *free_frames; /* a stack */
	uint32_t free_count;
	uint32_t frame_size;
	uint32_t ring_size;
	uint32_t tx_ring;
	uint32_t frames;
	int wait_ms;
	bool busy_poll;
	uint32_t outstanding; /* frames in flight */
	int program, map, link;
	uint64_t calls;
	uint64_t completed;
	struct meter *meter; /* records progress; may be NULL */
};

/* Waits for a queue that is still busy. 0, or -errno with `why` filled. */
int plain_open(struct plain *p, const struct plain_opts *opts, char *why);
/* Tries zero-copy, native-copy and generic-copy if opts->mode is NULL, and sets it. */
int plain_open_best(struct plain *p, struct plain_opts *opts, char *why);
void plain_close(struct plain *p);

/* Writes the packet into all frames that are sent from. */
void plain_fill_in(struct plain *p, const uint8_t *packet, uint32_t size);

/* Pushes completed frames onto the stack. */
void plain_reap(struct plain *p);
/* Kicks until the kernel has taken everything, or the user wants to stop. 0 or -errno. */
int plain_kick(struct plain *p);
/* Publishes n reserved descriptors; kicks if the kernel needs a wakeup. 0 or -errno. */
int plain_submit(struct plain *p, uint32_t n);
/*
 * Sends n packets in the frames on top of the stack; reap first. Without frames
 * or room it waits instead. Returns how many were sent, or -errno.
 */
int plain_send(struct plain *p, uint32_t n, uint32_t size, bool spin);
/* Reaps, then kicks or sleeps, and reaps again. 0 or -errno. */
int plain_wait_to_send(struct plain *p, bool spin);
/* Peeks at up to n packets in the RX ring; polls or sleeps once if there are none. */
uint32_t plain_peek(struct plain *p, uint32_t n, bool spin, uint32_t *at);
/*
 * Moves n peeked packets into n reserved TX descriptors, applying `turn` to each,
 * and releases them. `frames` gets as many free frames for the fill ring.
 */
void plain_turn_around(struct plain *p, uint32_t from, uint32_t to, uint32_t n, uint64_t *frames,
		       void (*turn)(uint8_t *bytes, uint32_t size));
/* Posts frames to the fill ring. */
void plain_refill(struct plain *p, const uint64_t *frames, uint32_t n);
/* Waits until no frame is in flight, at most DRAIN_MS. */
void plain_drain(struct plain *p);

#endif
