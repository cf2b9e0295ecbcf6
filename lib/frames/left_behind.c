/* SPDX-License-Identifier: BSD-2-Clause */
/* left_behind.c - finds out which frames closed sockets left behind, and returns them. */
#include "frames/left_behind.h"

#include <stdlib.h>

#include "frames/ledger.h"
#include "frames/starving.h"

#define WORD 64u /* bits of a word */

static uint64_t words(const struct zcxsk_pool *p)
{
	return (p->umem->frames + WORD - 1) / WORD;
}

static bool is_candidate(const struct left_behind *l, uint64_t frame)
{
	return l->bits[frame / WORD] >> frame % WORD & 1;
}

static void add(struct left_behind *l, uint64_t frame)
{
	l->candidates += !is_candidate(l, frame);
	l->bits[frame / WORD] |= 1ull << frame % WORD;
}

static void exclude(struct left_behind *l, uint64_t frame)
{
	l->candidates -= is_candidate(l, frame);
	l->bits[frame / WORD] &= ~(1ull << frame % WORD);
}

static bool is_known(const struct left_behind *l)
{
	return l->candidates == l->count;
}

/* Frames of one closed socket are not those of another. Returns whether one became known. */
static bool exclude_known(struct zcxsk_pool *p, const struct left_behind *known)
{
	bool news = false;

	for (struct left_behind *l = p->left; l; l = l->next) {
		if (is_known(l))
			continue;
		for (uint64_t i = 0; i < p->umem->frames; i++)
			if (is_candidate(known, i))
				exclude(l, i);
		news |= is_known(l);
	}
	return news;
}

/* Excludes known frames from all others, until that makes no others known. */
static void spread(struct zcxsk_pool *p)
{
	const struct left_behind *l;
	bool news = true;

	while (news) {
		news = false;
		for (l = p->left; l; l = l->next)
			news |= is_known(l) && exclude_known(p, l);
	}
}

/* Moves the frames of a record to the pool, and frees it. */
static void put_back(struct zcxsk_pool *p, struct left_behind **at)
{
	struct left_behind *l = *at;

	/* A frame that the application freed twice may have taken the place of another. */
	for (uint64_t i = 0; i < p->umem->frames && p->count < p->umem->frames; i++) {
		if (!is_candidate(l, i))
			continue;
		p->frames[p->count++] = i * p->umem->frame_size;
		if (p->ledger)
			ledger_set(p, i, PLACE_POOL, CALL_CLOSE);
	}
	starving_wake(p);
	*at = l->next;
	free(l);
}

/*
 * If there are together no more candidates than frames, they are known together, although
 * not of which queue each is. Makes a single record of them.
 */
static void merge(struct zcxsk_pool *p)
{
	struct left_behind *first = p->left, *l;
	uint64_t count = 0, candidates = 0;

	for (l = first; l; l = l->next) {
		if (!l->released)
			return;
		count += l->count;
	}
	for (uint64_t i = 0; i < p->umem->frames; i++) {
		for (l = first; l && !is_candidate(l, i); l = l->next)
			;
		candidates += l != NULL;
	}
	if (candidates != count)
		return;
	while ((l = first->next)) {
		for (uint64_t i = 0; i < p->umem->frames; i++)
			if (is_candidate(l, i))
				add(first, i);
		first->count += l->count;
		first->next = l->next;
		free(l);
	}
}

/* Returns to the pool what is known and released. */
static void give_back(struct zcxsk_pool *p)
{
	struct left_behind **at = &p->left;

	spread(p);
	if (p->left)
		merge(p);
	while (*at) {
		if ((*at)->released && is_known(*at))
			put_back(p, at);
		else
			at = &(*at)->next;
	}
}

void left_exclude(struct zcxsk_pool *p, const uint64_t *frames, uint64_t n)
{
	uint64_t excluded = 0;

	for (struct left_behind *l = p->left; l; l = l->next) {
		uint64_t before = l->candidates;

		for (uint64_t i = 0; i < n && !is_known(l); i++)
			exclude(l, frames[i] / p->umem->frame_size);
		excluded += before - l->candidates;
	}
	/* It reads a bit of every frame, and without news finds nothing. */
	if (excluded)
		give_back(p);
}

/*
 * A record for more frames of a queue: an earlier one if it cannot be told apart, so that
 * the records are at most as many as the queues. NULL if out of memory.
 */
static struct left_behind *record(struct zcxsk_pool *p, const struct queue_id *queue)
{
	struct left_behind *l = p->left;

	while (l && (is_known(l) || !queue_is_same(&l->queue, queue)))
		l = l->next;
	if (l)
		return l;
	l = calloc(1, sizeof(*l) + words(p) * sizeof(l->bits[0]));
	if (!l)
		return NULL;
	l->queue = *queue;
	l->next = p->left;
	p->left = l;
	return l;
}

/* Adds `count` candidates; if `among` is NULL, all frames that are not in the pool. */
static void add_all(struct zcxsk_pool *p, struct left_behind *l, const uint64_t *among,
		    uint64_t count)
{
	for (uint64_t i = 0; among && i < count; i++)
		add(l, among[i] / p->umem->frame_size);
	if (among)
		return;
	for (uint64_t i = 0; i < p->umem->frames; i++)
		add(l, i);
	for (uint64_t i = 0; i < p->count; i++)
		exclude(l, p->frames[i] / p->umem->frame_size);
}

void left_add(struct zcxsk_pool *p, const struct queue_id *queue, const uint64_t *frames,
	      uint64_t n)
{
	left_add_among(p, queue, frames, n, n);
}

void left_add_among(struct zcxsk_pool *p, const struct queue_id *queue, const uint64_t *among,
		    uint64_t count, uint64_t n)
{
	struct left_behind *l;

	if (!n)
		return;
	pthread_mutex_lock(&p->lock);
	l = record(p, queue);
	if (l) {
		l->released = false;
		l->count += n;
		add_all(p, l, among, count);
	} else {
		p->lost += n;
	}
	if (p->left)
		give_back(p);
	pthread_mutex_unlock(&p->lock);
}

void left_release(struct zcxsk_pool *p, const struct queue_id *queue)
{
	pthread_mutex_lock(&p->lock);
	for (struct left_behind *l = p->left; l; l = l->next)
		l->released |= queue_is_same(&l->queue, queue);
	give_back(p);
	pthread_mutex_unlock(&p->lock);
}

bool left_find(struct zcxsk_pool *p, uint32_t n, struct queue_id *queue)
{
	const struct left_behind *l;

	pthread_mutex_lock(&p->lock);
	for (l = p->left; l; l = l->next)
		if (!l->released && !n--)
			break;
	if (l)
		*queue = l->queue;
	pthread_mutex_unlock(&p->lock);
	return l;
}

uint64_t left_count(struct zcxsk_pool *p)
{
	uint64_t n;

	pthread_mutex_lock(&p->lock);
	n = p->lost;
	for (const struct left_behind *l = p->left; l; l = l->next)
		n += l->count;
	pthread_mutex_unlock(&p->lock);
	return n;
}

void left_mark_known(const struct zcxsk_pool *p, uint8_t *marks)
{
	for (const struct left_behind *l = p->left; l; l = l->next)
		for (uint64_t i = 0; is_known(l) && i < p->umem->frames; i++)
			marks[i] |= is_candidate(l, i);
}

void left_free(struct zcxsk_pool *p)
{
	for (struct left_behind *l = p->left, *next; l; l = next) {
		next = l->next;
		free(l);
	}
}
