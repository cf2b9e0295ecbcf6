/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tokens.c - assigns tokens and checks the reported ones.
 */
#include "tokens.h"

#include <stdlib.h>

#include "options.h"

enum {
	COLLECT_MAX = 256,	 /* tokens per call */
	OUT_SLOTS = 2 * RING_MAX /* more than can be in flight, so that no two share a slot */
};

bool tokens_init(struct tokens *t, enum zcxsk_tokens order)
{
	*t = (struct tokens){.order = order};
	t->out = order ? calloc(OUT_SLOTS, sizeof(*t->out)) : NULL;
	return !order || t->out;
}

void tokens_free(struct tokens *t)
{
	free(t->out);
	t->out = NULL;
}

static void check(struct tokens *t, uint64_t token)
{
	uint64_t *slot = &t->out[token % OUT_SLOTS];
	bool late = t->order == ZCXSK_TOKENS_IN_ORDER && token < t->next;

	if (*slot != token + 1 || late)
		t->wrong++;
	else
		t->told++;
	*slot = 0;
	t->next = token + 1;
}

void tokens_collect(struct tokens *t, struct zcxsk_socket *socket)
{
	uint64_t tokens[COLLECT_MAX];
	uint32_t n;

	do {
		n = zcxsk_tx_done(socket, tokens, COLLECT_MAX);
		for (uint32_t i = 0; i < n; i++)
			check(t, tokens[i]);
	} while (n == COLLECT_MAX);
}

uint32_t tokens_burst(struct tokens *t, struct zcxsk_socket *socket,
		      const struct zcxsk_packet *packets, uint32_t n, uint64_t first)
{
	uint64_t tokens[BATCH_MAX];
	uint32_t sent;

	/* Tokens that are not collected fill up the library's list. */
	tokens_collect(t, socket);
	for (uint32_t i = 0; i < n; i++)
		tokens[i] = first + i;
	sent = zcxsk_tx_burst_tokens(socket, packets, tokens, n);
	for (uint32_t i = 0; i < sent; i++)
		t->out[tokens[i] % OUT_SLOTS] = tokens[i] + 1;
	return sent;
}
