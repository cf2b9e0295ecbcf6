/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watcher.h - tracks the place of each frame and packet independently of the socket under
 * test: the test reports the application's actions, the simulated kernel reports its own.
 * A contradiction is recorded as text. Packets are numbered; the number is their first
 * eight bytes.
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
	SEAT_NONE,	  /* of an address that is not a frame */
};

enum fate {
	FATE_NONE,	/* not sent */
	FATE_IN_FLIGHT, /* sent, not completed */
	FATE_DONE,	/* completed */
	FATE_KEPT,	/* will never be completed */
	FATE_ABANDONED, /* lost with its queue */
};

struct watcher {
	unsigned char *memory;
	uint32_t frame_size;
	struct {
		enum seat seat;
		uint32_t packet; /* the packet sent in this frame */
	} frames[WATCHER_FRAMES];
	struct {
		uint8_t fate;
		bool wants_token;
		bool reported;
		bool given_up; /* by the socket, which reports later tokens from then on */
	} packets[WATCHER_PACKETS];
	uint32_t sent;		  /* packets sent so far; the number of the next */
	uint32_t on_wire;	  /* number that the device may send next */
	uint32_t arriving;	  /* number of the next packet that arrives */
	uint32_t arrived;	  /* number that the test may receive next */
	uint32_t first_in_flight; /* all packets before it are completed */
	uint32_t held;		  /* frames with the application */
	char error[160];	  /* the first contradiction; "" = none */
};

void watcher_init(struct watcher *w, void *memory, uint32_t frame_size);

/* For the simulated kernel's option `event`; the context is the watcher. */
void watcher_event(void *watcher, enum zcxsk_sim_event event, uint64_t addr, uint32_t len);

/* The application allocates frames by zcxsk_tx_alloc(), and releases frames. */
void watcher_allocated(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n);
void watcher_released(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n);
/* The application receives packets; `numbered` is true if they carry numbers. */
void watcher_received(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n,
		      bool numbered);

/*
 * The application is about to send packets from frames that it holds: writes their numbers.
 * Afterwards it reports how many were accepted.
 */
void watcher_send(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n, bool tokens);
void watcher_taken(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n,
		   uint32_t taken);
/* The same for a packet that is copied from data. */
void watcher_send_copy(struct watcher *w, void *data);
void watcher_copy_taken(struct watcher *w, bool taken);

/* A token, which is the packet's number, is reported. */
void watcher_reported(struct watcher *w, uint64_t token, bool in_order);
/* The number of tokens that should have been reported and were not. */
uint32_t watcher_unreported(const struct watcher *w, bool in_order);

/* The socket gave up the packet in this frame. */
void watcher_gave_up(struct watcher *w, uint32_t frame);

/* Called before the first try of a rebuild, which discards the packets in the RX ring. */
void watcher_discarded(struct watcher *w);
/* The queue was replaced. Returns the number of packets that were in flight. */
uint32_t watcher_rebuilt(struct watcher *w);

/* The number of packets with this fate. */
uint32_t watcher_count(const struct watcher *w, enum fate fate);

#endif
