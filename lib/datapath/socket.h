/* SPDX-License-Identifier: BSD-2-Clause */
/* socket.h - struct zcxsk_socket and the private structs it is made of. */
#ifndef ZCXSK_LIB_DATAPATH_SOCKET_H
#define ZCXSK_LIB_DATAPATH_SOCKET_H

#include <errno.h>
#include <stdbool.h>
#include <zcxsk/fast.h>
#include <zcxsk/kernel.h>
#include <zcxsk/packet.h>
#include <zcxsk/socket.h>
#include <zcxsk/stats.h>

#include "base/fork.h"
#include "nic/linkwatch.h"
#include "nic/missed.h"
#include "nic/nic.h"
#include "datapath/counters.h"
#include "datapath/events.h"
#include "frames/ledger.h"
#include "frames/memory.h"
#include "frames/starving.h"

struct device_watch;

#define MODES_MAX 3u /* zero-copy, native copy, generic copy */

/* Supervision of frames in flight whose completions do not arrive; see watchdog.c. Times in ns. */
struct watchdog {
	uint64_t first_ns; /* 0 = no watchdog */
	uint64_t last_ns;
	uint64_t stall_ns;
	uint64_t base_ns;	/* first interval after progress, longer for slow devices */
	uint64_t interval_ns;	/* between forced kicks, see next_kick() */
	uint64_t since_ns;	/* last known progress; 0 = nothing was in flight */
	uint64_t next_ns;	/* no kick is forced earlier */
	uint64_t seen;		/* count.tx_completed at since_ns */
	uint32_t distrust;	/* checks during which waits still expect lost interrupts */
	uint32_t unaided;	/* consecutive checks that found progress without a forced kick */
	uint32_t useless_kicks; /* forced since the last progress; they brought no completion */
	uint64_t useless_ns;	/* time of the last of them, else since_ns */
	bool stalled;
};

/* The timer of the service descriptor; see timer.c. */
struct timer {
	int fd;		    /* -1 = not created */
	uint64_t due_ns;    /* 0 = not armed */
	uint64_t pause_ns;  /* current interval */
	uint64_t seen;	    /* count.tx_completed at the last expiry */
	uint64_t recovered; /* count.tx_recovered then */
	bool checks;	    /* armed for a check of frames in flight, or earlier */
};

/* The service descriptor; see service.c. */
struct service {
	int fd;		      /* an epoll descriptor; -1 = not created */
	int kernel_fd;	      /* the kernel socket in its set; -1 = none */
	uint32_t reported;    /* poll events of the kernel socket that it reports */
	bool muted;	      /* packets wait that the floor refuses: they are not reported */
	bool short_of_room;   /* the last sending call was cut short */
	bool short_of_frames; /* the same, because no frame was free */
	uint64_t link_ns;     /* when the link was last checked */
};

/* Tokens of sent packets; see outstanding.c. */
struct tokens {
	enum zcxsk_tokens mode;
	uint32_t first;	   /* oldest entry of `done`, a free-running index */
	uint32_t count;	   /* entries of `done` */
	uint32_t mask;	   /* of both arrays; they outlive the ring, which a rebuild may lack */
	uint64_t *in_ring; /* by TX ring slot */
	uint64_t *done;	   /* queue of completed tokens, as long as the TX ring */
};

/* One mapped ring. */
struct ring_mapping {
	void *base; /* NULL = not mapped */
	size_t length;
};

/* Written by fill.c. Indices are fill ring indices unless noted otherwise. */
struct fill {
	uint32_t target;    /* frames kept posted for receiving */
	uint32_t batch;	    /* frames posted or submitted at a time */
	uint32_t submitted; /* frames before it have been submitted to the kernel */
	uint32_t base; /* base + RX ring index - fill ring index = frames owed to the fill ring */
	uint32_t at_wait; /* frames before it had been submitted at the last wait */
	/* submitted - reserve - RX ring index = packets that the floor of frames lets through */
	uint32_t reserve;
};

/* Written by totals.h. */
struct totals {
	struct total rx;   /* of the RX ring's consumer index */
	struct total fill; /* of the fill ring's producer index */
	struct total tx;   /* of the TX ring's producer index */
	/* 32 bits of count.rx_invalid, and the RX ring index up to which that holds. */
	uint64_t skip;
};

/* Written by kick.c. Indices are TX ring indices. */
struct kick {
	uint32_t tried;	  /* like fast.tx_kicked, but includes refused kicks; never less */
	uint32_t tail_of; /* value of fast.tx_kicked when the tail time started */
	uint32_t watermark;
	bool when_idle;
	uint64_t tail_ns;	 /* 0 = no tail time */
	uint64_t tail_start_ns;	 /* when the first unkicked descriptor was seen; 0 = not yet */
	uint64_t silent_from_ns; /* when the last kick is too long ago to rely on; if when_idle */
};

