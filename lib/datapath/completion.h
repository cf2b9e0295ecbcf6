/* SPDX-License-Identifier: BSD-2-Clause */
/* completion.h - the way home: completion ring -> cache. */
#ifndef ZCXSK_LIB_DATAPATH_COMPLETION_H
#define ZCXSK_LIB_DATAPATH_COMPLETION_H

#include "datapath/socket.h"

/* Takes in every completion that is there. Returns the frames that came home. */
uint32_t comp_reap(struct zcxsk_socket *s);

/* The same, up to n of them as packets of that length. Returns how many, 0 if they are not plain.
 */
uint32_t comp_recycle(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t n,
		      uint32_t len);

#endif
