/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.h - all counters of a socket in one call: packets, kicks and their
 * results, where the frames are, and the kernel's own counters.
 */
#ifndef ZCXSK_STATS_H
#define ZCXSK_STATS_H

#include <zcxsk/socket.h>

/*
 * Counters since the socket was opened; the group "Where the frames are" is the
 * present state.
 */
struct zcxsk_stats {
	size_t size; /* sizeof(struct zcxsk_stats) */

	/* Receiving. */
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_invalid;   /* descriptors outside the UMEM; not delivered */
	uint64_t rx_abandoned; /* frames taken back from a dead queue by a rebuild */
	uint64_t fill_frames;  /* frames put into the fill ring */
	uint64_t fill_short;   /* refills cut short: the pool was empty */
	uint64_t fill_kicks;   /* system calls because the fill ring needed a wakeup */
	uint64_t rx_floor; /* receiving calls cut short: the application holds too many frames */

	/* Sending. */
	uint64_t tx_packets; /* accepted by zcxsk_tx_burst() and similar calls */
	uint64_t tx_bytes;
	uint64_t tx_completed; /* frames returned by the completion ring */
	uint64_t tx_rejected;  /* invalid packets, not published */
	uint64_t tx_ring_full; /* bursts cut short: no room in the ring */
	uint64_t tx_copies;    /* packets copied by zcxsk_tx_send() */
	uint64_t tx_abandoned; /* frames taken back from a dead queue by a rebuild */
	uint64_t tx_lost;      /* packets given up: their completions are missing */
	/*
	 * Completions that do not match the oldest frame in flight. All but the early
	 * ones are ignored.
	 */
	uint64_t completion_foreign; /* outside the UMEM */
	uint64_t completion_doubled; /* of a frame that was completed already */
	uint64_t completion_unknown; /* of a frame not sent on this socket */
	uint64_t completion_early;   /* before a frame sent earlier; valid, but rare */
	uint64_t self_test_packets;  /* sent by the library at open */

	/* Kicks: system calls for the TX ring. The total, then by cause. */
	uint64_t tx_kicks;
	uint64_t tx_kicks_flag;	     /* need_wakeup was set, and the policy did not delay */
	uint64_t tx_kicks_watermark; /* enough descriptors had gathered */
	uint64_t tx_kicks_tail;	     /* the first of them had waited for the tail time */
	uint64_t tx_kicks_flush;     /* zcxsk_tx_flush(), or before a sleep, or no room */
	uint64_t tx_kicks_budget;    /* repeated because the kernel took only a part */
	uint64_t tx_kicks_forced;    /* by the watchdog */
	uint64_t tx_kicks_saved;     /* not needed: the driver is running */
	/* The watchdog. */
	uint64_t tx_recovered;	    /* forced kicks that brought completions */
	uint64_t tx_stalls;	    /* times without a completion for stall_ns */
	uint64_t tx_silence_max_ns; /* longest time without a completion that a check found */
	/* Results of kicks other than plain success. */
	uint64_t tx_kick_again;	  /* EAGAIN: budget used up, ring or buffer full */
	uint64_t tx_kick_nobufs;  /* ENOBUFS */
	uint64_t tx_kick_dropped; /* EBUSY: the device dropped a packet, or has no carrier */
	uint64_t tx_kick_netdown; /* ENETDOWN */
	uint64_t tx_kick_failed;  /* any other errno */
	uint64_t waits;		  /* number of times a call slept */

	/* Where the frames of this socket are now. */
	uint64_t in_fill_ring;	     /* posted, not yet consumed by the kernel */
	uint64_t in_kernel_rx;	     /* consumed for receiving, no packet seen yet */
	uint64_t in_rx_ring;	     /* with packets, not yet received by the application */
	uint64_t in_tx_ring;	     /* submitted, not yet consumed by the kernel */
	uint64_t in_kernel_tx;	     /* being sent */
	uint64_t in_completion_ring; /* sent, not yet reaped */
	uint64_t in_lost;	     /* of packets given up, and not completed since */
	/*
	 * With the application: received or allocated here, minus sent and released
	 * here, and what it took from the cache itself (counted by the socket that
	 * has used the cache the longest). Negative if frames of another socket are sent here.
	 * Summed over all sockets of a UMEM: the frames that the program holds or has in handoffs.
	 */
	int64_t in_application;
	/* Of the cache and pool that the socket uses, shared or not. */
	uint64_t in_cache;
	uint64_t in_pool;
	uint64_t frames; /* of the whole UMEM */

	/* The kernel's XDP_STATISTICS; 0 if it does not report one. */
	uint64_t kernel_rx_dropped;
	uint64_t kernel_rx_invalid_descs;
	uint64_t kernel_tx_invalid_descs;
	uint64_t kernel_rx_ring_full;
	uint64_t kernel_rx_fill_ring_empty_descs;
	uint64_t kernel_tx_ring_empty_descs;
	/*
	 * Packets for which the device had no buffer or no time since the socket was opened, of
	 * all queues of the interface: its rx_missed_errors and rx_fifo_errors. 0 if the interface
	 * cannot be read.
	 */
	uint64_t device_rx_missed;
};

ZCXSK_BEGIN_DECLS

/* Zeroes *stats and sets its size. */
ZCXSK_INLINE void zcxsk_stats_init(struct zcxsk_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
}

/*
 * Reads all counters. If one socket alone uses the UMEM, pool and cache, frames
 * = the sum of the ten places.
 *
 * Any thread, while the owner works, but not while the socket is being closed.
 * Counters never go back, also across zcxsk_socket_rebuild(); during a rebuild
 * the values are those from before it. They are not of one moment: the places
 * of frames may be off by the packets that moved during the call, but no place
 * except in_application is above `frames`. While nothing moves they are exact.
 *
 * -EINVAL for NULL or a wrong size, else as getsockopt returned it. Waits only
 * for other readers, and for the kernel's network lock to read device_rx_missed.
 */
ZCXSK_API int zcxsk_socket_read_stats(struct zcxsk_socket *socket, struct zcxsk_stats *stats);

ZCXSK_END_DECLS

#endif
