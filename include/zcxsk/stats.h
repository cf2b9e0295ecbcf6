/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.h - everything that a socket counts, in one call: packets, kicks and
 * what became of them, where the frames are, and the kernel's own counters.
 */
#ifndef ZCXSK_STATS_H
#define ZCXSK_STATS_H

#include <zcxsk/socket.h>

/* All since the socket was opened, but for the "where" group: now. */
struct zcxsk_stats {
	size_t size; /* sizeof(struct zcxsk_stats) */

	/* Receiving. */
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_invalid;   /* descriptors outside the UMEM, not delivered */
	uint64_t rx_abandoned; /* frames taken back from a dead queue by a rebuild */
	uint64_t fill_frames;  /* frames put into the fill ring */
	uint64_t fill_short;   /* refills cut short: the pool had no more frames */
	uint64_t fill_kicks;   /* system calls because the fill ring asked */

	/* Sending. */
	uint64_t tx_packets; /* taken by zcxsk_tx_burst and the like */
	uint64_t tx_bytes;
	uint64_t tx_completed; /* frames back by the completion ring */
	uint64_t tx_rejected;  /* packets that were not right, not published */
	uint64_t tx_ring_full; /* bursts cut short: no room in the ring */
	uint64_t tx_copies;    /* packets copied in by zcxsk_tx_send */
	uint64_t tx_abandoned; /* frames taken back from a dead queue by a rebuild */
	/* Completions that are no frame of ours that is out; ignored. */
	uint64_t completion_foreign; /* outside the UMEM */
	uint64_t completion_doubled; /* of a frame that has come home already */
	uint64_t completion_unknown; /* of a frame that was not sent here */
	uint64_t completion_early;   /* before one sent earlier; right, and rare */
	uint64_t self_test_packets;  /* sent by the library itself at open */

	/* Kicks: system calls for the TX ring. All of them, and by their cause. */
	uint64_t tx_kicks;
	uint64_t tx_kicks_flag;	     /* the kernel asked, and nothing spoke for waiting */
	uint64_t tx_kicks_watermark; /* enough descriptors had gathered */
	uint64_t tx_kicks_tail;	     /* the first of them had waited long enough */
	uint64_t tx_kicks_flush;     /* the application asked, or goes to sleep, or has no room */
	uint64_t tx_kicks_budget;    /* repeated, since the kernel took only a part */
	uint64_t tx_kicks_forced;    /* by the watchdog */
	uint64_t tx_kicks_saved;     /* looks that found no need: the driver is at work */
	/* The watchdog. */
	uint64_t tx_recovered;	    /* forced kicks that brought completions */
	uint64_t tx_stalls;	    /* silences of stall_ns */
	uint64_t tx_silence_max_ns; /* longest silence that a look of it ended or saw */
	/* What came of the kicks, where it was not plain success. */
	uint64_t tx_kick_again;	  /* EAGAIN: budget used up, ring or buffer full */
	uint64_t tx_kick_nobufs;  /* ENOBUFS */
	uint64_t tx_kick_dropped; /* EBUSY: the device dropped a packet */
	uint64_t tx_kick_netdown; /* ENETDOWN */
	uint64_t tx_kick_failed;  /* any other errno */
	uint64_t waits;		  /* times a call slept */

	/* Where the frames of this socket are now. */
	uint64_t in_fill_ring;	     /* offered, not yet taken by the kernel */
	uint64_t in_kernel_rx;	     /* taken for receiving, no packet seen yet */
	uint64_t in_rx_ring;	     /* with packets, not yet taken by us */
	uint64_t in_tx_ring;	     /* submitted, not yet taken by the kernel */
	uint64_t in_kernel_tx;	     /* being sent */
	uint64_t in_completion_ring; /* sent, not yet reaped */
	/*
	 * With the application: received or allocated here, less sent and
	 * released here. Negative where frames of another socket leave here.
	 * Over all sockets of a UMEM: with the program and in its handoffs.
	 */
	int64_t in_application;
	/* Of the cache and pool the socket uses, shared with others or not. */
	uint64_t in_cache;
	uint64_t in_pool;
	uint64_t frames; /* of the whole UMEM */

	/* The kernel's XDP_STATISTICS; 0 where it does not report one. */
	uint64_t kernel_rx_dropped;
	uint64_t kernel_rx_invalid_descs;
	uint64_t kernel_tx_invalid_descs;
	uint64_t kernel_rx_ring_full;
	uint64_t kernel_rx_fill_ring_empty_descs;
	uint64_t kernel_tx_ring_empty_descs;
};

ZCXSK_BEGIN_DECLS

/* Zeroes *stats and sets its size. */
ZCXSK_INLINE void zcxsk_stats_init(struct zcxsk_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
}

/*
 * Reads all counters. For a UMEM, pool and cache used by one socket,
 * frames = the sum of the nine places. -EINVAL for NULL or a wrong size, else
 * as getsockopt gave it. Does not block. Owner thread of the socket.
 */
ZCXSK_API int zcxsk_socket_read_stats(struct zcxsk_socket *socket, struct zcxsk_stats *stats);

ZCXSK_END_DECLS

#endif
