/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bell.h - how one thread sleeps until another has changed what both look at,
 * without the other paying for it while nobody sleeps.
 *
 *   sleeper                               ringer
 *   bell_arm: armed = 1, full fence       changes it
 *   looks once more                       bell_ring: full fence, armed?
 *   nothing there: bell_sleep             was armed: armed = 0, write the eventfd
 *
 * BELL-W: the two fences are each other's partners. Each side stores, then
 * loads what the other stores, so at least one of them sees the other: either
 * the last look finds the change, or the ringer finds the bell armed. Release
 * and acquire do not order a store before a later load. lib/handoff.pml is the
 * model of it.
 *
 * A bell that was armed in vain stays armed. It then rings once when nobody
 * sleeps, which arming it again takes back.
 */
#ifndef ZCXSK_LIB_BELL_H
#define ZCXSK_LIB_BELL_H

#include <stdint.h>
#include <zcxsk/base.h>

struct bell {
	int fd;		/* eventfd */
	uint32_t armed; /* shared; by the sleeper to 1, by the ringer to 0 */
};

/* 0 or -errno. */
int bell_open(struct bell *bell);
void bell_close(struct bell *bell);

/* Sleeper: before the last look. Takes back what rang before. */
void bell_arm(struct bell *bell);

/* Sleeper: until it rings or the deadline. 0, -ETIMEDOUT or -EINTR. */
int bell_sleep(const struct bell *bell, uint64_t deadline_ns);

/* What bell_ring() does when it finds the bell armed. */
void bell_strike(struct bell *bell);

/* Ringer: after what the sleeper waits for was stored. */
static inline void bell_ring(struct bell *b)
{
	/* BELL-W: pairs with the fence in bell_arm. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (ZCXSK_UNLIKELY(__atomic_load_n(&b->armed, __ATOMIC_RELAXED)))
		bell_strike(b);
}

/* In a loop that waits for another thread. */
static inline void bell_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

#endif
