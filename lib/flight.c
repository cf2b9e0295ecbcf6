/* SPDX-License-Identifier: BSD-2-Clause */
/* flight.c - the slow side of the record: completions out of order or wrong. */
#include "flight.h"

#include <errno.h>
#include <stdlib.h>

#include "ledger.h"
#include "token.h"

int flight_init(struct zcxsk_socket *s, uint32_t tx_ring_size)
{
	s->early = calloc(tx_ring_size, sizeof(*s->early));
	s->strays = calloc(tx_ring_size, sizeof(*s->strays));
	s->strays_tokens = calloc(tx_ring_size, sizeof(*s->strays_tokens));
	return s->early && s->strays && s->strays_tokens ? 0 : -ENOMEM;
}

void flight_free(struct zcxsk_socket *s)
{
	free(s->early);
	free(s->strays);
	free(s->strays_tokens);
}

void flight_start(struct zcxsk_socket *s)
{
	s->tx_oldest = s->hot.tx.cached_prod;
	s->tx_early = 0;
	s->tx_strays = 0;
	s->hot.tx_kicked = s->tx_tried = s->hot.tx.cached_prod;
	s->hot.tx_until = s->hot.tx.cached_prod;
	s->tail_start_ns = 0;
	if (s->has_tx)
		memset(s->early, 0, s->hot.tx.size * sizeof(*s->early));
}

void flight_strand(struct zcxsk_socket *s, uint32_t next)
{
	s->tx_strays = socket_tx_out(s);
	s->tx_early = 0;
	s->tx_oldest = s->hot.tx_kicked = s->tx_tried = s->hot.tx_until = next;
	s->tail_start_ns = 0;
}

static struct zcxsk_packet *slot(const struct zcxsk_socket *s, uint32_t index)
{
	return (struct zcxsk_packet *)s->hot.tx.entries + (index & s->hot.tx.mask);
}

static uint8_t *early(const struct zcxsk_socket *s, uint32_t index)
{
	return &s->early[index & s->hot.tx.mask];
}

static bool same_frame(const struct zcxsk_socket *s, uint64_t a, uint64_t b)
{
	return !((a ^ b) & s->cache->frame_mask);
}

/* ---- room ------------------------------------------------------------------ */

/* Steps over what has completed early, to the next packet that is out. */
static void skip_early(struct zcxsk_socket *s)
{
	while (s->tx_early && *early(s, s->tx_oldest)) {
		*early(s, s->tx_oldest) = 0;
		if (s->tokens.mode == ZCXSK_TOKENS_IN_ORDER)
			token_tell(s, s->tx_oldest);
		s->tx_early--;
		s->tx_oldest++;
	}
}

/*
 * Moves the packets that hold the window up out of it, until it has `wanted`
 * slots or nothing behind them is done. Told in order, tokens must wait for
 * them: then the window stays.
 */
static void set_aside(struct zcxsk_socket *s, uint32_t wanted)
{
	while (s->tx_early && s->hot.tx.size - flight_window(s) < wanted &&
	       s->tx_strays < s->hot.tx.size && s->tokens.mode != ZCXSK_TOKENS_IN_ORDER) {
		s->strays[s->tx_strays] = *slot(s, s->tx_oldest);
		if (s->tokens.mode)
			s->strays_tokens[s->tx_strays] =
				s->tokens.in_ring[s->tx_oldest & s->hot.tx.mask];
		s->tx_strays++;
		s->tx_oldest++;
		skip_early(s);
	}
}

static uint32_t at_most(uint32_t limit, uint32_t used)
{
	return used < limit ? limit - used : 0;
}

/* Nothing but room for them must be in question. */
static bool is_easy(const struct zcxsk_socket *s)
{
	return s->has_tx && !s->dead && !s->watched && !s->tx_strays && s->timer.fd < 0 &&
	       s->status != -EINVAL;
}

