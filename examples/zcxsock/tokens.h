/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tokens.h - checks completions: each packet carries its sequence number as token,
 * and each token must be reported once, with in-order in the order of sending.
 */
#ifndef ZCXSOCK_TOKENS_H
#define ZCXSOCK_TOKENS_H

#include <stdbool.h>
#include <zcxsk/zcxsk.h>

struct tokens {
	enum zcxsk_tokens order;
	uint64_t told;
	uint64_t wrong; /* not in flight, or, in order, older than a reported one */
	uint64_t next;	/* the lowest one that may still be reported in order */
	uint64_t *out;	/* by token: the token + 1 while it is in flight */
};

/* False if out of memory. */
bool tokens_init(struct tokens *t, enum zcxsk_tokens order);
void tokens_free(struct tokens *t);

/* Like zcxsk_tx_burst(), with tokens from `first` on. Also collects tokens. */
uint32_t tokens_burst(struct tokens *t, struct zcxsk_socket *socket,
		      const struct zcxsk_packet *packets, uint32_t n, uint64_t first);

/* Takes and checks the reported tokens. */
void tokens_collect(struct tokens *t, struct zcxsk_socket *socket);

#endif
