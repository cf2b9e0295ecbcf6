/* SPDX-License-Identifier: BSD-2-Clause */
/* stats_reader.c - reads counters in a thread and compares each reading with the last one. */
#include "stats_reader.h"

#include <stdio.h>
#include <stdlib.h>

/* Fields of the statistics by number; all have 64 bits. */
#define NUMBER(field) (offsetof(struct zcxsk_stats, field) / sizeof(uint64_t))
#define NUMBERS (sizeof(struct zcxsk_stats) / sizeof(uint64_t))

static bool is_place(size_t i)
{
	return i >= NUMBER(in_fill_ring) && i <= NUMBER(frames);
}

static void compare(const struct zcxsk_stats *before, const struct zcxsk_stats *after,
		    bool has_places)
{
	const uint64_t *old = (const uint64_t *)before, *now = (const uint64_t *)after;

	for (size_t i = 0; i < NUMBERS; i++) {
		if (is_place(i)
			    ? !has_places || i == NUMBER(in_application) || now[i] <= after->frames
			    : now[i] >= old[i])
			continue;
		fprintf(stderr, "number %zu of the statistics is %llu, after %llu; %llu frames\n",
			i, (unsigned long long)now[i], (unsigned long long)old[i],
			(unsigned long long)after->frames);
		exit(1);
	}
}

static struct zcxsk_stats read_once(struct stats_reader *r)
{
	struct zcxsk_stats st;
	int ret;

	zcxsk_stats_init(&st);
	ret = r->port ? zcxsk_port_read_stats(r->port, &st)
		      : zcxsk_socket_read_stats(r->socket, &st);
	if (ret) {
		fprintf(stderr, "reading the statistics: %d\n", ret);
		exit(1);
	}
	return st;
}

static void *read_on(void *argument)
{
	struct stats_reader *r = argument;
	struct zcxsk_stats before = read_once(r), after;

	do {
		after = read_once(r);
		compare(&before, &after, r->socket);
		before = after;
		__atomic_fetch_add(&r->readings, 1, __ATOMIC_RELAXED);
	} while (!__atomic_load_n(&r->finished, __ATOMIC_RELAXED));
	return NULL;
}

void stats_reader_start(struct stats_reader *r)
{
	if (pthread_create(&r->thread, NULL, read_on, r)) {
		fprintf(stderr, "no thread\n");
		exit(1);
	}
}

uint32_t stats_reader_count(const struct stats_reader *r)
{
	return __atomic_load_n(&r->readings, __ATOMIC_RELAXED);
}

void stats_reader_stop(struct stats_reader *r)
{
	__atomic_store_n(&r->finished, true, __ATOMIC_RELAXED);
	pthread_join(r->thread, NULL);
}
