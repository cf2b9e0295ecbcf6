/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.h - one AF_XDP socket on one queue of an interface: its four rings,
 * its mode, and the objects it uses (UMEM, cache, redirect), which it created
 * itself or got from the caller. A socket is used by one thread at a time.
 *
 * Opening uses socket(AF_XDP), the setsockopts of SOL_XDP, mmap and bind; the
 * functions that read properties only read memory and do not block.
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

/*
 * One direction only. A queue has one socket: an RX_ONLY and a TX_ONLY socket on the
 * same queue are refused like any two, the second one with -EBUSY.
 */
#define ZCXSK_SOCKET_RX_ONLY 1u /* no TX ring */
/*
 * No RX ring; all received packets pass to the kernel. In the copy modes, which are the same
 * for sending, no program is attached then, so that other processes can use the interface.
 */
#define ZCXSK_SOCKET_TX_ONLY 2u
/*
 * Do not send the one frame that proves, after a zero-copy bind, that the queue
 * really sends. It is 60 bytes long, from and to the interface's own MAC
 * address, with EtherType 0x88B5 (local experiments).
 */
#define ZCXSK_SOCKET_NO_SELF_TEST 4u
/*
 * Put the interface into promiscuous mode while the socket is open, so that the device
 * also receives frames for other MAC addresses. Ends with the socket or its process,
 * however that ends, and leaves the settings of others alone. Needs CAP_NET_RAW, and the
 * interface in this network namespace.
 */
#define ZCXSK_SOCKET_PROMISCUOUS 8u

/* How the tokens of sent packets are returned; see token.h. */
enum zcxsk_tokens {
	ZCXSK_TOKENS_OFF = 0,
	ZCXSK_TOKENS_IN_ORDER = 1, /* in the order of sending */
	ZCXSK_TOKENS_AS_DONE = 2,  /* each when its packet is completed */
};

/* Zero in any field means the default, which the comment names. */
struct zcxsk_socket_opts {
	size_t size;	/* sizeof(struct zcxsk_socket_opts) */
	uint32_t flags; /* ZCXSK_SOCKET_* */
	/*
	 * Sum of enum zcxsk_mode: the allowed modes, tried from the fastest to the
	 * slowest. Default: all of them.
	 */
	uint32_t modes;
	/* Entries; rounded up to a power of two. At most 65536 each. */
	uint32_t rx_ring_size; /* 2048; in zero copy halved down to 64 to fit the frames */
	uint32_t tx_ring_size; /* 1024 */
	/*
	 * Half of the ring is kept posted if there are enough frames; a socket that
	 * also sends posts at most half of its frames, or of those above the floor.
	 * Default: twice the frames that fill the RX ring and the device, and 512 more.
	 * In zero copy never smaller, see struct zcxsk_plan.
	 */
	uint32_t fill_ring_size;
	uint32_t completion_ring_size; /* default: the TX ring's size; never smaller */
	/*
	 * Caller-supplied frames: a cache used by this thread. Sockets on one cache
	 * have one owner thread: a call that finds no frame reaps the completions of
	 * the others, and the waits for frames kick them, too. If NULL, the socket
	 * creates its own UMEM, pool and cache from the two options below. By default
	 * it has 8192 frames, or as many more as zero copy needs on this device.
	 */
	struct zcxsk_cache *cache;
	const struct zcxsk_umem_opts *umem_opts;
	const struct zcxsk_pool_opts *pool_opts;
	/*
	 * The redirect that delivers packets. If NULL, the socket attaches its own from
	 * redirect_opts, with modes as above.
	 */
	struct zcxsk_redirect *redirect;
	const struct zcxsk_redirect_opts *redirect_opts;
	/*
	 * Deadlines in ns: for a queue that the kernel is still releasing after an
	 * earlier socket was closed (3 s), and for the carrier to return if attaching
	 * resets the link, or has done so a moment ago (10 s). UINT64_MAX = do not wait at all,
	 * except for up to a second if a socket of this pool has just tried the queue, see
	 * zcxsk_socket_close().
	 */
	uint64_t busy_timeout_ns;
	uint64_t carrier_timeout_ns;
	/*
	 * Most descriptors that one system call sends in the copy modes, on kernels
	 * with that setting (6.17 on): 32 to the TX ring's size. Default: the TX ring's
	 * size, at most 512.
	 */
	uint32_t copy_budget;
	/*
	 * Most frames in flight at once, that is with the kernel or completed and not
	 * yet reaped: 1 to the TX ring's size. Default: 80 % of the TX ring, at most
	 * 1024. Always lowered if the device requires it.
	 */
	uint32_t tx_limit;
	/* When to kick, see kick.h. */
	uint32_t kick_policy; /* enum zcxsk_kick_policy */
	/*
	 * Descriptors, at most the TX ring's size; 128, two passes of virtio-net. If it
	 * exceeds half of tx_limit, that half is used.
	 */
	uint32_t kick_watermark;
	uint64_t kick_tail_ns; /* 50 us, at most 1 s */
	/*
	 * The watchdog, see watchdog.h: first check after the last progress (100 us;
	 * UINT64_MAX = no watchdog), longest time between two checks (10 ms), and how
	 * long without a completion is a stall (1 s). Each 10 us to 1 hour.
	 */
	uint64_t watchdog_first_ns;
	uint64_t watchdog_last_ns;
	uint64_t stall_ns;
	/*
	 * When a packet is given up whose completion is missing while later ones
	 * arrive; also 10 us to 1 hour. 2 s: longer than any queue in a device.
	 */
	uint64_t lost_ns;
	/* zcxsk_tx_send() copies packets of up to this many bytes; 256. */
	uint32_t copy_threshold;
	uint32_t tokens; /* enum zcxsk_tokens */
};

