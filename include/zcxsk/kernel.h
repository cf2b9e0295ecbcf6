/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.h - the kernel as the data path sees it: four rings and five calls. A
 * socket opened on one of these instead of an interface runs the same code with
 * no kernel behind it; so do programs under test, without root. The library
 * zcxsk-sim is such a kernel, with faults on demand (sim.h).
 */
#ifndef ZCXSK_KERNEL_H
#define ZCXSK_KERNEL_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/mode.h>
#include <zcxsk/socket.h>

/*
 * A ring in memory that both sides share, for as long as the socket is open.
 * Producer and consumer are equal at first, to any value. The other side's
 * orderings are the kernel's, see ring.h. As with the kernel, an entry of the fill
 * ring is an address anywhere in the frame that it means.
 */
struct zcxsk_kernel_ring {
	uint32_t *producer;
	uint32_t *consumer;
	uint32_t *flags; /* XDP_RING_NEED_WAKEUP */
	void *entries;	 /* uint64_t for fill and completion, struct xdp_desc else */
	uint32_t size;	 /* entries, a power of two */
};

struct zcxsk_kernel_rings {
	struct zcxsk_kernel_ring fill, completion, rx, tx;
};

/* Each call gets `context`. Results are 0 or -errno as the system call's. */
struct zcxsk_kernel {
	size_t size; /* sizeof(struct zcxsk_kernel) */
	void *context;
	enum zcxsk_mode mode; /* that the socket is to believe in */
	uint32_t reserved;    /* zero */
	struct zcxsk_kernel_rings rings;
	/* sendto() with nothing in it: a kick. */
	int (*kick)(void *context);
	/* recvfrom() with nothing in it: the fill ring is looked at. */
	int (*receive)(void *context);
	/*
	 * Sleeps for poll events: number of them, 0 when timeout_ns is over, or
	 * -EINTR. An event of the past may be told. With events and timeout_ns
	 * both 0 it is a kick by another way, as poll() is.
	 */
	int (*wait)(void *context, short events, uint64_t timeout_ns);
	/* clock_gettime(CLOCK_MONOTONIC), in ns. */
	uint64_t (*now)(void *context);
	/*
	 * zcxsk_socket_rebuild(): forgets the old rings and every frame in
	 * them, and fills in new ones. NULL where that cannot be.
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
 * Opens a socket on a kernel of the caller's making, which is copied. Options
 * as for zcxsk_socket_open(); ring sizes, modes, redirect and the timeouts are
 * ignored. It has no redirect, no interface and no descriptor
 * (zcxsk_socket_fd() is -1), sends no self-test packet, and
 * zcxsk_watchdog_fd() gives -EOPNOTSUPP. Close it with zcxsk_socket_close()
 * before the rings' memory goes away.
 *
 *   -EINVAL  NULL object or call, bad option, a ring size that is no power of
 *            two or above 65536, a completion ring smaller than the TX ring
 *   -ENOMEM
 *
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_socket_open_on(struct zcxsk_socket **out,
						   const struct zcxsk_kernel *kernel,
						   const struct zcxsk_socket_opts *opts,
						   struct zcxsk_error *error);

ZCXSK_END_DECLS

#endif
