/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * endpoint.h - the sockets of a run and the packet memory they share: one
 * socket for rx and tx, one or two for fwd.
 */
#ifndef ZCXSOCK_ENDPOINT_H
#define ZCXSOCK_ENDPOINT_H

#include "options.h"

struct endpoints {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
	struct zcxsk_socket *in;  /* NULL for tx */
	struct zcxsk_socket *out; /* NULL for rx; the same as in for fwd without --out */
};

/* The socket that the report describes first. */
static inline struct zcxsk_socket *endpoints_main(const struct endpoints *e)
{
	return e->in ? e->in : e->out;
}

/*
 * Opens the sockets. 0, or the exit status, with the explanation printed. Call
 * endpoints_close() in either case.
 */
int endpoints_open(struct endpoints *e, const struct options *o);

/*
 * Rebuilds the sending socket; the caller must hold no frame. 0, or -errno with
 * the explanation printed.
 */
int endpoints_rebuild(struct endpoints *e, const struct options *o);

/* Prints the library's explanation. Returns the exit status. */
int endpoints_explain(const char *what, const struct zcxsk_error *error);

/* Returns the number of frames that the kernel did not return. */
uint32_t endpoints_close(struct endpoints *e);

#endif