/*
 * Only what is out can be in a slot's way: a packet that is done has left it, and
 * its completion was seen (COMP-C). So the ring's consumer index, which is in the
 * cache of another processor, need not be looked at.
 */
void flight_reckon(struct zcxsk_socket *s)
{
	const struct zcxsk_ring_prod *r = &s->hot.tx;
	uint32_t run = r->size - (r->cached_prod & r->mask), easy = s->tx_limit / EASY_SHARE;

	easy = at_most(easy < EASY_MOST ? easy : EASY_MOST, flight_window(s));
	if (!is_easy(s))
		easy = 0;
	s->hot.tx_until = r->cached_prod + (easy < run ? easy : run);
}

uint32_t flight_room(struct zcxsk_socket *s, uint32_t wanted)
{
	uint32_t out = socket_tx_out(s), room, slots, tokens;

	set_aside(s, wanted);
	room = at_most(s->tx_limit, out);
	slots = s->hot.tx.size - flight_window(s);
	/* Each packet not yet told of will want a place in the queue of tokens. */
	tokens = flight_window(s) + s->tx_strays + s->tokens.count;
	tokens = s->tokens.mode ? at_most(s->hot.tx.size, tokens) : room;
	if (room > slots)
		room = slots;
	return room < tokens ? room : tokens;
}

/* ---- completions ----------------------------------------------------------- */

void flight_tell(struct zcxsk_socket *s, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		token_tell(s, s->tx_oldest + i);
}

/* True when addr is the oldest in the window, or becomes early in it. */
static bool settle_window(struct zcxsk_socket *s, uint64_t addr)
{
	uint32_t index = s->tx_oldest;

	while (index != s->hot.tx.cached_prod &&
	       (*early(s, index) || !same_frame(s, slot(s, index)->addr, addr)))
		index++;
	if (index == s->hot.tx.cached_prod)
		return false;
	if (index == s->tx_oldest) {
		flight_land(s, 1);
		skip_early(s);
		return true;
	}
	*early(s, index) = 1;
	s->tx_early++;
	s->count.completion_early++;
	if (s->tokens.mode == ZCXSK_TOKENS_AS_DONE)
		token_tell(s, index);
	return true;
}

static bool settle_stray(struct zcxsk_socket *s, uint64_t addr)
{
	for (uint32_t i = 0; i < s->tx_strays; i++) {
		if (!same_frame(s, s->strays[i].addr, addr))
			continue;
		if (s->tokens.mode)
			token_push(s, s->strays_tokens[i]);
		s->tx_strays--;
		s->strays[i] = s->strays[s->tx_strays];
		s->strays_tokens[i] = s->strays_tokens[s->tx_strays];
		return true;
	}
	return false;
}

/* Whether the frame is in a slot whose packet has come home. */
static bool came_home(const struct zcxsk_socket *s, uint64_t addr)
{
	uint64_t sent = s->hot.tx_packets + s->count.self_test_packets;
	uint32_t n = sent < s->hot.tx.size ? (uint32_t)sent : s->hot.tx.size;

	for (uint32_t i = 1; i <= n; i++)
		if (same_frame(s, slot(s, s->hot.tx.cached_prod - i)->addr, addr))
			return true;
	return false;
}

bool flight_settle(struct zcxsk_socket *s, uint64_t addr)
{
	if (addr >= s->hot.bounds.size) {
		s->count.completion_foreign++;
		if (s->pool->ledger)
			ledger_foreign(s->pool, addr, ledger_tx(s), PLACE_POOL);
		return false;
	}
	if (settle_window(s, addr) || settle_stray(s, addr))
		return true;
	if (came_home(s, addr))
		s->count.completion_doubled++;
	else
		s->count.completion_unknown++;
	return false;
}

bool flight_oldest(const struct zcxsk_socket *s, struct zcxsk_packet *packet)
{
	if (!socket_tx_out(s))
		return false;
	*packet = s->tx_strays ? s->strays[0] : *slot(s, s->tx_oldest);
	return true;
}
