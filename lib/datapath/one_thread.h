/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * one_thread.h - in the checking mode, finds two threads that are in calls on one socket at the
 * same time. Stands where frames are checked one by one, and around sleeps, so that sockets of
 * other pools pay nothing on the data path.
 */
#ifndef ZCXSK_LIB_DATAPATH_ONE_THREAD_H
#define ZCXSK_LIB_DATAPATH_ONE_THREAD_H

#include "datapath/socket.h"

bool one_thread_claim(struct zcxsk_socket *s, enum ledger_call call);
void one_thread_release(struct zcxsk_socket *s);

/* A part of a call, which may be inside another one. Pass the result to one_thread_leave(). */
static inline bool one_thread_enter(struct zcxsk_socket *s, enum ledger_call call)
{
	return ZCXSK_UNLIKELY(s->checked) && one_thread_claim(s, call);
}

static inline void one_thread_leave(struct zcxsk_socket *s, bool entered)
{
	if (ZCXSK_UNLIKELY(entered))
		one_thread_release(s);
}

#endif
