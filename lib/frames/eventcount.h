/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * eventcount.h - lets a thread sleep until another has changed shared state. The
 * other thread pays a fence, and a system call only if somebody waits.
 *
 *   waiter                                      notifier
 *   eventcount_prepare: armed = 1, full fence   changes the state
 *   checks the state again                      eventcount_notify: full fence, armed?
 *   unchanged: eventcount_wait                  if so: armed = 0, write to the eventfd
 *
 * EVENTCOUNT-W: the two fences pair with each other. Each side stores, then loads
 * what the other stores, so at least one sees the other's store: either the
 * waiter's second check finds the change, or the notifier finds `armed` set.
 * Release and acquire do not order a store before a later load. Modelled in
 * tests/model/handoff.pml.
 *
 * If the second check succeeds, the eventcount stays armed, and the next notify
 * writes to the eventfd although nobody waits. eventcount_prepare() discards that.
 */
#ifndef ZCXSK_LIB_FRAMES_EVENTCOUNT_H
#define ZCXSK_LIB_FRAMES_EVENTCOUNT_H

#include <stdint.h>
#include <zcxsk/base.h>

struct eventcount {
	int fd;		/* eventfd */
	uint32_t armed; /* shared; the waiter sets it, the notifier clears it */
};

/* 0 or -errno. */
int eventcount_open(struct eventcount *e);
void eventcount_close(struct eventcount *e);

/* Waiter: call it before the last check. Discards earlier notifications. */
void eventcount_prepare(struct eventcount *e);

/*
 * Waiter: sleeps until a notification or the deadline. 0, -ETIMEDOUT or -EINTR; after the
 * deadline -ETIMEDOUT, even if there was a notification.
 */
int eventcount_wait(const struct eventcount *e, uint64_t deadline_ns);

/* The slow path of eventcount_notify(): wakes the waiter. */
void eventcount_wake(struct eventcount *e);

/* Notifier: call it after storing what the waiter waits for. */
static inline void eventcount_notify(struct eventcount *e)
{
	/* EVENTCOUNT-W: pairs with the fence in eventcount_prepare. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (ZCXSK_UNLIKELY(__atomic_load_n(&e->armed, __ATOMIC_RELAXED)))
		eventcount_wake(e);
}

/* A pause for loops that spin on another thread's stores. */
static inline void eventcount_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

#endif
