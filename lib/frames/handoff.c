/* SPDX-License-Identifier: BSD-2-Clause */
/* handoff.c - creates, resizes and destroys a handoff. */
#include "frames/handoff.h"

#include <errno.h>
#include <stdlib.h>

#include "explain/explain.h"
#include "base/opts.h"

#define ENTRIES_DEFAULT 1024u /* 16 bursts of 64; 16 KiB, half of a first-level cache */
#define ENTRIES_LEAST 2u      /* half a ring must be a whole number of entries */

static uint32_t round_up(uint32_t entries)
{
	uint32_t size = ENTRIES_LEAST;

	while (size < entries)
		size *= 2;
	return size;
}

static int check_entries(uint32_t entries, struct zcxsk_error *error)
{
	if (entries <= ZCXSK_HANDOFF_ENTRIES_MAX)
		return 0;
	return explain_usage(error, "check handoff size", "Use a smaller ring.",
			     "%u entries are more than the limit of %u", entries,
			     ZCXSK_HANDOFF_ENTRIES_MAX);
}

static void hold_pool(struct zcxsk_handoff *h, struct zcxsk_pool *pool)
{
	h->pool = pool;
	pthread_mutex_lock(&pool->lock);
	pool->handoffs++;
	pthread_mutex_unlock(&pool->lock);
}

static void release_pool(struct zcxsk_handoff *h)
{
	pthread_mutex_lock(&h->pool->lock);
	h->pool->handoffs--;
	pthread_mutex_unlock(&h->pool->lock);
}

/* In a child, too: reading them there would take notifications from the parent. */
static void close_events(void *handoff)
{
	struct zcxsk_handoff *h = handoff;

	turn_close(&h->turn);
	eventcount_close(&h->room);
	eventcount_close(&h->packets);
}

/* Opens everything except the pool. Returns 0 or -errno. */
static int open_parts(struct zcxsk_handoff *h, uint32_t entries)
{
	int ret = chain_open(&h->chain, entries);

	if (ret)
		return ret;
	ret = eventcount_open(&h->packets);
	if (ret)
		goto close_chain;
	ret = eventcount_open(&h->room);
	if (ret)
		goto close_packets;
	ret = turn_open(&h->turn);
	if (ret)
		goto close_room;
	h->push_uses_fd = h->pop_uses_fd = false;
	ret = fork_register(&h->fork, close_events, h);
	if (ret)
		goto close_turn;
	pthread_mutex_init(&h->lock, NULL);
	return 0;
close_turn:
	turn_close(&h->turn);
close_room:
	eventcount_close(&h->room);
close_packets:
	eventcount_close(&h->packets);
close_chain:
	chain_close(&h->chain);
	return ret;
}

static void close_parts(struct zcxsk_handoff *h)
{
	fork_unregister(&h->fork);
	pthread_mutex_destroy(&h->lock);
	close_events(h);
	chain_close(&h->chain);
}

static int explain_failure(struct zcxsk_error *error, int ret)
{
	if (ret == -ENOMEM)
		return explain_text(error, "create handoff", ret, "", "out of memory");
	return explain_text(error, "create handoff", ret, "",
			    "an eventfd, which wakes a thread, cannot be created");
}

int zcxsk_handoff_create(struct zcxsk_handoff **out, struct zcxsk_pool *pool,
			 const struct zcxsk_handoff_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_handoff_opts o;
	struct zcxsk_handoff *h;
	int ret;

	if (out)
		*out = NULL;
	if (!out || !pool)
		return explain_usage(error, "create handoff", "Pass a pool and a result pointer.",
				     "%s is NULL", out ? "the pool" : "the result pointer");
	if (opts_copy(&o, sizeof(o), opts, sizeof(o)) || o.reserved)
		return explain_usage(error, "check handoff options",
				     "Call zcxsk_handoff_opts_init().",
				     "the options struct has a wrong size, unknown fields are set, "
				     "or a reserved field is set");
	ret = explain_owner(error, &pool->fork, "pool");
	if (!ret)
		ret = check_entries(o.entries, error);
	if (ret)
		return ret;
	h = aligned_alloc(CHAIN_APART, sizeof(*h));
	ret = h ? open_parts(h, round_up(o.entries ? o.entries : ENTRIES_DEFAULT)) : -ENOMEM;
	if (ret) {
		free(h);
		return explain_failure(error, ret);
	}
	hold_pool(h, pool);
	explain_clear(error);
	*out = h;
	return 0;
}

int zcxsk_handoff_destroy(struct zcxsk_handoff *h)
{
	if (!h)
		return 0;
	if (fork_check(&h->fork))
		return -EOWNERDEAD;
	if (chain_count(&h->chain))
		return -EBUSY;
	release_pool(h);
	close_parts(h);
	free(h);
	return 0;
}

int zcxsk_handoff_resize(struct zcxsk_handoff *h, uint32_t entries, struct zcxsk_error *error)
{
	int ret;

	if (!h || !entries)
		return explain_usage(error, "resize handoff", "Pass a handoff and a size.", "%s",
				     h ? "the size is 0" : "the handoff is NULL");
	ret = explain_owner(error, &h->fork, "handoff");
	if (!ret)
		ret = check_entries(entries, error);
	if (ret)
		return ret;
	pthread_mutex_lock(&h->lock);
	ret = chain_resize(&h->chain, round_up(entries));
	pthread_mutex_unlock(&h->lock);
	if (ret)
		return explain_text(error, "resize handoff", ret, "", "out of memory");
	eventcount_notify(&h->room);
	explain_clear(error);
	return 0;
}

uint32_t zcxsk_handoff_entries(const struct zcxsk_handoff *h)
{
	return h && !fork_is_inherited(&h->fork) ? chain_size(&h->chain) : 0;
}

uint64_t zcxsk_handoff_count(const struct zcxsk_handoff *h)
{
	return h && !fork_is_inherited(&h->fork) ? chain_count(&h->chain) : 0;
}
