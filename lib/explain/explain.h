/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain.h - turns "this step gave that errno on this interface" into a cause
 * and a remedy in plain words.
 */
#ifndef ZCXSK_LIB_EXPLAIN_EXPLAIN_H
#define ZCXSK_LIB_EXPLAIN_EXPLAIN_H

#include <zcxsk/error.h>
#include <zcxsk/mode.h>

#include "nic/nic.h"

/* The steps of set-up that enter the kernel. */
enum step {
	STEP_SOCKET,		/* socket(AF_XDP) */
	STEP_UMEM_REG,		/* setsockopt XDP_UMEM_REG */
	STEP_RING,		/* setsockopt of one of the four rings */
	STEP_MMAP,		/* mmap of a ring, getsockopt XDP_MMAP_OFFSETS */
	STEP_BPF_LOAD,		/* loading the BPF program and its maps */
	STEP_ATTACH_NATIVE,	/* bpf_link in the driver */
	STEP_ATTACH_GENERIC,	/* bpf_link after the driver */
	STEP_ATTACH_DISPATCHER, /* libxdp */
	STEP_BIND,		/* bind, in the mode given */
	STEP_XSKMAP,		/* putting the socket into the map */
	STEP_SELF_TEST,		/* -EIO: bound, but the queue does not send */
	STEP_CARRIER,		/* -ETIMEDOUT: the link did not come back */
};

/* Everything an explanation may rest on; zero or NULL = not known. */
struct explain_facts {
	const struct nic *nic;
	enum zcxsk_mode mode; /* the mode being tried */
	uint32_t queue;
	uint32_t usable_queues; /* counted before attaching */
	uint32_t frame_size;
	uint32_t headroom;
	uint64_t umem_bytes;
	uint32_t ring_size;
	const char *ring;   /* "TX", "fill" ... */
	const char *detail; /* text from libxdp or the verifier, may be NULL */
};

/*
 * Fills *error for a step that gave code (negative errno). error may be NULL.
 * Returns code, so that a caller can end with `return explain(...)`.
 */
int explain(struct zcxsk_error *error, enum step step, int code, const struct explain_facts *facts);

/*
 * Fills *error with a text of the caller's: for checks that the library makes
 * itself, which can name the value and the limit. Returns code.
 */
int explain_text(struct zcxsk_error *error, const char *step, int code, const char *remedy,
		 const char *cause_format, ...) __attribute__((format(printf, 5, 6)));

/* The same with no step of set-up reached: wrong arguments. Returns -EINVAL. */
#define explain_usage(error, step, remedy, ...)                                                    \
	explain_text(error, step, -EINVAL, remedy, __VA_ARGS__)

/* Marks success: code becomes 0. */
void explain_clear(struct zcxsk_error *error);

#endif
