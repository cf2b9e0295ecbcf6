/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.h - the kernel as the data path sees it: four rings and five calls. A
 * socket opened on such an object instead of an interface runs the same code
 * without a kernel, so that programs can be tested without root. The library
 * zcxsk-sim implements one, with faults on demand (sim.h).
 */
#ifndef ZCXSK_KERNEL_H
#define ZCXSK_KERNEL_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/mode.h>
#include <zcxsk/socket.h>

/*
 * A ring in memory that both sides share while the socket is open. Producer and
 * consumer start equal, at any value. The other side has to use the memory
 * orderings of the kernel, see ring.h. As with the kernel, an entry of the fill
 * ring may be any address inside the frame that it names.
 */
struct zcxsk_kernel_ring {
	uint32_t *producer;
	uint32_t *consumer;
	uint32_t *flags; /* XDP_RING_NEED_WAKEUP */
	void *entries;	 /* uint64_t for fill and completion, else struct xdp_desc */
	uint32_t size;	 /* entries, a power of two */
};

struct zcxsk_kernel_rings {
	struct zcxsk_kernel_ring fill, completion, rx, tx;
};

/*
 * Each call receives `context`. Results are 0 or -errno, as the system call
 * returns them.
 */
struct zcxsk_kernel {
	size_t size; /* sizeof(struct zcxsk_kernel) */
	void *context;
	enum zcxsk_mode mode; /* the mode that the socket reports and uses */
	/*
	 * Zero copy: descriptors of the device's RX ring. That many frames, and as many as
	 * fill the RX ring, stay with the kernel for its own traffic. 0 = it has none.
	 */
	uint32_t device_rx_ring;
	struct zcxsk_kernel_rings rings;
	/* A kick: sendto() without data. */
	int (*kick)(void *context);
	/* recvfrom() without a buffer: the driver checks the fill ring. */
	int (*receive)(void *context);
	/*
	 * Sleeps for poll events. Returns the number of events, 0 after timeout_ns, or
	 * -EINTR. It may report an event that is over. If events and timeout_ns are
	 * both 0, it acts as a kick, like poll().
	 */
	int (*wait)(void *context, short events, uint64_t timeout_ns);
	/* clock_gettime(CLOCK_MONOTONIC), in ns. */
	uint64_t (*now)(void *context);
	/*
	 * For zcxsk_socket_rebuild(): discards the old rings and every frame in them,
	 * and fills in new ones of the same sizes. NULL if a rebuild is not supported.
	 */
	int (*reopen)(void *context, struct zcxsk_kernel_rings *rings);
};

ZCXSK_BEGIN_DECLS

/* Zeroes *kernel and sets its size. */
ZCXSK_INLINE void zcxsk_kernel_init(struct zcxsk_kernel *kernel)
{
	memset(kernel, 0, sizeof(*kernel));
	kernel->size = sizeof(*kernel);
}

/*
 * Opens a socket on a caller-supplied kernel, which is copied. Options as for
 * zcxsk_socket_open(); ring sizes, modes, redirect and the timeouts are
 * ignored. The socket has no redirect, no interface and no descriptor
 * (zcxsk_socket_fd() returns -1), sends no self-test packet, and
 * zcxsk_socket_service_fd() returns -EOPNOTSUPP. Close it with
 * zcxsk_socket_close() before freeing the memory of the rings; then the other side must not use any
 * frame of the socket any more. Sockets on different kernels may share
 * a UMEM, a pool or a cache.
 *
 *   -EINVAL  NULL object or call, invalid option, a ring size that is not a power
 *            of two or is above 65536, a completion ring smaller than the TX ring
 *   -EBUSY   the rings have a socket already, or the UMEM serves real sockets
 *   -ENOMEM  out of memory
 *
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_socket_open_on(struct zcxsk_socket **out,
						   const struct zcxsk_kernel *kernel,
						   const struct zcxsk_socket_opts *opts,
						   struct zcxsk_error *error);

ZCXSK_END_DECLS

#endif
