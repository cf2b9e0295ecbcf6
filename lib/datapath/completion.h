/* SPDX-License-Identifier: BSD-2-Clause */
/* completion.h - completed frames: from the completion ring to the cache. */
#ifndef ZCXSK_LIB_DATAPATH_COMPLETION_H
#define ZCXSK_LIB_DATAPATH_COMPLETION_H

#include "datapath/socket.h"

/* Reaps all completions. Returns the number of frames returned to the cache. */
uint32_t comp_reap(struct zcxsk_socket *s);

/*
 * Likewise, but makes up to n of them packets of length len. Returns their number, or 0 if
 * they need the slow path: out of order, not contiguous, or checked one by one.
 */
uint32_t comp_recycle(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t n,
		      uint32_t len);

#endif
