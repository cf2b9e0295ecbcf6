/* SPDX-License-Identifier: BSD-2-Clause */
/* strays.c - sets packets with missing completions aside, gives them up, takes them back. */
#include "datapath/strays.h"

#include <zcxsk/token.h>

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "datapath/events.h"
#include "datapath/kernel_calls.h"

/*
 * Packets completed early, before the one that blocks the window is set aside: a pass of
 * virtio-net, whose completions a device may reorder. At most 1/EARLY_SHARE of the limit.
 */
#define EARLY_MAX 64u
#define EARLY_SHARE 8u

#define BITS 64u /* of a word of the bitmap */

static uint64_t *lost_word(const struct zcxsk_socket *s, uint64_t addr)
{
	return &s->out.strays.frames[addr / s->frame_size / BITS];
}

static uint64_t lost_bit(const struct zcxsk_socket *s, uint64_t addr)
{
	return 1ull << (addr / s->frame_size % BITS);
}

int strays_init(struct zcxsk_socket *s, uint32_t tx_ring_size)
{
	const struct zcxsk_socket_opts *o = &s->setup.opts;
	struct strays *strays = &s->out.strays;

	strays->all = calloc(tx_ring_size, sizeof(*strays->all));
	strays->frames = calloc(s->umem->frames / BITS + 1, sizeof(*strays->frames));
	strays->due_ns = UINT64_MAX;
	/* Without the watchdog nothing measures time. */
	strays->lost_ns = o->watchdog_first_ns == UINT64_MAX ? UINT64_MAX : o->lost_ns;
	return strays->all && strays->frames ? 0 : -ENOMEM;
}

void strays_free(struct zcxsk_socket *s)
{
	free(s->out.strays.all);
	free(s->out.strays.frames);
}

void strays_start(struct zcxsk_socket *s)
{
	s->out.strays.count = 0;
	s->out.strays.due_ns = UINT64_MAX;
	s->out.strays.blocked_ns = 0;
}

void strays_forget_lost(struct zcxsk_socket *s)
{
	NUMBER_SET(s->out.strays.lost, 0);
	memset(s->out.strays.frames, 0,
	       (s->umem->frames / BITS + 1) * sizeof(*s->out.strays.frames));
}

/* ---- given up -------------------------------------------------------------- */

static void give_up(struct zcxsk_socket *s, uint64_t addr)
{
	*lost_word(s, addr) |= lost_bit(s, addr);
	NUMBER_SET(s->out.strays.lost, s->out.strays.lost + 1);
	COUNT(s, tx_lost, 1);
	event_raise(s, ZCXSK_EVENT_COMPLETION_LOST, addr);
}

/* Its token is not reported: with tokens in order those of later packets are, from now on. */
static void give_up_oldest(struct zcxsk_socket *s)
{
	give_up(s, outstanding_slot(s, s->out.oldest)->addr);
	outstanding_skip_oldest(s);
}

void strays_give_up_last(struct zcxsk_socket *s)
{
	give_up_oldest(s);
	outstanding_note_due(s, s->fast.comp.cached_cons);
}

/* The completion of a packet that was given up: its frame is usable again. */
static bool take_back(struct zcxsk_socket *s, uint64_t addr)
{
	if (!(*lost_word(s, addr) & lost_bit(s, addr)))
		return false;
	*lost_word(s, addr) &= ~lost_bit(s, addr);
	NUMBER_SET(s->out.strays.lost, s->out.strays.lost - 1);
	return true;
}

/* ---- set aside ------------------------------------------------------------- */

static bool tokens_in_order(const struct zcxsk_socket *s)
{
	return s->out.tokens.mode == ZCXSK_TOKENS_IN_ORDER;
}

