/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foresee.h - what the kernel and the driver would answer to the steps that change an
 * interface. Where it is not known on which conditions a driver refuses, it says so.
 */
#ifndef ZCXSK_LIB_NIC_FORESEE_H
#define ZCXSK_LIB_NIC_FORESEE_H

#include "nic/nic.h"

struct foresight {
	int code;	     /* 0 or -errno; 0 if unknown */
	const char *unknown; /* what is not known here; NULL: the code is sure */
};

/* Attaching a native program, that takes packets of one buffer. */
struct foresight foresee_native(const struct nic *nic);

/* Attaching by libxdp's dispatcher, beside what foresee_native() says. */
struct foresight foresee_dispatcher(void);

/* Binding a socket to a queue that exists; native XDP is attached if it is for zero-copy. */
struct foresight foresee_bind(const struct nic *nic, uint32_t queue, bool zero_copy);

#endif
