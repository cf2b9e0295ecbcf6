/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.h - one AF_XDP socket on one queue of an interface: its four rings,
 * the mode it got, and what it rests on (UMEM, cache, redirect), its own or
 * the caller's. A socket is used by one thread at a time.
 *
 * Opening rests on socket(AF_XDP), the setsockopts of SOL_XDP, mmap and bind;
 * the answers below are read from memory and do not block.
 */
#ifndef ZCXSK_SOCKET_H
#define ZCXSK_SOCKET_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/kick.h>
#include <zcxsk/mode.h>
#include <zcxsk/pool.h>
#include <zcxsk/redirect.h>
#include <zcxsk/ring.h>
#include <zcxsk/umem.h>

struct zcxsk_socket;

#define ZCXSK_SOCKET_RX_ONLY 1u /* no TX ring */
#define ZCXSK_SOCKET_TX_ONLY 2u /* no RX ring; everything passes to the kernel */
/*
 * Do not send the one frame that proves, after a zero-copy bind, that the
 * queue really sends. The frame is 60 bytes long, from and to the interface's
 * own MAC address, with EtherType 0x88B5 (local experiments).
 */
#define ZCXSK_SOCKET_NO_SELF_TEST 4u

/* How the tokens of sent packets come back; see token.h. */
enum zcxsk_tokens {
	ZCXSK_TOKENS_OFF = 0,
	ZCXSK_TOKENS_IN_ORDER = 1, /* in the order in which packets were sent */
	ZCXSK_TOKENS_AS_DONE = 2,  /* each as soon as its packet is done */
};

/* Zero in any field means the default, which stands behind it. */
struct zcxsk_socket_opts {
	size_t size;	/* sizeof(struct zcxsk_socket_opts) */
	uint32_t flags; /* ZCXSK_SOCKET_* */
	/*
	 * Sum of enum zcxsk_mode: the steps of the ladder that are allowed,
	 * tried from the fastest down. All of them.
	 */
	uint32_t modes;
	/* Entries; rounded up to a power of two. At most 65536 each. */
	uint32_t rx_ring_size; /* 2048 */
	uint32_t tx_ring_size; /* 1024 */
	/*
	 * Half of it is kept posted, as far as there are frames: half of them in a
	 * socket that also sends. By default twice the frames that fill the RX ring
	 * and the device, and that many are posted. With fewer a receiver that is
	 * behind leaves the device without frames before its RX ring is full.
	 */
	uint32_t fill_ring_size;
	uint32_t completion_ring_size; /* the TX ring's; never smaller */
	/*
	 * Frames of the caller's: a cache used by this thread. NULL makes a
	 * UMEM, pool and cache of the socket's own from the three options.
	 */
	struct zcxsk_cache *cache;
	const struct zcxsk_umem_opts *umem_opts;
	const struct zcxsk_pool_opts *pool_opts;
	/*
	 * The program that brings packets in. NULL attaches one of the
	 * socket's own from redirect_opts, with modes as above.
	 */
	struct zcxsk_redirect *redirect;
	const struct zcxsk_redirect_opts *redirect_opts;
	/*
	 * Deadlines in ns: for a queue that is still being released by a
	 * socket closed before (3 s), and for the carrier to come back where
	 * attaching resets the link (10 s). UINT64_MAX = do not wait at all.
	 */
	uint64_t busy_timeout_ns;
	uint64_t carrier_timeout_ns;
	/*
	 * Most descriptors that one system call sends in the copy modes, on
	 * kernels that can be told (6.17 on): 32 to the TX ring's size.
	 * Default: the TX ring's size, at most 512.
	 */
	uint32_t copy_budget;
	/*
	 * Most frames that may be out at once, with the kernel or completed and
	 * not yet reaped: 1 to the TX ring's size. Default: the smaller of 80 %
	 * of the TX ring and 1024; less where a device demands it, always.
	 */
	uint32_t tx_limit;
	/* When to kick, see kick.h. */
	uint32_t kick_policy; /* enum zcxsk_kick_policy */
	/*
	 * Descriptors, at most the TX ring's size; 128, two passes of virtio-net.
	 * Where it is above half of tx_limit, that half is used.
	 */
	uint32_t kick_watermark;
	uint64_t kick_tail_ns; /* 50 us, at most 1 s */
	/*
	 * The watchdog, see watchdog.h: first look after the last progress
	 * (100 us; UINT64_MAX = no watchdog), longest time between two looks
	 * (10 ms), and the silence that is a stall (1 s). Each 10 us to 1 hour.
	 */
	uint64_t watchdog_first_ns;
	uint64_t watchdog_last_ns;
	uint64_t stall_ns;
	/* zcxsk_tx_send() copies packets up to this length, in bytes; 256. */
	uint32_t copy_threshold;
	uint32_t tokens; /* enum zcxsk_tokens */
};

