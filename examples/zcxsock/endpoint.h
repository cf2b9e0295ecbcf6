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

/* The socket whose mode, driver and queue the report is headed by. */
static inline struct zcxsk_socket *endpoints_main(const struct endpoints *e)
{
	return e->in ? e->in : e->out;
}

/*
 * Opens everything. On failure the explanation is printed and the exit status
 * to end with is returned; 0 else. Either way close with endpoints_close().
 */
int endpoints_open(struct endpoints *e, const struct options *o);

/*
 * Gives the socket that sends a new queue; the caller holds no frame. 0, or
 * -errno with the explanation printed.
 */
int endpoints_rebuild(struct endpoints *e, const struct options *o);

/* Says why something of the library failed. Returns the status to end with. */
int endpoints_explain(const char *what, const struct zcxsk_error *error);

/* Returns the number of frames that the kernel did not give back. */
uint32_t endpoints_close(struct endpoints *e);

#endif
