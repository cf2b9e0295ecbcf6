/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain.h - a socket as a careful user of libxdp has it: libxdp's own calls and
 * ring functions, and an XDP program of five instructions. It does not use the
 * library.
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
	uint32_t frames;    /* to send from, 0 = four rings full */
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
	uint32_t outstanding; /* frames sent and not yet back */
	int program, map, link;
	uint64_t calls;
	uint64_t completed;
	struct meter *meter; /* told of progress; NULL = nobody */
};

/* 0, or -errno with `why` filled. Waits for a queue that is still busy. */
int plain_open(struct plain *p, const struct plain_opts *opts, char *why);
void plain_close(struct plain *p);

/* Writes the packet into all frames that are sent from. */
void plain_fill_in(struct plain *p, const uint8_t *packet, uint32_t size);

/* Completed frames back onto the stack. */
void plain_reap(struct plain *p);
/* 0 or -errno. Repeats where the kernel took a part only, until the user wants to stop. */
int plain_kick(struct plain *p);
/* Publishes n reserved descriptors; a kick if the kernel asks. 0 or -errno. */
int plain_submit(struct plain *p, uint32_t n);
/*
 * Sends n packets in the frames on top of the stack; reap first. Without frames
 * or room it waits instead. How many went, or -errno.
 */
int plain_send(struct plain *p, uint32_t n, uint32_t size, bool spin);
/* Reaps, then kicks or sleeps, and reaps again. 0 or -errno. */
int plain_wait_to_send(struct plain *p, bool spin);
/* Packets in the RX ring, at most n; looks or sleeps once for them. */
uint32_t plain_peek(struct plain *p, uint32_t n, bool spin, uint32_t *at);
/* Gives frames to the kernel to receive into. */
void plain_refill(struct plain *p, const uint64_t *frames, uint32_t n);
/* Until every frame is home, at most DRAIN_MS. */
void plain_drain(struct plain *p);

#endif
