/* SPDX-License-Identifier: BSD-2-Clause */
/* umem.c - the packet memory: geometry, limits, caller-supplied memory. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zcxsk/umem.h>

static struct zcxsk_umem_opts opts(void)
{
	struct zcxsk_umem_opts o;

	zcxsk_umem_opts_init(&o);
	return o;
}

static void refused(struct zcxsk_umem_opts o, int code, const char *word)
{
	struct zcxsk_umem *u = (void *)1;
	struct zcxsk_error error = {0};

	cr_assert_eq(zcxsk_umem_create(&u, &o, &error), code, "%s", word);
	cr_assert_null(u);
	cr_assert_eq(error.code, code);
	cr_assert(strstr(error.cause, word), "'%s' does not name %s", error.cause, word);
}

Test(umem, defaults_are_8192_frames_of_2048_bytes)
{
	struct zcxsk_umem *u;

	cr_assert_eq(zcxsk_umem_create(&u, NULL, NULL), 0);
	cr_assert_eq(zcxsk_umem_frames(u), 8192);
	cr_assert_eq(zcxsk_umem_frame_size(u), 2048);
	cr_assert_eq(zcxsk_umem_size(u), 8192 * 2048);
	cr_assert_eq(zcxsk_umem_headroom(u), 0);
	cr_assert_eq((uintptr_t)zcxsk_umem_base(u) % 4096, 0);
	cr_assert_eq(zcxsk_umem_destroy(u), 0);
}

Test(umem, values_out_of_range_are_reported_with_the_limit)
{
	struct zcxsk_umem_opts o = opts();

	o.frame_size = 3000;
	refused(o, -EINVAL, "3000");
	o.frame_size = 8192;
	refused(o, -EINVAL, "8192");
	o = opts();
	o.headroom = 1345;
	refused(o, -EINVAL, "1344");
	o.frame_size = 4096;
	o.headroom = 3393;
	refused(o, -EINVAL, "3392");
	o = opts();
	o.flags = 1u << 7;
	refused(o, -EINVAL, "0x80");
	o = opts();
	o.frames = UINT64_MAX / 2048;
	refused(o, -EINVAL, "limit");
}

Test(umem, more_frames_than_memory_are_refused_without_allocating)
{
	struct zcxsk_umem_opts o = opts();

	o.frames = (uint64_t)UINT32_MAX;
	refused(o, -ENOMEM, "MiB");
}

Test(umem, the_largest_headroom_is_accepted)
{
	struct zcxsk_umem_opts o = opts();
	struct zcxsk_umem *u;

	o.headroom = 1344;
	cr_assert_eq(zcxsk_umem_create(&u, &o, NULL), 0);
	cr_assert_eq(zcxsk_umem_headroom(u), 1344);
	zcxsk_umem_destroy(u);
}

Test(umem, caller_supplied_memory_is_used_and_not_freed)
{
	struct zcxsk_umem_opts o = opts();
	struct zcxsk_umem *u;
	void *memory =
		mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	o.memory = memory;
	o.memory_size = 1 << 20;
	cr_assert_eq(zcxsk_umem_create(&u, &o, NULL), 0);
	cr_assert_eq(zcxsk_umem_base(u), memory);
	cr_assert_eq(zcxsk_umem_frames(u), 512);
	cr_assert_eq(zcxsk_umem_pages(u), ZCXSK_PAGES_CALLER);
	cr_assert_eq(zcxsk_umem_destroy(u), 0);
	memset(memory, 1, 1 << 20);
	o.memory = (char *)memory + 1;
	refused(o, -EINVAL, "caller-supplied memory");
	o.memory = memory;
	o.memory_size = 2049;
	refused(o, -EINVAL, "2049");
	o.memory_size = 1 << 20;
	o.frames = 5;
	refused(o, -EINVAL, "caller-supplied memory");
}

Test(umem, huge_pages_fall_back_and_the_result_is_reported)
{
	struct zcxsk_umem_opts o = opts();
	struct zcxsk_umem *u;

	o.flags = ZCXSK_UMEM_HUGE_PAGES;
	cr_assert_eq(zcxsk_umem_create(&u, &o, NULL), 0);
	cr_assert_leq(zcxsk_umem_pages(u), ZCXSK_PAGES_HUGETLB);
	memset(zcxsk_umem_base(u), 0xa5, zcxsk_umem_size(u));
	cr_assert_eq(zcxsk_umem_destroy(u), 0);
}

/* KiB of huge pages behind the mapping that has this address. */
static unsigned long huge_behind(const void *address)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	unsigned long from, to, kib, found = 0;
	bool inside = false;
	char line[512];

	cr_assert(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = (uintptr_t)address >= from && (uintptr_t)address < to;
		else if (inside && sscanf(line, "AnonHugePages: %lu", &kib) == 1)
			found = kib;
	}
	fclose(f);
	return found;
}

