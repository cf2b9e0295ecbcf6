/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * strays.h - packets whose completions are missing while later ones arrive. They are set aside,
 * so that the window of packets in flight moves on, and given up after `lost_ns`: their frames
 * stay out of circulation until a completion arrives after all, or the queue is rebuilt.
 */
#ifndef ZCXSK_LIB_DATAPATH_STRAYS_H
#define ZCXSK_LIB_DATAPATH_STRAYS_H

#include "datapath/outstanding.h"

struct stray {
	struct zcxsk_packet packet;
	uint64_t token;
	uint64_t since_ns; /* when it was set aside */
};

/* Allocates for a TX ring of tx_ring_size entries. Returns 0 or -ENOMEM. */
int strays_init(struct zcxsk_socket *s, uint32_t tx_ring_size);
void strays_free(struct zcxsk_socket *s);

/* The rings are new: there are no strays. */
void strays_start(struct zcxsk_socket *s);

/* A packet was completed before an older one: bounds how far completions are searched. */
void strays_bound_window(struct zcxsk_socket *s);

/*
 * Moves the window on until it has `wanted` free slots or no later packet has completed. With
 * tokens in order the packets that block it are given up: later tokens wait for them.
 */
void strays_make_room(struct zcxsk_socket *s, uint32_t wanted);

/* A completion arrived. Returns true if it is of a stray, or of a packet that was given up. */
bool strays_complete(struct zcxsk_socket *s, uint64_t addr);

/* The one packet in flight will not be completed. */
void strays_give_up_last(struct zcxsk_socket *s);

/* Sets aside what blocks the window, and gives up what is due. Call it if strays_any(). */
void strays_check(struct zcxsk_socket *s, uint64_t now);

/* The queue of the packets that were given up is gone, and their frames were recovered. */
void strays_forget_lost(struct zcxsk_socket *s);

/* Completions are missing while later ones have arrived. */
static inline bool strays_any(const struct zcxsk_socket *s)
{
	return s->out.early_count || s->out.strays.count;
}

/* When strays_check() has to be called next; UINT64_MAX = never. */
uint64_t strays_due(const struct zcxsk_socket *s);

/* The packet that was set aside first; NULL if there is none. */
const struct zcxsk_packet *strays_oldest(const struct zcxsk_socket *s);

#endif
