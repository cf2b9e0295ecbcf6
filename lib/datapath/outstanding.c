/* SPDX-License-Identifier: BSD-2-Clause */
/* outstanding.c - the slow path: completions out of order or invalid, strays, tokens. */
#include "datapath/outstanding.h"

#include <zcxsk/token.h>

#include <errno.h>
#include <stdlib.h>

#include "base/minmax.h"
#include "datapath/totals.h"
#include "frames/ledger.h"

int outstanding_init(struct zcxsk_socket *s, uint32_t tx_ring_size, uint32_t limit)
{
	s->out.limit = limit;
	s->out.early = calloc(tx_ring_size, sizeof(*s->out.early));
	s->out.strays = calloc(tx_ring_size, sizeof(*s->out.strays));
	s->out.stray_tokens = calloc(tx_ring_size, sizeof(*s->out.stray_tokens));
	return s->out.early && s->out.strays && s->out.stray_tokens ? 0 : -ENOMEM;
}

void outstanding_free(struct zcxsk_socket *s)
{
	free(s->out.early);
	free(s->out.strays);
	free(s->out.stray_tokens);
}

void outstanding_start(struct zcxsk_socket *s)
{
	s->out.oldest = s->fast.tx.cached_prod;
	s->out.early_count = 0;
	s->out.stray_count = 0;
	s->fast.tx_until = s->fast.tx.cached_prod;
	if (s->has_tx)
		memset(s->out.early, 0, s->fast.tx.size * sizeof(*s->out.early));
}

void outstanding_abandon(struct zcxsk_socket *s, uint32_t next)
{
	struct zcxsk_packet oldest;

	/* For zcxsk_watchdog_read_stall(): the other packets remain as a number only. */
	if (outstanding_oldest(s, &oldest))
		s->out.strays[0] = oldest;
	s->out.stray_count = outstanding_count(s);
	s->out.early_count = 0;
	s->out.oldest = s->fast.tx_until = next;
}

void outstanding_set_lost(struct zcxsk_socket *s, uint32_t n)
{
	s->out.stray_count = n;
}

/* Queues a token, unless it is ZCXSK_TOKEN_NONE. The caller guarantees room. */
static void token_push(struct zcxsk_socket *s, uint64_t token)
{
	struct tokens *queue = &s->out.tokens;

	if (token != ZCXSK_TOKEN_NONE)
		queue->done[(queue->first + queue->count++) & queue->mask] = token;
}

/* Queues the token of the packet at a TX ring index. */
static void token_report(struct zcxsk_socket *s, uint32_t index)
{
	token_push(s, s->out.tokens.in_ring[index & s->out.tokens.mask]);
}

static struct zcxsk_packet *slot(const struct zcxsk_socket *s, uint32_t index)
{
	return (struct zcxsk_packet *)s->fast.tx.entries + (index & s->fast.tx.mask);
}

static uint8_t *early(const struct zcxsk_socket *s, uint32_t index)
{
	return &s->out.early[index & s->fast.tx.mask];
}

static bool same_frame(const struct zcxsk_socket *s, uint64_t a, uint64_t b)
{
	return !((a ^ b) & s->cache->frame_mask);
}

/* ---- room ------------------------------------------------------------------ */

/* Advances the window past early packets, to the next one in flight. */
static void skip_early(struct zcxsk_socket *s)
{
	while (s->out.early_count && *early(s, s->out.oldest)) {
		*early(s, s->out.oldest) = 0;
		if (s->out.tokens.mode == ZCXSK_TOKENS_IN_ORDER)
			token_report(s, s->out.oldest);
		s->out.early_count--;
		s->out.oldest++;
	}
}

/*
 * Sets aside the packets that block the window until it has `wanted` slots or no later packet
 * has completed. With tokens reported in order the window must stay: later tokens wait for
 * these packets.
 */
static void set_aside(struct zcxsk_socket *s, uint32_t wanted)
{
	while (s->out.early_count && s->fast.tx.size - outstanding_window(s) < wanted &&
	       s->out.stray_count < s->fast.tx.size &&
	       s->out.tokens.mode != ZCXSK_TOKENS_IN_ORDER) {
		s->out.strays[s->out.stray_count] = *slot(s, s->out.oldest);
		if (s->out.tokens.mode)
			s->out.stray_tokens[s->out.stray_count] =
				s->out.tokens.in_ring[s->out.oldest & s->out.tokens.mask];
		s->out.stray_count++;
		s->out.oldest++;
		skip_early(s);
	}
}

static uint32_t remaining(uint32_t limit, uint32_t used)
{
	return used < limit ? limit - used : 0;
}

/* True if nothing but room for the packets has to be checked. */
static bool fast_path_allowed(const struct zcxsk_socket *s)
{
	return s->has_tx && !s->dead && !s->watched && !s->out.stray_count && s->timer.fd < 0 &&
	       s->status != -EINVAL;
}

/*
 * A slot is occupied only while its packet is in flight: once the completion was seen
 * (COMP-C), the driver has left the slot. So there is no need to read the ring's consumer
 * index, which is in another CPU's cache.
 */
