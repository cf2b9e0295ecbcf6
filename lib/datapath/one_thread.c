/* SPDX-License-Identifier: BSD-2-Clause */
/* one_thread.c - notes the thread and its call in the socket while the call runs. */
#include "datapath/one_thread.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Thread and call as one number; 0: no call. */
static uint64_t user_of(uint32_t thread, enum ledger_call call)
{
	return (uint64_t)call << 32 | thread;
}

static void report(struct zcxsk_socket *s, uint64_t me, uint64_t other)
{
	char what[sizeof(s->pool->violation)];

	snprintf(what, sizeof(what),
		 "%s in thread %" PRIu32 ": thread %" PRIu32
		 " is in %s on the same socket, of queue %" PRIu32,
		 ledger_call_name((enum ledger_call)(me >> 32)), (uint32_t)me, (uint32_t)other,
		 ledger_call_name((enum ledger_call)(other >> 32)), s->setup.queue);
	ledger_report(s->pool, what);
}

/* Returns false inside another call of this thread, and if another thread is in one. */
bool one_thread_claim(struct zcxsk_socket *s, enum ledger_call call)
{
	uint64_t me = user_of((uint32_t)syscall(SYS_gettid), call), other = 0;

	/* Relaxed: it orders nothing, because nothing depends on it. */
	if (__atomic_compare_exchange_n(&s->user, &other, me, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		return true;
	if ((uint32_t)other != (uint32_t)me)
		report(s, me, other);
	return false;
}

void one_thread_release(struct zcxsk_socket *s)
{
	__atomic_store_n(&s->user, 0, __ATOMIC_RELAXED);
}