/* Packets whose completions are missing while later ones arrive; see strays.c. */
struct strays {
	uint32_t count;
	uint32_t lost;	     /* given up, and not completed since */
	uint64_t due_ns;     /* none is given up earlier; UINT64_MAX = there are none */
	uint64_t lost_ns;    /* age at which one is given up */
	struct stray *all;   /* `count` of them, as long as the TX ring */
	uint64_t *frames;    /* one bit for each frame of the UMEM: its packet was given up */
	uint64_t blocked_ns; /* with tokens in order: when a check found `blocked` missing */
	uint32_t blocked;    /* TX ring index */
};

/* Written by outstanding.c and strays.c; zcxsk_tx_done() changes tokens.first and .count. */
struct outstanding {
	uint32_t oldest;      /* TX ring index of the oldest packet in flight */
	uint32_t early_count; /* completed before an older packet */
	uint32_t newest;      /* if early_count: the index after the last packet completed */
	uint32_t limit;	      /* maximum number of frames in flight */
	uint8_t *early;	      /* by TX ring slot: completed before an older one */
	uint32_t stranded;    /* in flight on a queue that is gone */
	uint32_t gap; /* TX producer index less the completion ring's after the last frame */
	struct zcxsk_packet stranded_oldest;
	struct strays strays;
	struct tokens tokens;
};

/* Descriptors are written by kernel_calls.c, link_ns by link.c, first_sleep_ns by wait.c. */
struct waiting {
	int readable_fd; /* epoll descriptors; -1 = not created */
	int writable_fd;
	bool for_frames; /* frames that others free end the sleep, see starving.h */
	bool link_ready; /* the interface has changed, as the last sleep found */
	struct linkwatch link;
	bool reported_down;	 /* of a link that is not watched: reported by an event */
	bool reported_gone;	 /* the same of the device */
	uint64_t link_ns;	 /* when a call that does not sleep last checked the link */
	uint64_t first_sleep_ns; /* first sleep of a wait for frames; 0 = not learned yet */
};

/* Written by socket/stats.c: for readers in other threads. */
struct readers {
	pthread_mutex_t lock; /* held while reading, and to pause readers */
	bool paused;	      /* the rings are being replaced: readers get `kept` */
	struct zcxsk_stats kept;
	struct zcxsk_stats earlier; /* its kernel_* counters: those of earlier queues */
	struct missed missed;
};

/* Rings that the program works itself, see own_rings.c. The library's views of them are empty. */
struct own_rings {
	bool rx_side;	 /* RX and fill ring */
	bool tx_side;	 /* TX and completion ring */
	uint64_t posted; /* frames that were posted when the program got the RX side */
	/* Frames in the program's rings or with the kernel, less producer, plus consumer index. */
	uint32_t rx_base;
	uint32_t tx_base;
	uint32_t left; /* such frames of a queue that is gone, which no other has followed */
	struct zcxsk_ring_cons rx;
	struct zcxsk_ring_prod fill;
	struct zcxsk_ring_prod tx;
	struct zcxsk_ring_cons comp;
};

/* How many frames a queue gets, and its rings for receiving; see socket/frames_plan.c. */
struct frames_plan {
	uint32_t rx_ring; /* entries */
	uint32_t fill_ring;
	uint32_t floor;	    /* frames that always stay with the kernel or in the RX ring */
	uint32_t posted;    /* frames to keep posted */
	uint64_t least;	    /* frames without which zero copy is refused */
	uint64_t available; /* frames that it was made for */
	bool fits;	    /* there are as many */
};

/* Written by socket/: opening, rebuilding and closing. */
struct setup {
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *next; /* list link of umem->sockets */
	struct cache_user in_cache;
	bool owns_memory;
	bool owns_redirect;
	bool bound;	/* to its queue */
	bool in_map;	/* the XSKMAP contains this socket */
	bool foreseen;	/* for zcxsk_probe(): neither attached nor bound */
	bool simulated; /* opened by zcxsk_socket_open_on(), without a kernel socket */
	struct ring_mapping rx_mapping;
	struct ring_mapping fill_mapping;
	struct ring_mapping tx_mapping;
	struct ring_mapping comp_mapping;
	int promiscuous_fd;  /* a packet socket; -1 = none */
	uint64_t netns;	     /* cookie of the interface's namespace; 0 = unknown or not bound */
	const char *unknown; /* on what the mode depends that cannot be read; if foreseen */
	uint32_t queue;
	uint32_t number;      /* of this socket within its UMEM, for the ledger */
	uint32_t needed;      /* frames to keep posted, as the pool knows it */
	uint64_t share;	      /* free frames to plan with when it is opened, at most */
	uint64_t *quarantine; /* frames a dead queue may still own, see rebuild.c */
	uint32_t quarantine_count;
	struct nic nic;		     /* its state before attaching */
	bool link_may_return;	     /* there was none before, perhaps only for a moment */
	struct device_watch *device; /* NULL without a service descriptor */
	struct own_rings own;
	struct frames_plan plan; /* for the mode that was tried last */
	struct zcxsk_socket_info info;
	struct zcxsk_error refusals[MODES_MAX];
	bool unmapped; /* binding failed for memory, that of the device perhaps */
	struct fork_node fork;
};

