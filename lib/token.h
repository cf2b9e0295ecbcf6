/* SPDX-License-Identifier: BSD-2-Clause */
/* token.h - the queue of tokens whose packets are done. */
#ifndef ZCXSK_LIB_TOKEN_H
#define ZCXSK_LIB_TOKEN_H

#include "handle.h"

/* Allocates for a TX ring of that size, if the mode asks for it. 0 or -ENOMEM. */
int token_init(struct zcxsk_socket *s, enum zcxsk_tokens mode, uint32_t tx_ring_size);
void token_free(struct zcxsk_socket *s);

/* Notes the tokens of n packets from a TX ring index on; NULL: none is told. */
void token_note(struct zcxsk_socket *s, uint32_t index, const uint64_t *tokens, uint32_t n);

/* Queues a token, unless it is ZCXSK_TOKEN_NONE. There is room. */
void token_push(struct zcxsk_socket *s, uint64_t token);

/* Queues that of the packet at a TX ring index. */
void token_tell(struct zcxsk_socket *s, uint32_t index);

#endif