/* The actual properties of a socket. */
struct zcxsk_socket_info {
	size_t size;	 /* sizeof(struct zcxsk_socket_info) */
	uint32_t mode;	 /* enum zcxsk_mode, as read back from the kernel */
	uint32_t attach; /* enum zcxsk_attach, 0 = no program */
	uint32_t queue;
	uint32_t queues; /* usable ones, counted before attaching */
	/* Actual entries; larger than requested if rounding was needed. */
	uint32_t rx_ring_size;
	uint32_t tx_ring_size;
	uint32_t fill_ring_size;
	uint32_t completion_ring_size;
	uint32_t device_rx_ring; /* descriptors of the device's own ring, 0 = unknown */
	int32_t numa_node;	 /* of the device, -1 = unknown or none */
	uint32_t mtu;
	uint32_t frame_size;
	uint32_t copy_budget;	  /* set in the kernel; 0 = not used or not supported */
	uint32_t rounded;	  /* 1: a ring size was rounded up */
	uint32_t untested;	  /* 1: without a link it is unknown whether the queue sends */
	uint32_t tx_limit;	  /* most frames in flight at once */
	uint32_t kick_watermark;  /* in force; 1 if every burst is kicked */
	uint32_t posted;	  /* frames kept posted for receiving */
	uint32_t floor;		  /* frames that always stay there, see zcxsk_rx_burst() */
	uint64_t application;	  /* frames free when it was opened, without the floor */
	uint64_t carrier_wait_ns; /* time the link took to come back */
	uint64_t busy_wait_ns;	  /* time the queue took to be released */
	char ifname[16];
	char driver[32];
	/*
	 * A static text: what a fault of this kernel and driver can do to the whole machine
	 * while this zero-copy socket is open; NULL if none is known.
	 */
	const char *known_fault;
};

/*
 * How many frames a socket needs. In zero copy the device has buffers only from the
 * fill ring, for the packets that pass to the kernel, too. So as many frames as fill
 * the RX ring and the device's own ring always stay with the kernel or in the RX
 * ring: the floor. The application may hold the rest, in any way: received, allocated,
 * in flight, in handoffs.
 */
struct zcxsk_plan {
	size_t size;		 /* sizeof(struct zcxsk_plan) */
	uint32_t mode;		 /* enum zcxsk_mode that the plan is for */
	uint32_t queues;	 /* 1; of a port, the number that was added up */
	uint64_t frames;	 /* needed at least; with fewer, zero copy is refused */
	uint64_t available;	 /* frames that there are, or will be created */
	uint64_t floor;		 /* frames that always stay with the kernel */
	uint64_t posted;	 /* frames kept posted while the application holds none */
	uint64_t application;	 /* most frames that the application may hold */
	uint32_t device_rx_ring; /* descriptors; assumed to be 4096 if unknown */
	/* Entries, of each queue; of a port, the smallest. */
	uint32_t rx_ring_size;
	uint32_t fill_ring_size;
	uint32_t tx_ring_size;
	uint32_t completion_ring_size;
	/* Bytes: the smallest that hold packets of the interface's MTU, in the plan's mode. */
	uint32_t frame_size;
};

