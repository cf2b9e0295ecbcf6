/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tokens.h - checks on the way home: each packet goes out with its sequence
 * number as token, and each token has to come back once, and in order where
 * that was asked for.
 */
#ifndef ZCXSOCK_TOKENS_H
#define ZCXSOCK_TOKENS_H

#include <stdbool.h>
#include <zcxsk/zcxsk.h>

struct tokens {
	enum zcxsk_tokens order;
	uint64_t told;
	uint64_t wrong; /* not out, or, in order, before one that was told */
	uint64_t next;	/* the lowest one that may still be told in order */
	uint64_t *out;	/* by token: the token and 1 while it is out */
};

/* False when there is no memory. */
bool tokens_init(struct tokens *t, enum zcxsk_tokens order);
void tokens_free(struct tokens *t);

/* As zcxsk_tx_burst(); the first packet's token is `first`. Collects, too. */
uint32_t tokens_burst(struct tokens *t, struct zcxsk_socket *socket,
		      const struct zcxsk_packet *packets, uint32_t n, uint64_t first);

/* Takes and checks what has come home. */
void tokens_collect(struct tokens *t, struct zcxsk_socket *socket);

#endif