/* Moves the oldest packet of the window to the strays. */
static void set_aside(struct zcxsk_socket *s, uint64_t now)
{
	struct strays *strays = &s->out.strays;
	uint32_t index = s->out.oldest;

	strays->all[strays->count++] = (struct stray){
		.packet = *outstanding_slot(s, index),
		.token = s->out.tokens.mode ? s->out.tokens.in_ring[index & s->out.tokens.mask]
					    : ZCXSK_TOKEN_NONE,
		.since_ns = now,
	};
	strays->due_ns = min_u64(strays->due_ns, clock_after(now, strays->lost_ns));
	outstanding_skip_oldest(s);
}

void strays_bound_window(struct zcxsk_socket *s)
{
	uint32_t most = max_u32(min_u32(EARLY_MAX, s->out.limit / EARLY_SHARE), 1);

	if (s->out.early_count > most && !tokens_in_order(s))
		set_aside(s, kernel_clock(s));
}

void strays_make_room(struct zcxsk_socket *s, uint32_t wanted)
{
	bool in_order = tokens_in_order(s);

	/* A whole ring of later packets was sent: strong evidence, even without waiting. */
	if (in_order)
		wanted = min_u32(wanted, 1);
	while (s->out.early_count && s->fast.tx.size - outstanding_window(s) < wanted) {
		if (in_order)
			give_up_oldest(s);
		else
			set_aside(s, kernel_clock(s));
	}
}

bool strays_complete(struct zcxsk_socket *s, uint64_t addr)
{
	struct strays *strays = &s->out.strays;

	for (uint32_t i = 0; i < strays->count; i++) {
		if (!outstanding_same_frame(s, strays->all[i].packet.addr, addr))
			continue;
		if (s->out.tokens.mode)
			token_push(s, strays->all[i].token);
		strays->all[i] = strays->all[--strays->count];
		return true;
	}
	return take_back(s, addr);
}

const struct zcxsk_packet *strays_oldest(const struct zcxsk_socket *s)
{
	const struct strays *strays = &s->out.strays;
	const struct stray *oldest = strays->all;

	for (uint32_t i = 1; i < strays->count; i++)
		if (strays->all[i].since_ns < oldest->since_ns)
			oldest = &strays->all[i];
	return strays->count ? &oldest->packet : NULL;
}

/* ---- checks ---------------------------------------------------------------- */

/*
 * With tokens in order: all packets that were missing at one check and still are, lost_ns
 * later, are given up.
 */
static void check_blocked(struct zcxsk_socket *s, uint64_t now)
{
	struct strays *strays = &s->out.strays;

	if (strays->blocked_ns && now - strays->blocked_ns >= strays->lost_ns)
		while (s->out.early_count && (int32_t)(strays->blocked - s->out.oldest) > 0)
			give_up_oldest(s);
	if (strays->blocked_ns && (int32_t)(strays->blocked - s->out.oldest) > 0)
		return;
	strays->blocked_ns = s->out.early_count ? now : 0;
	strays->blocked = s->out.newest;
}

static void give_up_old(struct zcxsk_socket *s, uint64_t now)
{
	struct strays *strays = &s->out.strays;
	uint32_t left = 0;

	strays->due_ns = UINT64_MAX;
	for (uint32_t i = 0; i < strays->count; i++) {
		struct stray stray = strays->all[i];

		if (now - stray.since_ns >= strays->lost_ns) {
			give_up(s, stray.packet.addr);
			continue;
		}
		strays->due_ns =
			min_u64(strays->due_ns, clock_after(stray.since_ns, strays->lost_ns));
		strays->all[left++] = stray;
	}
	strays->count = left;
}

void strays_check(struct zcxsk_socket *s, uint64_t now)
{
	if (tokens_in_order(s))
		check_blocked(s, now);
	else
		while (s->out.early_count)
			set_aside(s, now);
	if (now >= s->out.strays.due_ns)
		give_up_old(s, now);
}

uint64_t strays_due(const struct zcxsk_socket *s)
{
	const struct strays *strays = &s->out.strays;

	if (!s->out.early_count || !strays->blocked_ns)
		return strays->count ? strays->due_ns : UINT64_MAX;
	return clock_after(strays->blocked_ns, strays->lost_ns);
}
