/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.h - the private structs that more than one file looks into.
 */
#ifndef ZCXSK_LIB_DATAPATH_SOCKET
#define ZCXSK_LIB_DATAPATH_SOCKET

#include <stdbool.h>
#include <zcxsk/fast.h>
#include <zcxsk/kernel.h>
#include <zcxsk/packet.h>
#include <zcxsk/socket.h>
#include <zcxsk/stats.h>

#include "nic/nic.h"
#include "frames/ledger.h"
#include "frames/memory.h"

#define MODES_MAX 3u /* zero-copy, native copy, generic copy */

/* Frames out that no completion has come for; see watchdog.c. All ns. */
struct watchdog {
	uint64_t first_ns; /* 0 = no watchdog */
	uint64_t last_ns;
	uint64_t stall_ns;
	uint64_t base_ns;     /* first look after progress: as patient as the device needs */
	uint64_t interval_ns; /* to the next look, doubling from base to last */
	uint64_t since_ns;    /* last known progress; 0 = nothing was out */
	uint64_t next_ns;     /* no kick is forced before */
	uint64_t seen;	      /* count.tx_completed at since_ns */
	uint32_t careful;     /* looks that still expect interrupts to be lost */
	uint32_t calm;	      /* looks in a row that found progress by itself */
	bool futile;	      /* a kick in this silence brought nothing */
	bool stalled;
	bool untold; /* a stall that nobody has been told of */
};

/* The descriptor for foreign event loops; see watchdog_fd.c. */
struct timer {
	int fd;		    /* -1 until asked for */
	uint64_t due_ns;    /* 0 = not armed */
	uint64_t pause_ns;  /* until it runs out again */
	uint64_t seen;	    /* count.tx_completed when it last ran out */
	uint64_t recovered; /* count.tx_recovered then */
};

/* Tokens of sent packets; see outstanding.c. */
struct tokens {
	enum zcxsk_tokens mode;
	uint32_t first;	   /* the queue's oldest, a free-running index */
	uint32_t count;	   /* in the queue */
	uint64_t *in_ring; /* by slot of the TX ring */
	uint64_t *done;	   /* the queue, as long as the TX ring */
};

/* One mapped ring. */
struct ring_mapping {
	void *base; /* NULL = not mapped */
	size_t length;
};

struct zcxsk_socket {
	_Alignas(ZCXSK_FAST_LINE) struct zcxsk_fast fast;

	/* What bursts out of the ordinary touch, too: kicks, completions, what is posted. */
	struct zcxsk_cache *cache;
	struct zcxsk_stack empty_stack; /* empty: where each frame is looked at */
	bool watched; /* each packet is looked at: by a ledger, or for its token */
	bool checked; /* by a ledger */
	bool kick_when_idle;
	bool has_rx;
	bool has_tx;
	bool dead;
	uint32_t fill_target; /* frames kept posted for receiving */
	uint32_t fill_batch;  /* so many are put back at a time */
	uint32_t fill_shown;  /* fill ring index: those before it have been submitted */
	uint32_t fill_base; /* with the RX ring's index, less the fill ring's: frames owed to it */
	uint32_t tx_oldest; /* TX ring index of the packet that is out the longest */
	uint32_t tx_early;  /* completed behind it */
	uint32_t tx_strays; /* out for longer than the TX ring could tell */

	uint32_t tx_limit; /* most frames that may be out at once */
	uint32_t tx_tried; /* as fast.tx_kicked, also if the kick was refused; never behind it */
	uint32_t tail_of;  /* tx_kicked when the tail time began */
	uint32_t kick_watermark;
	int status; /* of the last kick, or a packet that was not right */
	enum zcxsk_mode mode;
	uint64_t kick_tail_ns;	/* 0 = never by time */
	uint64_t tail_start_ns; /* when the first unkicked one was seen; 0 = not yet */
	uint64_t kicked_ns;	/* the last kick, where there is a timer */
	struct timer timer;

	uint64_t cache_returned;  /* frames that went from the application into the cache */
	uint64_t fill_returned;	  /* and into the fill ring, up to fill_counted */
	uint32_t fill_counted;	  /* fill ring index */
	uint32_t rx_counted;	  /* RX ring index: packets before it are in count.rx_packets */
	struct zcxsk_stats count; /* the "all since" fields that fast lacks */

	/* What waits touch. */
	int fd;
	int readable_fd; /* epoll descriptors to wait with, see kernel_calls.c; -1 = none yet */
	int writable_fd;
	int link_fd;	      /* tells of changes of the interface, see linkwatch.h; -1 = none */
	uint64_t look_ns;     /* first sleep of a wait for frames, see wait.c; 0 = not yet known */
	uint32_t fill_waited; /* fill ring index: those before it were shown at the last wait */
	struct tokens tokens;
	struct watchdog watchdog;
	struct zcxsk_kernel kernel;

	/* Set-up and tear-down. */
	uint32_t frame_size;
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *next; /* in umem->sockets */
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_redirect *redirect;
	bool owns_memory;
	bool owns_redirect;
	bool in_map;	/* the XSKMAP has this socket */
	bool simulated; /* no kernel socket behind it: zcxsk_socket_open_on() */
	struct ring_mapping rx_mapping;
	struct ring_mapping fill_mapping;
	struct ring_mapping tx_mapping;
	struct ring_mapping comp_mapping;
	uint32_t queue;
	uint32_t number;    /* among the sockets of the UMEM, for the ledger */
	uint32_t nothing;   /* index word of rings that are not mapped */
	uint32_t index_gap; /* TX less completion producer while nothing is out */
	uint8_t *early;	    /* by slot of the TX ring: completed, see outstanding.h */
	struct zcxsk_packet *strays;
	uint64_t *strays_tokens;
	uint64_t *quarantine; /* frames a dead queue may still own, see rebuild.c */
	uint32_t quarantine_count;
	struct nic nic; /* before attaching */
	struct zcxsk_socket_info info;
	struct zcxsk_error refusals[MODES_MAX];
};

#define SOCKET_LINE_OF(field) (offsetof(struct zcxsk_socket, field) / ZCXSK_FAST_LINE)

_Static_assert(SOCKET_LINE_OF(cache) == 6 && SOCKET_LINE_OF(tx_strays) == 6,
	       "what bursts out of the ordinary touch: a line");

/* Where the ledger has a frame of this socket that is with the kernel. */
static inline uint16_t ledger_rx(const struct zcxsk_socket *s)
{
	return (uint16_t)(PLACE_RX | s->number << PLACE_BITS);
}

static inline uint16_t ledger_tx(const struct zcxsk_socket *s)
{
	return (uint16_t)(PLACE_TX | s->number << PLACE_BITS);
}

#endif
