/* SPDX-License-Identifier: BSD-2-Clause */
/* pool.c - free frames: each is handed out once, none is lost, and misuse is reported. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <zcxsk/pool.h>

#include "frames/starving.h"

#define FRAMES 4096u

static struct zcxsk_umem *umem;
static struct zcxsk_pool *pool;
static struct zcxsk_cache *cache;

static void make(uint32_t flags)
{
	struct zcxsk_umem_opts u;
	struct zcxsk_pool_opts o;

	zcxsk_umem_opts_init(&u);
	u.frames = FRAMES;
	zcxsk_pool_opts_init(&o);
	o.flags = flags;
	cr_assert_eq(zcxsk_umem_create(&umem, &u, NULL), 0);
	cr_assert_eq(zcxsk_pool_create(&pool, umem, &o, NULL), 0);
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
}

static void unmake(void)
{
	cr_assert_eq(zcxsk_cache_destroy(cache), 0);
	cr_assert_eq(zcxsk_pool_available(pool), FRAMES, "frames are missing at the end");
	cr_assert_eq(zcxsk_pool_destroy(pool), 0);
	cr_assert_eq(zcxsk_umem_destroy(umem), 0);
}

/* Runs a test between set-up and checks; Criterion ignores failures in a teardown. */
#define POOL(suite, name, flags)                                                                   \
	static void name(void);                                                                    \
	Test(suite, name)                                                                          \
	{                                                                                          \
		make(flags);                                                                       \
		name();                                                                            \
		unmake();                                                                          \
	}                                                                                          \
	static void name(void)

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

POOL(pool, hands_out_every_frame_exactly_once, 0)
{
	static uint64_t frames[FRAMES + 1];

	cr_assert_eq(zcxsk_cache_alloc(cache, frames, FRAMES + 1), FRAMES);
	cr_assert_eq(zcxsk_cache_alloc(cache, frames + FRAMES, 1), 0);
	qsort(frames, FRAMES, sizeof(frames[0]), by_value);
	for (uint64_t i = 0; i < FRAMES; i++)
		cr_assert_eq(frames[i], i * 2048);
	cr_assert_eq(zcxsk_cache_free(cache, frames, FRAMES), FRAMES);
}

POOL(pool, the_last_freed_frame_is_allocated_first, 0)
{
	uint64_t a[2], b[2];

	zcxsk_cache_alloc(cache, a, 2);
	zcxsk_cache_free(cache, a, 2);
	zcxsk_cache_alloc(cache, b, 1);
	cr_assert_eq(b[0], a[1]);
	zcxsk_cache_free(cache, b, 1);
}

POOL(pool, an_address_inside_a_frame_names_it, 0)
{
	uint64_t frame, again;

	zcxsk_cache_alloc(cache, &frame, 1);
	frame += 300;
	cr_assert_eq(zcxsk_cache_free(cache, &frame, 1), 1);
	zcxsk_cache_alloc(cache, &again, 1);
	cr_assert_eq(again, frame - 300);
	zcxsk_cache_free(cache, &again, 1);
}

POOL(pool, frames_outside_the_umem_are_refused, 0)
{
	uint64_t foreign[2] = {FRAMES * 2048ull, UINT64_MAX};

	cr_assert_eq(zcxsk_cache_free(cache, foreign, 2), 0);
}

POOL(pool, a_pool_in_use_cannot_be_destroyed, 0)
{
	struct zcxsk_pool *second;
	struct zcxsk_error error;

	cr_assert_eq(zcxsk_pool_destroy(pool), -EBUSY);
	cr_assert_eq(zcxsk_umem_destroy(umem), -EBUSY);
	cr_assert_eq(zcxsk_pool_create(&second, umem, NULL, &error), -EBUSY);
	cr_assert_eq(error.code, -EBUSY);
	cr_assert_null(second);
}

/* ---- the caches' shares ------------------------------------------------------- */

#define OTHERS 7u

static struct zcxsk_cache *others[OTHERS];

static void make_others(void)
{
	for (uint32_t i = 0; i < OTHERS; i++)
		cr_assert_eq(zcxsk_cache_create(&others[i], pool, NULL), 0);
}

static void unmake_others(void)
{
	for (uint32_t i = 0; i < OTHERS; i++)
		cr_assert_eq(zcxsk_cache_destroy(others[i]), 0);
}

POOL(pool, caches_keep_at_most_half_of_the_frames, 0)
{
	static uint64_t frames[FRAMES];

	make_others();
	for (uint32_t i = 0; i < OTHERS; i++) {
		uint32_t n = zcxsk_cache_alloc(cache, frames, FRAMES / 2);

		cr_assert_eq(n, FRAMES / 2, "%u frames are in reach past %u caches", n, i);
		cr_assert_eq(zcxsk_cache_free(others[i], frames, n), n);
		cr_assert_leq(zcxsk_cache_available(others[i]), FRAMES / 2 / (OTHERS + 1));
	}
	unmake_others();
}

POOL(pool, a_cache_takes_no_more_than_its_share, 0)
{
	uint64_t frame;

	make_others();
	cr_assert_eq(zcxsk_cache_alloc(cache, &frame, 1), 1);
	cr_assert_leq(zcxsk_cache_available(cache), FRAMES / 2 / (OTHERS + 1));
	cr_assert_eq(zcxsk_cache_free(cache, &frame, 1), 1);
	unmake_others();
}

