/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * eventcount.h - how one thread sleeps until another has changed what both look at,
 * without the other paying for it while nobody sleeps.
 *
 *   sleeper                               ringer
 *   eventcount_arm: armed = 1, full fence       changes it
 *   looks once more                       eventcount_ring: full fence, armed?
 *   nothing there: eventcount_sleep             was armed: armed = 0, write the eventfd
 *
 * BELL-W: the two fences are each other's partners. Each side stores, then
 * loads what the other stores, so at least one of them sees the other: either
 * the last look finds the change, or the ringer finds the bell armed. Release
 * and acquire do not order a store before a later load. tests/model/handoff.pml is the
 * model of it.
 *
 * A bell that was armed in vain stays armed. It then rings once when nobody
 * sleeps, which arming it again takes back.
 */
#ifndef ZCXSK_LIB_FRAMES_EVENTCOUNT_H
#define ZCXSK_LIB_FRAMES_EVENTCOUNT_H

#include <stdint.h>
#include <zcxsk/base.h>

struct eventcount {
	int fd;		/* eventfd */
	uint32_t armed; /* shared; by the sleeper to 1, by the ringer to 0 */
};

/* 0 or -errno. */
int eventcount_open(struct eventcount *bell);
void eventcount_close(struct eventcount *bell);

/* Sleeper: before the last look. Takes back what rang before. */
void eventcount_arm(struct eventcount *bell);

/* Sleeper: until it rings or the deadline. 0, -ETIMEDOUT or -EINTR. */
int eventcount_sleep(const struct eventcount *bell, uint64_t deadline_ns);

/* What eventcount_ring() does when it finds the bell armed. */
void eventcount_strike(struct eventcount *bell);

/* Ringer: after what the sleeper waits for was stored. */
static inline void eventcount_ring(struct eventcount *b)
{
	/* BELL-W: pairs with the fence in eventcount_arm. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (ZCXSK_UNLIKELY(__atomic_load_n(&b->armed, __ATOMIC_RELAXED)))
		eventcount_strike(b);
}

/* In a loop that waits for another thread. */
static inline void eventcount_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

#endif
