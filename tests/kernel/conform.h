/* SPDX-License-Identifier: BSD-2-Clause */
/* conform.h - behaviours of AF_XDP, by the names of the kernel's own tests. */
#ifndef ZCXSK_TESTS_CONFORM_H
#define ZCXSK_TESTS_CONFORM_H

#include <stdint.h>
#include <zcxsk/zcxsk.h>

#include "rig.h"

#define COPY_MODES ((uint32_t)(ZCXSK_MODE_NATIVE_COPY | ZCXSK_MODE_GENERIC_COPY))

struct behaviour {
	const char *name;
	/* Ends the process with a status other than 0 if it does not hold. NULL: see `lacks`. */
	void (*run)(enum zcxsk_mode mode);
	uint32_t modes;	   /* in which it is to hold; 0 = all */
	const char *lacks; /* what the library does not have yet */
};

/* Each list ends with an entry without a name. */
extern const struct behaviour conform_traffic[];
extern const struct behaviour conform_rings[];
extern const struct behaviour conform_programs[];

/* Ends the process: the kernel or the driver does not have it. */
_Noreturn void conform_unsupported(const char *what, int code);

/* Opens a socket; only frames of 2048 bytes may be too small, which is `unsupported`. */
struct zcxsk_socket *conform_open(const char *ifname, const struct zcxsk_socket_opts *opts);

/* poll() on the socket's descriptor: whether the event came. */
bool conform_poll(struct zcxsk_socket *s, short event, int timeout_ms);

#endif
