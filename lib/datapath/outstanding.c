/* SPDX-License-Identifier: BSD-2-Clause */
/* outstanding.c - the slow path: completions out of order or invalid, and tokens. */
#include "datapath/outstanding.h"

#include <zcxsk/token.h>

#include <errno.h>
#include <stdlib.h>

#include "base/minmax.h"
#include "datapath/strays.h"
#include "datapath/totals.h"
#include "frames/ledger.h"

int outstanding_init(struct zcxsk_socket *s, uint32_t tx_ring_size, uint32_t limit)
{
	int ret = strays_init(s, tx_ring_size);

	s->out.limit = limit;
	s->out.early = calloc(tx_ring_size, sizeof(*s->out.early));
	return s->out.early ? ret : -ENOMEM;
}

void outstanding_free(struct zcxsk_socket *s)
{
	free(s->out.early);
	strays_free(s);
}

void outstanding_start(struct zcxsk_socket *s)
{
	s->out.oldest = s->fast.tx.cached_prod;
	s->out.early_count = 0;
	s->out.stranded = 0;
	strays_start(s);
	s->fast.tx_until = s->fast.tx.cached_prod;
	if (s->has_tx)
		memset(s->out.early, 0, s->fast.tx.size * sizeof(*s->out.early));
	outstanding_note_due(s, s->fast.comp.cached_cons);
}

void outstanding_abandon(struct zcxsk_socket *s, uint32_t next)
{
	/* For zcxsk_watchdog_read_stall(): the other packets remain as a number only. */
	outstanding_oldest(s, &s->out.stranded_oldest);
	s->out.stranded = outstanding_count(s);
	s->out.early_count = 0;
	s->out.oldest = s->fast.tx_until = next;
	strays_start(s);
}

void outstanding_set_stranded(struct zcxsk_socket *s, uint32_t n)
{
	s->out.stranded = n;
}

void token_push(struct zcxsk_socket *s, uint64_t token)
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

static uint8_t *early(const struct zcxsk_socket *s, uint32_t index)
{
	return &s->out.early[index & s->fast.tx.mask];
}

/* ---- completions due, for other threads --------------------------------------- */

void outstanding_note_due(struct zcxsk_socket *s, uint32_t reaped)
{
	uint32_t gap = s->fast.tx.cached_prod - (reaped + outstanding_live(s));

	/* Relaxed: a stale reading is harmless, since the next one is newer. */
	__atomic_store_n(&s->out.gap, gap, __ATOMIC_RELAXED);
}

/* An index alone does not tell: completions may be missing, doubled or of no packet. */
bool outstanding_in_kernel(const struct zcxsk_socket *s)
{
	uint32_t sent = __atomic_load_n(s->fast.tx.producer, __ATOMIC_RELAXED);
	uint32_t done = __atomic_load_n(s->fast.comp.producer, __ATOMIC_RELAXED);

	return (int32_t)(sent - done - __atomic_load_n(&s->out.gap, __ATOMIC_RELAXED)) > 0;
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

void outstanding_skip_oldest(struct zcxsk_socket *s)
{
	s->out.oldest++;
	skip_early(s);
}

static uint32_t remaining(uint32_t limit, uint32_t used)
{
	return used < limit ? limit - used : 0;
}

/* True if nothing but room for the packets has to be checked. */
static bool fast_path_allowed(const struct zcxsk_socket *s)
{
	return s->has_tx && !s->dead && !s->watched && s->timer.fd < 0 && s->status != -EINVAL;
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

	most = min_u32(most, remaining(s->out.limit, s->out.strays.count));
	most = remaining(most, outstanding_window(s));
	if (!fast_path_allowed(s))
		most = 0;
	s->fast.tx_until = r->cached_prod + min_u32(most, RING_RUN(r, r->cached_prod));
}

uint32_t outstanding_room(struct zcxsk_socket *s, uint32_t wanted)
{
	uint32_t room, slots, tokens;

	strays_make_room(s, wanted);
	room = remaining(s->out.limit, outstanding_count(s));
	slots = s->fast.tx.size - outstanding_window(s);
	/* Each packet whose token is not reported yet needs a place in the token queue. */
	tokens = outstanding_window(s) + s->out.strays.count + s->out.tokens.count;
	tokens = s->out.tokens.mode ? remaining(s->fast.tx.size, tokens) : room;
	return min_u32(min_u32(room, slots), tokens);
}

/* ---- completions ----------------------------------------------------------- */

void outstanding_report_tokens(struct zcxsk_socket *s, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		token_report(s, s->out.oldest + i);
}

/*
 * The index of the packet of the window with this frame, or cached_prod. Nearly always it is
 * the one after the last packet completed, also while an older one is missing.
 */
static uint32_t find(const struct zcxsk_socket *s, uint64_t addr)
{
	uint32_t end = s->fast.tx.cached_prod, index = end - outstanding_live(s);

	if (index != end && outstanding_same_frame(s, outstanding_slot(s, index)->addr, addr))
		return index;
	index = s->out.oldest;
	while (index != end && (*early(s, index) ||
				!outstanding_same_frame(s, outstanding_slot(s, index)->addr, addr)))
		index++;
	return index;
}

static void mark_early(struct zcxsk_socket *s, uint32_t index)
{
	*early(s, index) = 1;
	if (!s->out.early_count || (int32_t)(index - s->out.newest) >= 0)
		s->out.newest = index + 1;
	s->out.early_count++;
	COUNT(s, completion_early, 1);
	if (s->out.tokens.mode == ZCXSK_TOKENS_AS_DONE)
		token_report(s, index);
	strays_bound_window(s);
}

/* True if addr is the oldest packet of the window, or is marked early in it. */
static bool complete_in_window(struct zcxsk_socket *s, uint64_t addr)
{
	uint32_t index = find(s, addr);

	if (index == s->fast.tx.cached_prod)
		return false;
	if (index != s->out.oldest) {
		mark_early(s, index);
		return true;
	}
	outstanding_complete_oldest(s, 1);
	skip_early(s);
	return true;
}

/* True if a completed packet's slot holds the frame. */
static bool was_completed(const struct zcxsk_socket *s, uint64_t addr)
{
	uint32_t n = (uint32_t)min_u64(totals_sent(s), s->fast.tx.size);

	for (uint32_t i = 1; i <= n; i++)
		if (outstanding_same_frame(s, outstanding_slot(s, s->fast.tx.cached_prod - i)->addr,
					   addr))
			return true;
	return false;
}

bool outstanding_complete(struct zcxsk_socket *s, uint64_t addr)
{
	if (addr >= s->fast.bounds.size) {
		COUNT(s, completion_foreign, 1);
		if (s->pool->ledger)
			ledger_foreign(s->pool, addr, ledger_tx(s), PLACE_POOL, CALL_COMPLETE);
		return false;
	}
	/* A missing packet first: the search of the window would go through all of it. */
	if (strays_complete(s, addr) || complete_in_window(s, addr))
		return true;
	if (was_completed(s, addr))
		COUNT(s, completion_doubled, 1);
	else
		COUNT(s, completion_unknown, 1);
	return false;
}

bool outstanding_oldest(const struct zcxsk_socket *s, struct zcxsk_packet *packet)
{
	const struct zcxsk_packet *oldest = strays_oldest(s);

	if (!oldest && s->out.stranded)
		oldest = &s->out.stranded_oldest;
	if (!oldest && outstanding_window(s))
		oldest = outstanding_slot(s, s->out.oldest);
	if (oldest)
		*packet = *oldest;
	return oldest;
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