/*
 * Grouped by writer; tests/api/writers.sh checks which file assigns which part. Fields outside
 * the groups are written once, by socket/ at open; each counter belongs to the code that
 * counts.
 */
struct zcxsk_socket {
	_Alignas(ZCXSK_FAST_LINE) struct zcxsk_fast fast;

	/* One cache line for the slow path of receiving and releasing. */
	struct zcxsk_cache *cache;
	struct zcxsk_stack empty_stack; /* replaces the cache's stack if `watched` */
	int status;			/* set by socket_set_status() */
	bool watched; /* packets are checked one by one, for the ledger or for tokens */
	bool checked; /* the pool has a ledger */
	bool has_rx;  /* receives: it has the rings, and the library works them */
	bool has_tx;  /* likewise for sending */
	struct fill fill;

	/* One cache line for the slow path of sending: kicks and completions. */
	_Alignas(ZCXSK_FAST_LINE) struct kick kick;
	enum zcxsk_mode mode;
	bool dead; /* set by socket_set_dead() */
	struct outstanding out;

	struct timer timer;
	struct service service;
	struct starving starving; /* changed through starving.h */
	uint64_t cache_returned;  /* frames that the application released to the cache */
	struct totals totals;
	/* Cumulative counters that are neither in `fast` nor totals; fill_frames without the
	   frames that the application released to the ring. */
	struct zcxsk_stats count;
	int fd;
	struct waiting wait;
	struct events events;
	struct watchdog watchdog;
	struct zcxsk_kernel kernel;

	uint32_t frame_size;
	uint32_t unmapped_index; /* shared index and flags word of unmapped rings */
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_redirect *redirect;
	struct readers readers;
	uint64_t user; /* the thread in a call and the call, see one_thread.h */
	struct setup setup;
};

#define SOCKET_LINE_OF(field) (offsetof(struct zcxsk_socket, field) / ZCXSK_FAST_LINE)

_Static_assert(SOCKET_LINE_OF(cache) == 6 && SOCKET_LINE_OF(fill.reserve) == 6,
	       "one cache line for the slow path of receiving and releasing");
_Static_assert(SOCKET_LINE_OF(kick) == 7 && SOCKET_LINE_OF(out.limit) == 7,
	       "one cache line for kicks and completions");

/* The result of zcxsk_socket_status(): that of the last kick, or -EINVAL for an invalid packet. */
static inline void socket_set_status(struct zcxsk_socket *s, int status)
{
	s->status = status;
}

/* The device of a dead socket is gone; nothing moves until the socket is rebuilt. */
static inline void socket_set_dead(struct zcxsk_socket *s, bool dead)
{
	s->dead = dead;
}

/* In a child of its process a socket has neither end, and the program does not work one. */
static inline bool socket_is_inherited(const struct zcxsk_socket *s)
{
	return !s->has_rx && !s->has_tx && !s->setup.own.rx_side && !s->setup.own.tx_side;
}

/* Why a call with invalid arguments or without the end that it needs is refused. */
static inline int socket_refuses(const struct zcxsk_socket *s)
{
	return s && socket_is_inherited(s) ? -EOWNERDEAD : -EINVAL;
}

static inline bool socket_has_rx_ring(const struct zcxsk_socket *s)
{
	return !(s->setup.opts.flags & ZCXSK_SOCKET_TX_ONLY);
}

static inline bool socket_has_tx_ring(const struct zcxsk_socket *s)
{
	return !(s->setup.opts.flags & ZCXSK_SOCKET_RX_ONLY);
}

/* False after a failed rebuild. */
static inline bool socket_has_queue(const struct zcxsk_socket *s)
{
	return s->fast.fill.size || s->setup.own.fill.size;
}

/* Contiguous slots from an index of a ring to the ring's end. */
#define RING_RUN(r, index) ((r)->size - ((index) & (r)->mask))

/* Ledger places of this socket's frames while the kernel owns them. */
static inline uint16_t ledger_rx(const struct zcxsk_socket *s)
{
	return (uint16_t)(PLACE_RX | s->setup.number << PLACE_BITS);
}

static inline uint16_t ledger_tx(const struct zcxsk_socket *s)
{
	return (uint16_t)(PLACE_TX | s->setup.number << PLACE_BITS);
}

#endif