ZCXSK_BEGIN_DECLS

/* Zeroes *plan and sets its size. */
ZCXSK_INLINE void zcxsk_plan_init(struct zcxsk_plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	plan->size = sizeof(*plan);
}

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
 * refused mode is undone completely before the next one is tried; see
 * zcxsk_socket_refusal(). If zero copy works on the queue but there are too few
 * frames for it, see zcxsk_socket_plan(), no other mode is tried: -ENOMEM. Needs
 * CAP_NET_RAW, and the capabilities for attaching.
 *
 *   -EINVAL      NULL object, invalid option, a name no interface can have, queue
 *                at or above the usable count, ring size above its limit
 *   -ENODEV      no such interface
 *   -ENETDOWN    the interface is down
 *   -EMSGSIZE    the MTU is larger than a frame can hold
 *   -EBUSY       the queue has a socket, or another program is attached
 *   -EPERM       a capability is missing; see also zcxsk_redirect_attach()
 *   -ENOMEM      out of memory, or too few frames
 *   -EMFILE, -ENFILE  no descriptor is left
 *   -EOPNOTSUPP  no allowed mode works here, or packets without Ethernet header
 *   -EAGAIN      the interface is renamed all the time
 *   -ETIMEDOUT   the link did not come back in time
 *   -EIO         the queue was bound but does not send
 *   -EOWNERDEAD  cache or redirect belong to a parent process, see base.h
 *   others       as the kernel returned them; the error's cause explains
 *
 * If several modes were tried, the error is that of the best of them. Blocks:
 * up to the two deadlines in opts plus driver reconfiguration.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_socket_open(struct zcxsk_socket **out, const char *ifname,
						uint32_t queue,
						const struct zcxsk_socket_opts *opts,
						struct zcxsk_error *error);

/*
 * What zcxsk_socket_open() would choose with the same arguments: for the fastest
 * allowed mode that the interface is not known to lack. Opens nothing and needs no
 * privileges; for a caller-supplied cache the frames that are free now count.
 *
 *   -ENOMEM  there are fewer frames than zero copy needs: opening would be
 *            refused. *plan is filled, and *error gives the numbers
 *   -EINVAL  NULL, a wrong size, an invalid option, no such queue
 *   -ENODEV, -ENETDOWN  as zcxsk_socket_open()
 *
 * Queries the driver (SIOCETHTOOL). Does not block, except on the pool's lock. With a
 * caller-supplied cache its owner thread, else any.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_socket_plan(const char *ifname, uint32_t queue,
						const struct zcxsk_socket_opts *opts,
						struct zcxsk_plan *plan, struct zcxsk_error *error);

/*
 * Stops receiving, waits up to a second for frames in flight, closes the
 * socket, and frees what the socket created. NULL is accepted. Returns the
 * number of sent frames that were not completed by then.
 *
 * With a caller-supplied cache, the frames of the cache return to the pool, and
 * so do those that the kernel holds (not completed, or posted for receiving) once
 * it has released the queue. That takes it 20 to 70 ms, without notification: this
 * call tries to bind a socket of its own to the queue, for at most a second and no
 * longer than busy_timeout_ns, which needs CAP_NET_RAW, and before Linux 5.14 also
 * CAP_NET_ADMIN. The next open on this pool waits for that socket. Later it is
 * known when another socket is open on the same queue; opening, closing and
 * rebuilding a socket of the pool tries again.
 *
 * Without ZCXSK_POOL_CHECK, frames of the queue cannot be told from others that
 * are neither in the pool nor seen there since: frames that the application holds,
 * and those in other caches and sockets. They return when enough of these have
 * been through the pool, at the latest when all sockets are closed and all caches
 * destroyed. zcxsk_pool_left_behind() counts the frames that have not returned.
 */
