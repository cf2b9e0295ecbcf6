/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list.c - the engines, in the order of the table.
 */
#include <stddef.h>

#include "engine.h"

const struct engine *const engines[] = {
	&engine_udp_send, &engine_udp_sendmmsg,
	&engine_udp_gso,  &engine_af_packet,
	&engine_tpacket,  &engine_libxdp,
	&engine_dpdk,	  &engine_mutex_queue,
	&engine_zcxsk,	  NULL,
};