/* What the socket is like in fact. */
struct zcxsk_socket_info {
	size_t size;	 /* sizeof(struct zcxsk_socket_info) */
	uint32_t mode;	 /* enum zcxsk_mode, as read back from the kernel */
	uint32_t attach; /* enum zcxsk_attach */
	uint32_t queue;
	uint32_t queues; /* usable ones, counted before attaching */
	/* Entries as made; larger than asked where rounding was needed. */
	uint32_t rx_ring_size;
	uint32_t tx_ring_size;
	uint32_t fill_ring_size;
	uint32_t completion_ring_size;
	uint32_t device_rx_ring; /* descriptors of the device's own ring, 0 = unknown */
	int32_t numa_node;	 /* of the device, -1 = unknown or none */
	uint32_t mtu;
	uint32_t frame_size;
	uint32_t copy_budget;	  /* set in the kernel; 0 = not in use or unknown to it */
	uint32_t rounded;	  /* 1: a ring size was rounded up */
	uint32_t tx_limit;	  /* most frames out at once */
	uint32_t kick_watermark;  /* as in force: 1 where every burst is kicked */
	uint64_t carrier_wait_ns; /* time the link took to come back */
	uint64_t busy_wait_ns;	  /* time the queue took to be released */
	char ifname[16];
	char driver[32];
};

ZCXSK_BEGIN_DECLS

/* Zeroes *opts and sets its size. */
ZCXSK_INLINE void zcxsk_socket_opts_init(struct zcxsk_socket_opts *opts)
{
	memset(opts, 0, sizeof(*opts));
	opts->size = sizeof(*opts);
}

/* Zeroes *info and sets its size. */
ZCXSK_INLINE void zcxsk_socket_info_init(struct zcxsk_socket_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
}

/*
 * Opens a socket on a queue and makes it ready: checks the interface, attaches
 * the redirect unless one was given, registers the UMEM, maps and fills the
 * rings, binds in the best allowed mode, and tests that the queue sends. A
 * mode that is refused is undone completely before the next is tried; see
 * zcxsk_socket_refusal(). Needs CAP_NET_RAW, and what attaching needs.
 *
 *   -EINVAL      NULL object, bad option, a name no interface can have, queue
 *                at or above the usable count, ring size over its limit
 *   -ENODEV      no such interface
 *   -ENETDOWN    the interface is down
 *   -EMSGSIZE    the MTU is larger than a frame can hold
 *   -EBUSY       the queue has a socket, or another program is attached
 *   -EPERM       a capability is missing; see also zcxsk_redirect_attach()
 *   -ENOMEM      memory
 *   -EOPNOTSUPP  no allowed mode works here
 *   -ETIMEDOUT   the link did not come back in time
 *   -EIO         the queue was bound but does not send
 *   others       as the kernel gave them; the error's cause explains
 *
 * When several modes were tried the error is that of the best of them.
 * Blocks: up to the two deadlines in opts plus driver reconfiguration.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_socket_open(struct zcxsk_socket **out, const char *ifname,
						uint32_t queue,
						const struct zcxsk_socket_opts *opts,
						struct zcxsk_error *error);

/*
 * Stops intake, waits up to a second for frames that are on their way out,
 * closes the socket, and frees what the socket made itself. NULL is accepted.
 * Returns the number of sent frames that had not come back by then.
 *
 * With a cache of the caller's, frames that are with the kernel at that moment
 * - those, and the ones posted for receiving - do not return to the pool: the
 * kernel releases a queue in its own time and gives no word of it. Make the
 * pool larger by a fill ring for every socket that will be closed and reopened
 * on it, let the socket own its memory, or rebuild it instead
 * (zcxsk_socket_rebuild()), which waits for that word.
 */
