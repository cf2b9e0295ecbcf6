/* SPDX-License-Identifier: BSD-2-Clause */
/* release.h - the part of giving frames back that closing a socket needs. */
#ifndef ZCXSK_LIB_RELEASE_H
#define ZCXSK_LIB_RELEASE_H

#include "handle.h"

/* Frames of packets into the cache. Returns how many were right. */
uint32_t release_to_cache(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n);

#endif
