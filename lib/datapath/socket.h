/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.h - the private structs that more than one file looks into.
 */
#ifndef ZCXSK_LIB_DATAPATH_SOCKET_H
#define ZCXSK_LIB_DATAPATH_SOCKET_H

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

/* Written by fill.c. Indices are those of the fill ring unless they say otherwise. */
struct fill {
	uint32_t target; /* frames kept posted for receiving */
	uint32_t batch;	 /* frames posted at a time */
	uint32_t shown;	 /* the frames before it have been submitted */
	uint32_t base; /* with the RX ring's index, less the fill ring's: frames owed to the ring */
	uint32_t waited;     /* the frames before it were shown at the last wait */
	uint32_t counted;    /* the frames before it are in fill_returned */
	uint32_t rx_counted; /* RX ring index: packets before it are in count.rx_packets */
};

/* Written by kick.c. Indices are those of the TX ring. */
struct kick {
	uint32_t tried;	  /* as fast.tx_kicked, also if the kick was refused; never behind it */
	uint32_t tail_of; /* fast.tx_kicked when the tail time began */
	uint32_t watermark;
	bool when_idle;
	uint64_t tail_ns;	/* 0 = never by time */
	uint64_t tail_start_ns; /* when the first unkicked one was seen; 0 = not yet */
	uint64_t kicked_ns;	/* the last kick, where there is a timer */
};

/* Written by outstanding.c, tokens.first and .count also by zcxsk_tx_done(). */
struct outstanding {
	uint32_t oldest;      /* TX ring index of the oldest packet in flight */
	uint32_t early_count; /* completed before an older packet */
	uint32_t stray_count; /* in flight for longer than the TX ring can record */
	uint32_t limit;	      /* most frames that may be in flight */
	uint8_t *early;	      /* by slot of the TX ring: completed, see outstanding.h */
	struct zcxsk_packet *strays;
	uint64_t *stray_tokens;
	struct tokens tokens;
};

/* Descriptors written by kernel_calls.c, what waits have learned by wait.c. */
struct waiting {
	int readable_fd; /* epoll descriptors to wait with; -1 = none yet */
	int writable_fd;
	int link_fd;		 /* reports changes of the interface, see linkwatch.h; -1 = none */
	uint64_t first_sleep_ns; /* first sleep of a wait for frames; 0 = not yet known */
};

/* Written by the files of socket/: opening, rebuilding, closing. */
struct setup {
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *next; /* in umem->sockets */
	bool owns_memory;
	bool owns_redirect;
	bool in_map;	/* the XSKMAP has this socket */
	bool simulated; /* no kernel socket behind it: zcxsk_socket_open_on() */
	struct ring_mapping rx_mapping;
	struct ring_mapping fill_mapping;
	struct ring_mapping tx_mapping;
	struct ring_mapping comp_mapping;
	uint32_t queue;
	uint32_t number;      /* among the sockets of the UMEM, for the ledger */
	uint32_t index_gap;   /* TX less completion producer while nothing is in flight */
	uint64_t *quarantine; /* frames a dead queue may still own, see rebuild.c */
	uint32_t quarantine_count;
	struct nic nic; /* before attaching */
	struct zcxsk_socket_info info;
	struct zcxsk_error refusals[MODES_MAX];
};

/*
 * By writer: tests/api/writers.sh holds which file assigns which part. Fields without a
 * part are written once, at open, by socket/; counters by whoever counts.
 */
struct zcxsk_socket {
	_Alignas(ZCXSK_FAST_LINE) struct zcxsk_fast fast;

	/* A cache line for the slow path of receiving and releasing. */
	struct zcxsk_cache *cache;
	struct zcxsk_stack empty_stack; /* used instead of the cache's if `watched` */
	int status;			/* by socket_set_status() */
	bool watched;			/* each packet is checked: by a ledger, or for its token */
	bool checked;			/* by a ledger */
	bool has_rx;
	bool has_tx;
	struct fill fill;

	/* And one for sending: kicks and completions. */
	struct kick kick;
	enum zcxsk_mode mode;
	bool dead; /* by socket_set_dead() */
	struct outstanding out;

	struct timer timer;
	uint64_t cache_returned;  /* frames from the application into the cache, by rx.c */
	uint64_t fill_returned;	  /* and into the fill ring up to fill.counted, by fill.c */
	struct zcxsk_stats count; /* the "all since" fields that fast lacks */
	int fd;
	struct waiting wait;
	struct watchdog watchdog;
	struct zcxsk_kernel kernel;

	uint32_t frame_size;
	uint32_t nothing; /* index word of rings that are not mapped */
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_redirect *redirect;
	struct setup setup;
};

#define SOCKET_LINE_OF(field) (offsetof(struct zcxsk_socket, field) / ZCXSK_FAST_LINE)

_Static_assert(SOCKET_LINE_OF(cache) == 6 && SOCKET_LINE_OF(fill.rx_counted) == 6,
	       "the slow path of receiving and releasing: a line");
_Static_assert(SOCKET_LINE_OF(kick) == 7 && SOCKET_LINE_OF(out.limit) == 7,
	       "kicks and completions: a line");

/* What zcxsk_socket_status() answers: of the last kick, or -EINVAL for an invalid packet. */
static inline void socket_set_status(struct zcxsk_socket *s, int status)
{
	s->status = status;
}

/* A dead socket's device is gone; nothing moves until it is rebuilt. */
static inline void socket_set_dead(struct zcxsk_socket *s, bool dead)
{
	s->dead = dead;
}

/* Where the ledger has a frame of this socket that is with the kernel. */
static inline uint16_t ledger_rx(const struct zcxsk_socket *s)
{
	return (uint16_t)(PLACE_RX | s->setup.number << PLACE_BITS);
}

static inline uint16_t ledger_tx(const struct zcxsk_socket *s)
{
	return (uint16_t)(PLACE_TX | s->setup.number << PLACE_BITS);
}

#endif
