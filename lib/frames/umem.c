/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * umem.c - the packet memory: maps it with the best pages available and keeps its
 * geometry. Each socket registers it with the kernel, see socket/xsk.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "explain/explain.h"
#include "frames/memory.h"
#include "base/opts.h"

#define DEFAULT_FRAME_SIZE 2048u /* bytes; holds an MTU up to 1766 */
#define DEFAULT_FRAMES 8192u	 /* 16 MiB: fills the default rings, with as many to spare */
/*
 * Bytes, on x86-64 and arm64. Requested by size, since the system's default may
 * differ: 1 GiB by the kernel command line, 512 MiB if a page has 64 KiB.
 */
#define HUGE_PAGE_SHIFT 21
#define HUGE_PAGE_SIZE ((size_t)1 << HUGE_PAGE_SHIFT)
/*
 * Bytes of a frame that the newest kernels require besides the headroom: 256 for
 * XDP, 320 for the tail of an skb, 128 for a packet.
 */
#define FRAME_RESERVED (ZCXSK_XDP_HEADROOM + 320u + 128u)

static int check_opts(const struct zcxsk_umem_opts *o, struct zcxsk_error *error)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	if (o->flags & ~ZCXSK_UMEM_HUGE_PAGES || o->reserved)
		return explain_usage(error, "check UMEM options", "Use only the flags in umem.h.",
				     "unknown flag bits 0x%x", o->flags & ~ZCXSK_UMEM_HUGE_PAGES);
	if (o->frame_size != 2048 && o->frame_size != 4096)
		return explain_usage(error, "check UMEM options", "Use 2048 or 4096.",
				     "frame size %u is not supported", o->frame_size);
	if (o->frame_size > page)
		return explain_usage(error, "check UMEM options", "Use 2048.",
				     "frame size %u is larger than a page of %llu bytes",
				     o->frame_size, (unsigned long long)page);
	if (o->headroom > o->frame_size - FRAME_RESERVED)
		return explain_usage(error, "check UMEM options", "Use less headroom.",
				     "headroom %u is over the limit of %u for frames of %u bytes",
				     o->headroom, o->frame_size - FRAME_RESERVED, o->frame_size);
	if (!o->memory && o->memory_size)
		return explain_usage(error, "check UMEM options",
				     "Set memory too, or set frames instead.",
				     "memory_size is set without memory");
	if (o->memory && (o->frames || (uintptr_t)o->memory % page || !o->memory_size ||
			  o->memory_size % o->frame_size))
		return explain_usage(
			error, "check UMEM options",
			"Align the memory to a page, set memory_size to a multiple of the frame "
			"size, and leave frames 0.",
			"caller-supplied memory at %p of %llu bytes does not fit frames of %u "
			"bytes",
			o->memory, (unsigned long long)o->memory_size, o->frame_size);
	if (!o->memory && (o->frames > UINT32_MAX || o->frames > SIZE_MAX / 2 / o->frame_size))
		return explain_usage(error, "check UMEM options", "Use fewer frames.",
				     "%llu frames are over the limit of %u",
				     (unsigned long long)o->frames, UINT32_MAX);
	return 0;
}

/* Maps `size` bytes aligned to a huge page, so that the kernel can merge pages. */
static void *map_aligned(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t whole = (size + page - 1) / page * page, room = whole + HUGE_PAGE_SIZE;
	unsigned char *start =
		mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t front, back;

	if (start == MAP_FAILED)
		return MAP_FAILED;
	front = -(uintptr_t)start & (HUGE_PAGE_SIZE - 1);
	back = room - front - whole;
	if (front)
		munmap(start, front);
	if (back)
		munmap(start + front + whole, back);
	return start + front;
}

/* Whether the kernel already backs the mapping at base with huge pages. */
static bool has_merged_pages(const void *base)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	char line[256];
	bool inside = false, merged = false;
	unsigned long from, to, kib;

	if (!f)
		return false;
	while (!merged && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = (uintptr_t)base >= from && (uintptr_t)base < to;
		else if (inside && sscanf(line, "AnonHugePages: %lu", &kib) == 1)
			merged = kib > 0;
	}
	fclose(f);
	return merged;
}

/* Touches every page, so that a lack of memory shows now, as -ENOMEM. */
static int populate(void *base, size_t size)
{
#ifdef MADV_POPULATE_WRITE
	if (madvise(base, size, MADV_POPULATE_WRITE) == 0)
		return 0;
	if (errno != EINVAL) /* EINVAL: a kernel before 5.14 */
		return -ENOMEM;
#endif
	memset(base, 0, size);
	return 0;
}

/* Refuses more than the available memory, before the OOM killer acts. */
static int check_memory_left(uint64_t size, struct zcxsk_error *error)
{
	FILE *f = fopen("/proc/meminfo", "re");
	unsigned long long kib, available = UINT64_MAX;
	char line[128];

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			available = kib * 1024;
	fclose(f);
	if (size <= available)
		return 0;
	return explain_text(error, "map UMEM", -ENOMEM, "Use fewer frames, or free memory.",
			    "%llu MiB of packet memory were requested, %llu MiB are available",
			    (unsigned long long)size >> 20, available >> 20);
}