ZCXSK_API uint32_t zcxsk_socket_close(struct zcxsk_socket *socket);

/* Reads the actual properties. -EINVAL for NULL or a wrong size. Does not block. */
ZCXSK_API int zcxsk_socket_read_info(const struct zcxsk_socket *socket,
				     struct zcxsk_socket_info *info);

/* The mode that the kernel really uses, read back at open. */
ZCXSK_API enum zcxsk_mode zcxsk_socket_mode(const struct zcxsk_socket *socket);

/*
 * Why a mode was refused; NULL if it was not tried or not refused. Valid until
 * the socket is closed.
 */
ZCXSK_API const struct zcxsk_error *zcxsk_socket_refusal(const struct zcxsk_socket *socket,
							 enum zcxsk_mode mode);

/*
 * 0, or why the data path cannot go on, as of its last call:
 *   -EINVAL    tx stopped at an invalid packet (see zcxsk_tx_burst)
 *   -EAGAIN    the kernel took only a part; the next call kicks again
 *   -ETIME     a stall: no frame was completed for stall_ns, see watchdog.h
 *   -ENOBUFS   packets wait in the RX ring, but the application holds too many
 *              frames, see zcxsk_rx_burst(); or a kick found the kernel out of
 *              memory (tx_kick_nobufs counts it), and the next call kicks again
 *   -ENETDOWN  the interface is down, and frames stay queued until it is up; or
 *              it has no carrier, as the last call that waited, received or
 *              kicked saw
 *   -EUNATCH   the driver sends in zero-copy only while an XDP program is attached
 *              (seen on igb), and there is none any more; frames stay queued until
 *              one is attached
 *   -ENXIO     the device is gone; close the socket
 *   others     as the kernel returned them
 */
ZCXSK_API int zcxsk_socket_status(const struct zcxsk_socket *socket);

/* File descriptor, for poll and epoll. The socket owns it. */
ZCXSK_API int zcxsk_socket_fd(const struct zcxsk_socket *socket);
/* First byte of the packet memory, for zcxsk_packet_data(). */
ZCXSK_API void *zcxsk_socket_base(const struct zcxsk_socket *socket);
/* The UMEM, the cache and the redirect that the socket uses; it may have no redirect: NULL. */
ZCXSK_API struct zcxsk_umem *zcxsk_socket_umem(const struct zcxsk_socket *socket);
ZCXSK_API struct zcxsk_cache *zcxsk_socket_cache(const struct zcxsk_socket *socket);
ZCXSK_API struct zcxsk_redirect *zcxsk_socket_redirect(const struct zcxsk_socket *socket);

/*
 * The rings, for programs that implement their own bursts. The first call for
 * the RX or the fill ring hands both to the program, the first one for the TX or
 * the completion ring those two, until the socket is closed: the library neither
 * touches nor counts them any more, and behaves like a socket that lacks them.
 * zcxsk_rx_*() or zcxsk_tx_*() then answer -EINVAL or 0; the other direction
 * stays the library's. The frames that were posted for receiving are the
 * program's then. On a close the frames that are in these rings or with the kernel
 * return to the pool as those of other sockets, when the kernel has released the
 * queue: the program frees only what it has taken out of the rings. On a rebuild
 * all stay with the program. It kicks with sendto() on zcxsk_socket_fd(), and gets and
 * returns frames with zcxsk_cache_alloc() and zcxsk_cache_free().
 *
 * NULL if the socket lacks the ring or has no queue, and for the TX and
 * completion rings while packets that the library sent are in flight
 * (zcxsk_tx_drain()). After a rebuild, get the rings again. Does not block.
 * Owner thread. A kicker kicks no more once the program has the TX ring.
 */
ZCXSK_API struct zcxsk_ring_cons *zcxsk_socket_rx_ring(struct zcxsk_socket *socket);
ZCXSK_API struct zcxsk_ring_prod *zcxsk_socket_tx_ring(struct zcxsk_socket *socket);
ZCXSK_API struct zcxsk_ring_prod *zcxsk_socket_fill_ring(struct zcxsk_socket *socket);
ZCXSK_API struct zcxsk_ring_cons *zcxsk_socket_completion_ring(struct zcxsk_socket *socket);

ZCXSK_END_DECLS

#endif
