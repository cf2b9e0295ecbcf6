/* SPDX-License-Identifier: BSD-2-Clause */
/* token.c - tokens beside the TX ring, and the queue in which they come back. */
#include "token.h"

#include <zcxsk/token.h>

#include <errno.h>
#include <stdlib.h>

#include "comp.h"
#include "wake.h"

int token_init(struct zcxsk_socket *s, enum zcxsk_tokens mode, uint32_t tx_ring_size)
{
	s->tokens.mode = s->has_tx ? mode : ZCXSK_TOKENS_OFF;
	if (!s->tokens.mode)
		return 0;
	s->tokens.in_ring = calloc(tx_ring_size, sizeof(*s->tokens.in_ring));
	s->tokens.done = calloc(tx_ring_size, sizeof(*s->tokens.done));
	return s->tokens.in_ring && s->tokens.done ? 0 : -ENOMEM;
}

void token_free(struct zcxsk_socket *s)
{
	free(s->tokens.in_ring);
	free(s->tokens.done);
}

void token_note(struct zcxsk_socket *s, uint32_t index, const uint64_t *tokens, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		s->tokens.in_ring[(index + i) & s->hot.tx.mask] =
			tokens ? tokens[i] : ZCXSK_TOKEN_NONE;
}

void token_push(struct zcxsk_socket *s, uint64_t token)
{
	if (token == ZCXSK_TOKEN_NONE)
		return;
	s->tokens.done[(s->tokens.first + s->tokens.count) & s->hot.tx.mask] = token;
	s->tokens.count++;
}

void token_tell(struct zcxsk_socket *s, uint32_t index)
{
	token_push(s, s->tokens.in_ring[index & s->hot.tx.mask]);
}

uint32_t zcxsk_tx_done(struct zcxsk_socket *s, uint64_t *tokens, uint32_t max)
{
	uint32_t n;

	if (!s || !tokens || !s->tokens.mode)
		return 0;
	comp_reap(s);
	wake_tail(s);
	n = max < s->tokens.count ? max : s->tokens.count;
	for (uint32_t i = 0; i < n; i++)
		tokens[i] = s->tokens.done[(s->tokens.first + i) & s->hot.tx.mask];
	s->tokens.first += n;
	s->tokens.count -= n;
	return n;
}
