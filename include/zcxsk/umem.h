/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * umem.h - the packet memory: one range of memory divided into frames of equal
 * size, registered with the kernel once and then reused.
 *
 * A UMEM is created and destroyed by one thread. It may serve sockets on
 * several queues; the kernel pins its pages when the first of them is opened.
 * The library keeps no metadata per frame.
 */
#ifndef ZCXSK_UMEM_H
#define ZCXSK_UMEM_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>

struct zcxsk_umem;

/* Requests 2 MiB pages; falls back to smaller kinds, see zcxsk_umem_pages(). */
#define ZCXSK_UMEM_HUGE_PAGES 1u

/*
 * Bytes that the kernel keeps free before every received packet for the XDP
 * program, in addition to the requested headroom.
 */
#define ZCXSK_XDP_HEADROOM 256u

struct zcxsk_umem_opts {
	size_t size;	     /* sizeof(struct zcxsk_umem_opts) */
	uint32_t flags;	     /* ZCXSK_UMEM_* */
	uint32_t frame_size; /* bytes: 2048 (default) or 4096 */
	uint32_t headroom;   /* bytes before a received packet; default 0 */
	uint32_t reserved;   /* zero */
	uint64_t frames;     /* number of frames; default 8192 */
	/*
	 * Caller-supplied memory to use instead of allocating: page aligned, writable,
	 * anonymous, hugetlb or shmem. memory_size is in bytes, a multiple of the frame
	 * size; `frames` must then be 0. The caller keeps owning it; it must outlive
	 * the UMEM.
	 */
	void *memory;
	uint64_t memory_size;
};

/* The kind of pages that the memory actually has. */
enum zcxsk_pages {
	ZCXSK_PAGES_BASE = 0,	     /* ordinary pages */
	ZCXSK_PAGES_TRANSPARENT = 1, /* transparent huge pages */
	ZCXSK_PAGES_HUGETLB = 2,     /* huge pages from the hugetlb pool */
	ZCXSK_PAGES_CALLER = 3,	     /* caller-supplied memory, not examined */
};

ZCXSK_BEGIN_DECLS

/* Zeroes *opts and sets its size. */
ZCXSK_INLINE void zcxsk_umem_opts_init(struct zcxsk_umem_opts *opts)
{
	memset(opts, 0, sizeof(*opts));
	opts->size = sizeof(*opts);
}

/*
 * Creates a UMEM. Maps and touches the memory; the kernel registers it when a
 * socket is opened on it (setsockopt XDP_UMEM_REG). Child processes do not
 * inherit the memory (MADV_DONTFORK), so that a fork cannot make the kernel and
 * the program see different pages.
 *
 *   -EINVAL  out is NULL or opts are invalid, frame size not 2048 or 4096,
 *            headroom larger than the frame has room for, memory unaligned or its
 *            size not a multiple of the frame size
 *   -ENOMEM  the system does not have that much memory
 *
 * May block while the kernel finds the memory. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_umem_create(struct zcxsk_umem **out,
						const struct zcxsk_umem_opts *opts,
						struct zcxsk_error *error);

/*
 * Unmaps the memory. Returns -EBUSY and does nothing while a pool or a socket
 * uses it; a socket does until it is closed, also after a failed rebuild. NULL is accepted. Does
 * not block.
 */
ZCXSK_API int zcxsk_umem_destroy(struct zcxsk_umem *umem);

/* First byte of the memory; NULL for a NULL umem. Any thread. */
ZCXSK_API void *zcxsk_umem_base(const struct zcxsk_umem *umem);
/* Size of the memory in bytes. Any thread. */
ZCXSK_API uint64_t zcxsk_umem_size(const struct zcxsk_umem *umem);
/* Size of a frame in bytes. Any thread. */
ZCXSK_API uint32_t zcxsk_umem_frame_size(const struct zcxsk_umem *umem);
/* Requested bytes kept free before a received packet. Any thread. */
ZCXSK_API uint32_t zcxsk_umem_headroom(const struct zcxsk_umem *umem);
/* Number of frames. Any thread. */
ZCXSK_API uint64_t zcxsk_umem_frames(const struct zcxsk_umem *umem);
/* The kind of pages of the memory. Any thread. */
ZCXSK_API enum zcxsk_pages zcxsk_umem_pages(const struct zcxsk_umem *umem);

ZCXSK_END_DECLS

#endif