ZCXSK_API uint32_t zcxsk_socket_close(struct zcxsk_socket *socket);

/*
 * What the socket is like. -EINVAL for NULL or a wrong size. Does not block.
 */
ZCXSK_API int zcxsk_socket_read_info(const struct zcxsk_socket *socket,
				     struct zcxsk_socket_info *info);

/* The mode the kernel really uses, read back at open. */
ZCXSK_API enum zcxsk_mode zcxsk_socket_mode(const struct zcxsk_socket *socket);

/*
 * Why a mode was refused on the way down the ladder; NULL when it was not
 * tried or not refused. Valid until the socket is closed.
 */
ZCXSK_API const struct zcxsk_error *zcxsk_socket_refusal(const struct zcxsk_socket *socket,
							 enum zcxsk_mode mode);

/*
 * 0, or what keeps the data path from going on, as of its last call:
 *   -EINVAL    tx stopped at a packet that is not right (see zcxsk_tx_burst)
 *   -EAGAIN    the kernel took only a part; it is repeated by the next call
 *   -ETIME     a stall: no frame has come home for stall_ns, see watchdog.h
 *   -ENOBUFS   likewise, for want of memory
 *   -ENETDOWN  the interface is down; frames stay queued, go on when it is up
 *   -ENXIO     the device is gone; close the socket
 *   others     as the kernel gave them
 */
ZCXSK_API int zcxsk_socket_status(const struct zcxsk_socket *socket);

/* File descriptor, for poll and epoll. It stays the socket's. */
ZCXSK_API int zcxsk_socket_fd(const struct zcxsk_socket *socket);
/* First byte of the packet memory, for zcxsk_packet_data(). */
ZCXSK_API void *zcxsk_socket_base(const struct zcxsk_socket *socket);
/* The UMEM, the cache and the redirect it works with. */
ZCXSK_API struct zcxsk_umem *zcxsk_socket_umem(const struct zcxsk_socket *socket);
ZCXSK_API struct zcxsk_cache *zcxsk_socket_cache(const struct zcxsk_socket *socket);
ZCXSK_API struct zcxsk_redirect *zcxsk_socket_redirect(const struct zcxsk_socket *socket);

/*
 * The rings themselves, for programs that want their own bursts. NULL for a
 * ring the socket does not have. A program has a ring to itself or leaves it to the
 * library: zcxsk_rx_*() and zcxsk_packet_release() work on RX and fill ring, zcxsk_tx_*()
 * on TX and completion ring.
 */
ZCXSK_API struct zcxsk_ring_cons *zcxsk_socket_rx_ring(struct zcxsk_socket *socket);
ZCXSK_API struct zcxsk_ring_prod *zcxsk_socket_tx_ring(struct zcxsk_socket *socket);
ZCXSK_API struct zcxsk_ring_prod *zcxsk_socket_fill_ring(struct zcxsk_socket *socket);
ZCXSK_API struct zcxsk_ring_cons *zcxsk_socket_completion_ring(struct zcxsk_socket *socket);

ZCXSK_END_DECLS

#endif