static void *map_ordinary(struct zcxsk_umem *u)
{
	return mmap(NULL, u->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Reserved huge pages if possible, otherwise transparent ones, otherwise base pages. */
static void *map_huge(struct zcxsk_umem *u)
{
	void *base = MAP_FAILED;

	if (u->size % HUGE_PAGE_SIZE == 0)
		base = mmap(NULL, u->size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_HUGETLB |
				    HUGE_PAGE_SHIFT << MAP_HUGE_SHIFT,
			    -1, 0);
	if (base != MAP_FAILED) {
		u->pages = ZCXSK_PAGES_HUGETLB;
		return base;
	}
	base = map_aligned(u->size);
	if (base != MAP_FAILED)
		madvise(base, u->size, MADV_HUGEPAGE); /* advice: no error matters */
	return base;
}

static int map_memory(struct zcxsk_umem *u, bool huge, struct zcxsk_error *error)
{
	void *base;
	int ret = check_memory_left(u->size, error);

	if (ret)
		return ret;
	base = huge ? map_huge(u) : map_ordinary(u);
	if (base == MAP_FAILED || populate(base, u->size)) {
		if (base != MAP_FAILED)
			munmap(base, u->size);
		return explain_text(error, "map UMEM", -ENOMEM, "Use fewer frames, or free memory.",
				    "the system cannot provide %llu MiB of packet memory",
				    (unsigned long long)u->size >> 20);
	}
	if (huge && u->pages == ZCXSK_PAGES_BASE && has_merged_pages(base))
		u->pages = ZCXSK_PAGES_TRANSPARENT;
	/*
	 * A child must not share these pages: after a fork, copy-on-write could
	 * give the parent new pages while the device writes to the old ones.
	 */
	madvise(base, u->size, MADV_DONTFORK);
	u->base = base;
	return 0;
}

/*
 * The kernel may still be releasing a queue. It holds references to the pages, so
 * unmapping them is safe.
 */
static void unmap_memory(struct zcxsk_umem *u)
{
	if (u->pages != ZCXSK_PAGES_CALLER)
		munmap(u->base, u->size);
}

int zcxsk_umem_create(struct zcxsk_umem **out, const struct zcxsk_umem_opts *opts,
		      struct zcxsk_error *error)
{
	struct zcxsk_umem_opts o;
	struct zcxsk_umem *u;
	int ret;

	if (!out)
		return explain_usage(error, "create UMEM", "Pass the address of a pointer.",
				     "the result pointer is NULL");
	*out = NULL;
	if (opts_copy(&o, sizeof(o), opts, sizeof(o)))
		return explain_usage(
			error, "check UMEM options", "Call zcxsk_umem_opts_init().",
			"the options struct has a wrong size, or unknown fields are set");
	if (!o.frame_size)
		o.frame_size = DEFAULT_FRAME_SIZE;
	ret = check_opts(&o, error);
	if (ret)
		return ret;
	if (!o.memory && !o.frames)
		o.frames = DEFAULT_FRAMES;

	u = calloc(1, sizeof(*u));
	if (!u)
		return explain_text(error, "create UMEM", -ENOMEM, "", "out of memory");
	u->frame_size = o.frame_size;
	u->headroom = o.headroom;
	u->frames = o.memory ? o.memory_size / o.frame_size : o.frames;
	u->size = u->frames * u->frame_size;
	if (o.memory) {
		u->base = o.memory;
		u->pages = ZCXSK_PAGES_CALLER;
	} else {
		ret = map_memory(u, o.flags & ZCXSK_UMEM_HUGE_PAGES, error);
		if (ret) {
			free(u);
			return ret;
		}
	}
	if (fork_register(&u->fork, NULL, u)) {
		unmap_memory(u);
		free(u);
		return explain_text(error, "create UMEM", -ENOMEM, "", "out of memory");
	}
	pthread_mutex_init(&u->lock, NULL);
	explain_clear(error);
	*out = u;
	return 0;
}

int zcxsk_umem_destroy(struct zcxsk_umem *u)
{
	if (!u)
		return 0;
	if (fork_check(&u->fork))
		return -EOWNERDEAD;
	if (u->has_pool || u->sockets)
		return -EBUSY;
	fork_unregister(&u->fork);
	unmap_memory(u);
	pthread_mutex_destroy(&u->lock);
	free(u);
	return 0;
}

/* Whether this process may use it: it is not NULL, and not a parent's. */
static bool is_usable(const struct zcxsk_umem *u)
{
	return u && !fork_is_inherited(&u->fork);
}

void *zcxsk_umem_base(const struct zcxsk_umem *u)
{
	return is_usable(u) ? u->base : NULL;
}

uint64_t zcxsk_umem_size(const struct zcxsk_umem *u)
{
	return is_usable(u) ? u->size : 0;
}

uint32_t zcxsk_umem_frame_size(const struct zcxsk_umem *u)
{
	return is_usable(u) ? u->frame_size : 0;
}

uint32_t zcxsk_umem_headroom(const struct zcxsk_umem *u)
{
	return is_usable(u) ? u->headroom : 0;
}

uint64_t zcxsk_umem_frames(const struct zcxsk_umem *u)
{
	return is_usable(u) ? u->frames : 0;
}

enum zcxsk_pages zcxsk_umem_pages(const struct zcxsk_umem *u)
{
	return is_usable(u) ? u->pages : ZCXSK_PAGES_BASE;
}
