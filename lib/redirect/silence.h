/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * silence.h - keeps libbpf and libxdp from printing, and signals from interrupting them,
 * while we call them.
 */
#ifndef ZCXSK_LIB_REDIRECT_SILENCE_H
#define ZCXSK_LIB_REDIRECT_SILENCE_H

#include <signal.h>

/*
 * Put around each call of theirs that may fail. Signals to this thread wait meanwhile: the
 * kernel ends the verification of a program with EAGAIN when one is pending. *before gets
 * the thread's signal mask, for the end. Can be nested; any thread.
 */
void quiet_begin(sigset_t *before);
void quiet_end(const sigset_t *before);

/*
 * In a child, under fork_lock(): the threads that were inside do not exist here. Restores
 * the application's print functions.
 */
void quiet_in_child(void);

#endif