POOL(pool, a_single_cache_keeps_all_that_fit, 0)
{
	static uint64_t frames[1024];

	make_others();
	unmake_others();
	cr_assert_eq(zcxsk_cache_alloc(cache, frames, 1024), 1024);
	cr_assert_eq(zcxsk_cache_free(cache, frames, 1024), 1024);
	cr_assert_eq(zcxsk_cache_available(cache), 1024);
}

/* Frames that came just before must not be slept on. */
POOL(pool, a_socket_starves_only_while_the_pool_is_empty, 0)
{
	struct starving who = {.fd = -1};
	static uint64_t frames[FRAMES];

	cr_assert_not(starving_begin(pool, &who));
	cr_assert_eq(zcxsk_cache_alloc(cache, frames, FRAMES), FRAMES);
	cr_assert(starving_begin(pool, &who));
	cr_assert_eq(zcxsk_cache_free(cache, frames, FRAMES), FRAMES);
	cr_assert_eq(zcxsk_pool_available(pool), FRAMES);
	cr_assert_not(starving_begin(pool, &who));
	starving_end(pool, &who);
}

Test(nothing, null_and_unknown_options_are_refused)
{
	struct zcxsk_pool *p = (void *)1;
	struct zcxsk_cache *c = (void *)1;
	struct zcxsk_error error;
	struct zcxsk_pool_opts o;

	cr_assert_eq(zcxsk_pool_create(&p, NULL, NULL, &error), -EINVAL);
	cr_assert_null(p);
	cr_assert_eq(zcxsk_pool_create(NULL, NULL, NULL, NULL), -EINVAL);
	cr_assert_eq(zcxsk_cache_create(&c, NULL, &error), -EINVAL);
	cr_assert_null(c);
	cr_assert_eq(zcxsk_pool_destroy(NULL), 0);
	cr_assert_eq(zcxsk_cache_destroy(NULL), 0);
	cr_assert_eq(zcxsk_cache_alloc(NULL, NULL, 1), 0);
	cr_assert_eq(zcxsk_cache_free(NULL, NULL, 1), 0);
	make(0);
	zcxsk_cache_destroy(cache);
	zcxsk_pool_destroy(pool);
	zcxsk_pool_opts_init(&o);
	o.flags = 1u << 9;
	cr_assert_eq(zcxsk_pool_create(&p, umem, &o, &error), -EINVAL);
}

POOL(checked_pool, a_double_free_is_refused_and_reported, ZCXSK_POOL_CHECK)
{
	uint64_t frame;
	char violation[200];

	zcxsk_cache_alloc(cache, &frame, 1);
	cr_assert_eq(zcxsk_pool_violation(pool, violation, sizeof(violation)), 0);
	cr_assert_eq(zcxsk_cache_free(cache, &frame, 1), 1);
	cr_assert_eq(zcxsk_cache_free(cache, &frame, 1), 0);
	cr_assert_eq(zcxsk_pool_violation(pool, violation, sizeof(violation)), 1);
	cr_assert(strstr(violation, "frame 0 ") && strstr(violation, "but is with the pool"), "%s",
		  violation);
}

POOL(checked_pool, a_free_of_a_frame_never_allocated_is_refused, ZCXSK_POOL_CHECK)
{
	uint64_t frame = 5 * 2048;

	cr_assert_eq(zcxsk_cache_free(cache, &frame, 1), 0);
	cr_assert_eq(zcxsk_pool_violation(pool, NULL, 0), 1);
}

POOL(checked_pool, an_address_in_no_frame_is_refused_and_reported, ZCXSK_POOL_CHECK)
{
	uint64_t foreign = FRAMES * 2048ull;
	char violation[200];

	cr_assert_eq(zcxsk_cache_free(cache, &foreign, 1), 0);
	cr_assert_eq(zcxsk_pool_violation(zcxsk_cache_pool(cache), violation, sizeof(violation)),
		     1);
	cr_assert(strstr(violation, "0x800000 ") && strstr(violation, "no frame"), "%s", violation);
}

/* An error struct that was used before says afterwards that nothing went wrong. */
Test(pool, success_clears_the_error)
{
	struct zcxsk_error error = {.code = -EBUSY};
	struct zcxsk_umem *u;
	struct zcxsk_pool *p;
	struct zcxsk_cache *c;

	cr_assert_eq(zcxsk_umem_create(&u, NULL, &error), 0);
	cr_expect_eq(error.code, 0);
	error.code = -EBUSY;
	cr_assert_eq(zcxsk_pool_create(&p, u, NULL, &error), 0);
	cr_expect_eq(error.code, 0);
	error.code = -EBUSY;
	cr_assert_eq(zcxsk_cache_create(&c, p, &error), 0);
	cr_expect_eq(error.code, 0);
	cr_expect_eq(zcxsk_cache_destroy(c), 0);
	cr_expect_eq(zcxsk_pool_destroy(p), 0);
	cr_expect_eq(zcxsk_umem_destroy(u), 0);
}