void outstanding_recompute(struct zcxsk_socket *s)
{
	const struct zcxsk_ring_prod *r = &s->fast.tx;
	uint32_t most = min_u32(s->out.limit / FAST_TX_SHARE, FAST_TX_MAX);

	most = remaining(most, outstanding_window(s));
	if (!fast_path_allowed(s))
		most = 0;
	s->fast.tx_until = r->cached_prod + min_u32(most, RING_RUN(r, r->cached_prod));
}

uint32_t outstanding_room(struct zcxsk_socket *s, uint32_t wanted)
{
	uint32_t in_flight = outstanding_count(s), room, slots, tokens;

	set_aside(s, wanted);
	room = remaining(s->out.limit, in_flight);
	slots = s->fast.tx.size - outstanding_window(s);
	/* Each packet whose token is not reported yet needs a place in the token queue. */
	tokens = outstanding_window(s) + s->out.stray_count + s->out.tokens.count;
	tokens = s->out.tokens.mode ? remaining(s->fast.tx.size, tokens) : room;
	return min_u32(min_u32(room, slots), tokens);
}

/* ---- completions ----------------------------------------------------------- */

void outstanding_report_tokens(struct zcxsk_socket *s, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		token_report(s, s->out.oldest + i);
}

/* True if addr is the oldest packet of the window, or is marked early in it. */
static bool complete_in_window(struct zcxsk_socket *s, uint64_t addr)
{
	uint32_t index = s->out.oldest;

	while (index != s->fast.tx.cached_prod &&
	       (*early(s, index) || !same_frame(s, slot(s, index)->addr, addr)))
		index++;
	if (index == s->fast.tx.cached_prod)
		return false;
	if (index == s->out.oldest) {
		outstanding_complete_oldest(s, 1);
		skip_early(s);
		return true;
	}
	*early(s, index) = 1;
	s->out.early_count++;
	COUNT(s, completion_early, 1);
	if (s->out.tokens.mode == ZCXSK_TOKENS_AS_DONE)
		token_report(s, index);
	return true;
}

static bool complete_stray(struct zcxsk_socket *s, uint64_t addr)
{
	for (uint32_t i = 0; i < s->out.stray_count; i++) {
		if (!same_frame(s, s->out.strays[i].addr, addr))
			continue;
		if (s->out.tokens.mode)
			token_push(s, s->out.stray_tokens[i]);
		s->out.stray_count--;
		s->out.strays[i] = s->out.strays[s->out.stray_count];
		s->out.stray_tokens[i] = s->out.stray_tokens[s->out.stray_count];
		return true;
	}
	return false;
}

/* True if a completed packet's slot holds the frame. */
static bool was_completed(const struct zcxsk_socket *s, uint64_t addr)
{
	uint32_t n = (uint32_t)min_u64(totals_sent(s), s->fast.tx.size);

	for (uint32_t i = 1; i <= n; i++)
		if (same_frame(s, slot(s, s->fast.tx.cached_prod - i)->addr, addr))
			return true;
	return false;
}

bool outstanding_complete(struct zcxsk_socket *s, uint64_t addr)
{
	if (addr >= s->fast.bounds.size) {
		COUNT(s, completion_foreign, 1);
		if (s->pool->ledger)
			ledger_foreign(s->pool, addr, ledger_tx(s), PLACE_POOL);
		return false;
	}
	if (complete_in_window(s, addr) || complete_stray(s, addr))
		return true;
	if (was_completed(s, addr))
		COUNT(s, completion_doubled, 1);
	else
		COUNT(s, completion_unknown, 1);
	return false;
}

bool outstanding_oldest(const struct zcxsk_socket *s, struct zcxsk_packet *packet)
{
	if (!outstanding_count(s))
		return false;
	*packet = s->out.stray_count ? s->out.strays[0] : *slot(s, s->out.oldest);
	return true;
}

/* ---- tokens --------------------------------------------------------------------- */

int token_init(struct zcxsk_socket *s, enum zcxsk_tokens mode, uint32_t tx_ring_size)
{
	s->out.tokens.mode = s->has_tx ? mode : ZCXSK_TOKENS_OFF;
	if (!s->out.tokens.mode)
		return 0;
	s->out.tokens.mask = tx_ring_size - 1;
	s->out.tokens.in_ring = calloc(tx_ring_size, sizeof(*s->out.tokens.in_ring));
	s->out.tokens.done = calloc(tx_ring_size, sizeof(*s->out.tokens.done));
	return s->out.tokens.in_ring && s->out.tokens.done ? 0 : -ENOMEM;
}

void token_free(struct zcxsk_socket *s)
{
	free(s->out.tokens.in_ring);
	free(s->out.tokens.done);
}

void token_note(struct zcxsk_socket *s, uint32_t index, const uint64_t *tokens, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		s->out.tokens.in_ring[(index + i) & s->out.tokens.mask] =
			tokens ? tokens[i] : ZCXSK_TOKEN_NONE;
}

uint32_t token_pop(struct zcxsk_socket *s, uint64_t *tokens, uint32_t max)
{
	struct tokens *queue = &s->out.tokens;
	uint32_t n = min_u32(max, queue->count);

	for (uint32_t i = 0; i < n; i++)
		tokens[i] = queue->done[(queue->first + i) & queue->mask];
	queue->first += n;
	queue->count -= n;
	return n;
}
