/* SPDX-License-Identifier: BSD-2-Clause */
/* handoff.c - makes, resizes and unmakes what hands packets between threads. */
#include "frames/handoff.h"

#include <errno.h>
#include <stdlib.h>

#include "explain/explain.h"
#include "base/clock.h"
#include "base/opts.h"

#define ENTRIES_DEFAULT 1024u /* 16 bursts of 64; 16 KiB, half of a first-level cache */
#define ENTRIES_LEAST 2u      /* half of a ring is a number of entries as well */

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
	return explain_usage(error, "check handoff size", "Ask for a smaller ring.",
			     "%u entries are more than %u", entries, ZCXSK_HANDOFF_ENTRIES_MAX);
}

static void init_lock(struct zcxsk_handoff *h)
{
	clock_cond_init(&h->turn);
	pthread_mutex_init(&h->lock, NULL);
	h->waiting = false;
}

static void hold_pool(struct zcxsk_handoff *h, struct zcxsk_pool *pool)
{
	h->pool = pool;
	pthread_mutex_lock(&pool->lock);
	pool->handoffs++;
	pthread_mutex_unlock(&pool->lock);
}

static void let_pool_go(struct zcxsk_handoff *h)
{
	pthread_mutex_lock(&h->pool->lock);
	h->pool->handoffs--;
	pthread_mutex_unlock(&h->pool->lock);
}

/* All but the pool. 0 or -errno. */
static int open_parts(struct zcxsk_handoff *h, uint32_t entries)
{
	int rc = chain_open(&h->chain, entries);

	if (rc)
		return rc;
	rc = eventcount_open(&h->packets);
	if (rc)
		goto close_chain;
	rc = eventcount_open(&h->room);
	if (rc)
		goto close_bell;
	h->push_uses_fd = h->pop_uses_fd = false;
	init_lock(h);
	return 0;
close_bell:
	eventcount_close(&h->packets);
close_chain:
	chain_close(&h->chain);
	return rc;
}

static void close_parts(struct zcxsk_handoff *h)
{
	pthread_cond_destroy(&h->turn);
	pthread_mutex_destroy(&h->lock);
	eventcount_close(&h->room);
	eventcount_close(&h->packets);
	chain_close(&h->chain);
}

static int explain_failure(struct zcxsk_error *error, int rc)
{
	if (rc == -ENOMEM)
		return explain_text(error, "create handoff", rc, "", "out of memory");
	return explain_text(error, "create handoff", rc,
			    "Raise the limit of open files (ulimit -n).",
			    "there is no descriptor left to wake a thread by");
}

int zcxsk_handoff_create(struct zcxsk_handoff **out, struct zcxsk_pool *pool,
			 const struct zcxsk_handoff_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_handoff_opts o;
	struct zcxsk_handoff *h;
	int rc;

	if (out)
		*out = NULL;
	if (!out || !pool)
		return explain_usage(error, "create handoff", "Pass a pool and a result pointer.",
				     "%s is NULL", out ? "the pool" : "the result pointer");
	if (opts_copy(&o, sizeof(o), opts, sizeof(o)) || o.reserved)
		return explain_usage(error, "check handoff options",
				     "Call zcxsk_handoff_opts_init().",
				     "wrong size, unknown tail, or a reserved field is set");
	rc = check_entries(o.entries, error);
	if (rc)
		return rc;
	h = aligned_alloc(CHAIN_APART, sizeof(*h));
	rc = h ? open_parts(h, round_up(o.entries ? o.entries : ENTRIES_DEFAULT)) : -ENOMEM;
	if (rc) {
		free(h);
		return explain_failure(error, rc);
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
	if (chain_count(&h->chain))
		return -EBUSY;
	let_pool_go(h);
	close_parts(h);
	free(h);
	return 0;
}

int zcxsk_handoff_resize(struct zcxsk_handoff *h, uint32_t entries, struct zcxsk_error *error)
{
	int rc;

	if (!h || !entries)
		return explain_usage(error, "resize handoff", "Pass a handoff and a size.", "%s",
				     h ? "the size is 0" : "the handoff is NULL");
	rc = check_entries(entries, error);
	if (rc)
		return rc;
	pthread_mutex_lock(&h->lock);
	rc = chain_resize(&h->chain, round_up(entries));
	pthread_mutex_unlock(&h->lock);
	if (rc)
		return explain_text(error, "resize handoff", rc, "", "out of memory");
	eventcount_ring(&h->room);
	explain_clear(error);
	return 0;
}

uint32_t zcxsk_handoff_entries(const struct zcxsk_handoff *h)
{
	return h ? chain_size(&h->chain) : 0;
}

uint64_t zcxsk_handoff_count(const struct zcxsk_handoff *h)
{
	return h ? chain_count(&h->chain) : 0;
}
