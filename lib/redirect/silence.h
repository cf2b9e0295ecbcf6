/* SPDX-License-Identifier: BSD-2-Clause */
/* silence.h - keeps libbpf and libxdp from printing while we call them. */
#ifndef ZCXSK_LIB_REDIRECT_SILENCE_H
#define ZCXSK_LIB_REDIRECT_SILENCE_H

/* Put around each call of theirs that may fail. Can be nested; any thread. */
void quiet_begin(void);
void quiet_end(void);

/*
 * In a child, under fork_lock(): the threads that were inside do not exist here. Restores
 * the application's print functions.
 */
void quiet_in_child(void);

#endif