/* Also beside other memory of the program that has some. */
Test(umem, huge_pages_are_reported_where_they_are)
{
	size_t four = 4u << 20; /* bytes: two huge pages */
	char *other = mmap(NULL, four, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct zcxsk_umem_opts o = opts();
	struct zcxsk_umem *large, *small;

	cr_assert_neq(other, MAP_FAILED);
	madvise(other, four, MADV_HUGEPAGE);
	memset(other, 1, four);
	o.flags = ZCXSK_UMEM_HUGE_PAGES;
	o.frames = 16; /* too small for a huge page */
	cr_assert_eq(zcxsk_umem_create(&small, &o, NULL), 0);
	cr_expect_eq(zcxsk_umem_pages(small), ZCXSK_PAGES_BASE);
	o.frames = four / 2048;
	cr_assert_eq(zcxsk_umem_create(&large, &o, NULL), 0);
	if (zcxsk_umem_pages(large) != ZCXSK_PAGES_HUGETLB)
		cr_expect_eq(zcxsk_umem_pages(large) == ZCXSK_PAGES_TRANSPARENT,
			     huge_behind(zcxsk_umem_base(large)) > 0);
	cr_expect_eq(zcxsk_umem_destroy(large), 0);
	cr_expect_eq(zcxsk_umem_destroy(small), 0);
	munmap(other, four);
}

static int huge_flags;	   /* flags of the last mapping that requested huge pages */
static size_t left_mapped; /* bytes, in whole pages */

static size_t in_pages(size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (length + page - 1) / page * page;
}

/* Replaces the C library's mmap for the library under test. */
void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	void *mapped = (void *)syscall(SYS_mmap, addr, length, prot, flags, fd, offset);

	if (flags & MAP_HUGETLB)
		huge_flags = flags;
	if (mapped != MAP_FAILED)
		left_mapped += in_pages(length);
	return mapped;
}

int munmap(void *addr, size_t length)
{
	int ret = (int)syscall(SYS_munmap, addr, length);

	if (!ret)
		left_mapped -= in_pages(length);
	return ret;
}

/* Larger pages could not be unmapped in parts of 2 MiB. */
Test(umem, huge_pages_are_2_mib_whatever_the_system_default)
{
	struct zcxsk_umem_opts o = opts();
	struct zcxsk_umem *u;

	o.flags = ZCXSK_UMEM_HUGE_PAGES;
	cr_assert_eq(zcxsk_umem_create(&u, &o, NULL), 0);
	cr_assert_eq((huge_flags >> MAP_HUGE_SHIFT) & MAP_HUGE_MASK, 21);
	cr_assert_eq(zcxsk_umem_destroy(u), 0);
}

Test(umem, an_odd_number_of_frames_leaves_nothing_mapped)
{
	struct zcxsk_umem_opts o = opts();
	struct zcxsk_umem *u;

	o.flags = ZCXSK_UMEM_HUGE_PAGES;
	o.frames = 1025;
	cr_assert_eq(zcxsk_umem_create(&u, &o, NULL), 0);
	cr_assert_eq(left_mapped, in_pages(1025 * 2048));
	cr_assert_eq(zcxsk_umem_destroy(u), 0);
	cr_assert_eq(left_mapped, 0);
}

static bool small_pages;

long __real_sysconf(int name);
long __wrap_sysconf(int name);

/* No machine that Linux runs on has pages that are smaller than the largest frame. */
long __wrap_sysconf(int name)
{
	return name == _SC_PAGESIZE && small_pages ? 2048 : __real_sysconf(name);
}

Test(umem, a_frame_larger_than_a_page_is_refused_with_both_sizes)
{
	struct zcxsk_umem_opts o = opts();
	struct zcxsk_umem *u;

	o.frame_size = 4096;
	small_pages = true;
	refused(o, -EINVAL, "frame size 4096 is larger than a page of 2048 bytes");
	o.frame_size = 2048;
	cr_assert_eq(zcxsk_umem_create(&u, &o, NULL), 0);
	cr_assert_eq(zcxsk_umem_destroy(u), 0);
}

#ifndef EMULATOR /* QEMU does not implement RLIMIT_AS and MADV_DONTFORK */
static rlim_t mapped_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	cr_assert(f && fscanf(f, "%lu", &pages) == 1);
	fclose(f);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* Address space runs out; fewer frames fit, as the remedy says. */
Test(umem, memory_that_cannot_be_mapped_is_refused_with_its_size)
{
	struct zcxsk_umem_opts o = opts();
	struct rlimit before, limit;
	struct zcxsk_error error;
	struct zcxsk_umem *u;
	int ret;

	cr_assert_eq(getrlimit(RLIMIT_AS, &before), 0);
	limit = before;
	limit.rlim_cur = mapped_bytes() + (16 << 20);
	o.frames = 32768;
	cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
	ret = zcxsk_umem_create(&u, &o, &error);
	cr_assert_eq(setrlimit(RLIMIT_AS, &before), 0);
	cr_assert_eq(ret, -ENOMEM);
	cr_assert_str_eq(error.cause, "the system cannot provide 64 MiB of packet memory");
	cr_assert_str_eq(error.remedy, "Use fewer frames, or free memory.");
	o.frames = 2048;
	cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
	ret = zcxsk_umem_create(&u, &o, &error);
	cr_assert_eq(setrlimit(RLIMIT_AS, &before), 0);
	cr_assert_eq(ret, 0, "%s", error.cause);
	cr_assert_eq(zcxsk_umem_destroy(u), 0);
}

Test(umem, a_child_does_not_inherit_the_memory)
{
	struct zcxsk_umem *u;
	int status;
	pid_t child;

	cr_assert_eq(zcxsk_umem_create(&u, NULL, NULL), 0);
	child = fork();
	if (child == 0) {
		unsigned char resident;

		/* mincore fails with ENOMEM where nothing is mapped. */
		_exit(mincore(zcxsk_umem_base(u), 4096, &resident) == -1 && errno == ENOMEM ? 0
											    : 1);
	}
	waitpid(child, &status, 0);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	zcxsk_umem_destroy(u);
}
#endif

Test(umem, null_is_accepted)
{
	cr_assert_eq(zcxsk_umem_create(NULL, NULL, NULL), -EINVAL);
	cr_assert_eq(zcxsk_umem_destroy(NULL), 0);
	cr_assert_null(zcxsk_umem_base(NULL));
	cr_assert_eq(zcxsk_umem_size(NULL), 0);
}
