/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watcher.h - knows by itself where each frame and each packet is: the test
 * says what the application does, the simulated kernel tells its side. Between
 * them the socket under test does its work, and whatever does not fit is kept
 * in words. Packets are numbered; the number is their first eight bytes.
 */
#ifndef TESTS_SUPPORT_WATCHER_H
#define TESTS_SUPPORT_WATCHER_H

#include <stdbool.h>
#include <zcxsk/packet.h>
#include <zcxsk/sim.h>

#define WATCHER_FRAMES 512u
#define WATCHER_PACKETS 8192u

enum seat {
	SEAT_FREE,	  /* in cache, pool or fill ring */
	SEAT_APPLICATION, /* held by the test */
	SEAT_SENDING,	  /* sent, not completed */
	SEAT_RECEIVING,	  /* taken from the fill ring */
	SEAT_ARRIVED,	  /* on the RX ring */
	SEAT_NONE,	  /* of an address that is no frame's */
};

enum fate {
	FATE_NONE,	/* not sent */
	FATE_OUT,	/* sent, and nothing heard of it */
	FATE_DONE,	/* completed */
	FATE_KEPT,	/* will never be completed */
	FATE_ABANDONED, /* lost with its queue */
};

struct watcher {
	unsigned char *memory;
	uint32_t frame_size;
	struct {
		enum seat seat;
		uint32_t packet; /* that is sent in it */
	} frames[WATCHER_FRAMES];
	struct {
		uint8_t fate;
		bool wants_token;
		bool told;
	} packets[WATCHER_PACKETS];
	uint32_t sent;	    /* packets so far; the number of the next */
	uint32_t on_wire;   /* number that the device may send next */
	uint32_t arriving;  /* number of the next packet that arrives */
	uint32_t arrived;   /* number that the test may receive next */
	uint32_t first_out; /* before it, each packet is done */
	uint32_t held;	    /* frames with the application */
	char wrong[160];    /* the first thing that does not fit; "" = none */
};

void watcher_init(struct watcher *w, void *memory, uint32_t frame_size);

/* The simulated kernel's option `event`; the context is the watcher. */
void watcher_event(void *watcher, enum zcxsk_sim_event event, uint64_t addr, uint32_t len);

/* The application gets frames of zcxsk_tx_alloc(), and gives some back. */
void watcher_allocated(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n);
void watcher_released(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n);
/* It receives packets; numbered tells whether they carry numbers. */
void watcher_received(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n,
		      bool numbered);

/*
 * It is about to send packets from frames that it holds: writes their numbers.
 * Afterwards, how many were taken.
 */
void watcher_send(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n, bool tokens);
void watcher_taken(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n,
		   uint32_t taken);
/* The same for one that is copied, from data. */
void watcher_send_copy(struct watcher *w, void *data);
void watcher_copy_taken(struct watcher *w, bool taken);

/* A token, which is the packet's number, is told. */
void watcher_told(struct watcher *w, uint64_t token, bool in_order);
/* Tokens that must have been told by now and were not. */
uint32_t watcher_unreported(const struct watcher *w, bool in_order);

/* Before the first try of a rebuild, which discards what waits on the RX ring. */
void watcher_discarded(struct watcher *w);
/* The queue is a new one. Returns the packets that were out. */
uint32_t watcher_rebuilt(struct watcher *w);

/* Packets with such a fate. */
uint32_t watcher_count(const struct watcher *w, enum fate fate);

#endif
