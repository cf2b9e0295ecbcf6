/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain.h - turns a step of set-up, the errno that it failed with, and facts of
 * the interface into a cause and a remedy.
 */
#ifndef ZCXSK_LIB_EXPLAIN_EXPLAIN_H
#define ZCXSK_LIB_EXPLAIN_EXPLAIN_H

#include <zcxsk/error.h>
#include <zcxsk/mode.h>

#include "base/fork.h"
#include "nic/nic.h"

/* The steps of set-up that enter the kernel. */
enum step {
	STEP_SOCKET,		/* socket(AF_XDP) */
	STEP_UMEM_REG,		/* setsockopt XDP_UMEM_REG */
	STEP_RING,		/* setsockopt of one of the four rings */
	STEP_MMAP,		/* mmap of a ring, getsockopt XDP_MMAP_OFFSETS */
	STEP_BPF_LOAD,		/* loading the BPF program and its maps */
	STEP_ATTACH_NATIVE,	/* bpf_link for native XDP */
	STEP_ATTACH_GENERIC,	/* bpf_link for generic XDP */
	STEP_ATTACH_DISPATCHER, /* libxdp */
	STEP_BIND,		/* bind, in the given mode */
	STEP_XSKMAP,		/* putting the socket into the XSKMAP */
	STEP_SELF_TEST,		/* -EIO: bound, but the queue does not send */
	STEP_CARRIER,		/* -ETIMEDOUT: the link did not come back */
};

/* Facts for an explanation; zero or NULL = not known. */
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
 * Fills *error for a step that failed with code, a negative errno. error may be
 * NULL. Returns code, so that a caller can end with `return explain(...)`.
 */
int explain(struct zcxsk_error *error, enum step step, int code, const struct explain_facts *facts);

/*
 * Fills *error with the caller's text. For the library's own checks, whose texts
 * name the value and the limit. A lack of descriptors has a text of its own at every
 * step. Returns code.
 */
int explain_text(struct zcxsk_error *error, const char *step, int code, const char *remedy,
		 const char *cause_format, ...) __attribute__((format(printf, 5, 6)));

/* The same for invalid arguments. Returns -EINVAL. */
#define explain_usage(error, step, remedy, ...)                                                    \
	explain_text(error, step, -EINVAL, remedy, __VA_ARGS__)

/*
 * Fills *error for an interface whose facts could not be read: code is nic_read()'s. Returns
 * code.
 */
int explain_lookup(struct zcxsk_error *error, int code, const char *ifname);

/* Fills *error for an interface that is down. Returns -ENETDOWN. */
int explain_is_down(struct zcxsk_error *error, const struct nic *nic);

/* Fills *error for facts->queue, which is none of facts->usable_queues. Returns -EINVAL. */
int explain_no_queue(struct zcxsk_error *error, const struct explain_facts *facts);

/* Fills *error for an MTU larger than facts->frame_size allows. Returns -EMSGSIZE. */
int explain_mtu(struct zcxsk_error *error, const struct explain_facts *facts);

/*
 * Returns 0, or -EOPNOTSUPP with *error filled for an interface whose packets have no Ethernet
 * header: rules, tools and self-tests would misread or break them.
 */
int explain_link_type(struct zcxsk_error *error, const struct nic *nic);

/*
 * Returns 0, or -EOWNERDEAD with *error filled if the object, a word for it, belongs to
 * another process, usually the parent of this one.
 */
int explain_owner(struct zcxsk_error *error, const struct fork_node *node, const char *object);

/* Adds to the cause of an error. */
void explain_more(struct zcxsk_error *error, const char *text);

/*
 * Adds to an error that undoing failed too, with this code (0: it did not): the program
 * stays in libxdp's dispatcher on the interface.
 */
void explain_left(struct zcxsk_error *error, int code, const char *ifname);

/* Marks success: sets the code to 0. */
void explain_clear(struct zcxsk_error *error);

#endif
