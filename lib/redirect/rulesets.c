/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rulesets.c - swaps the set of rules that the running BPF program uses.
 *
 * Each set is a map that does not change once the program can see it. Putting it
 * into the map of sets stores one pointer, so each packet meets either the old set
 * or the new one. A provisional set is stored together with the last permanent one,
 * and the program chooses between them by the deadline.
 */
#include "redirect/rulesets.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fd.h"

static const struct set no_set = {.fd = -1};

static void drop(struct set *set)
{
	fd_close(&set->fd);
	zcxsk_rules_destroy(set->rules);
	*set = no_set;
}

void sets_init(struct sets *s)
{
	s->current = s->before = no_set;
}

void sets_open(struct sets *s, const struct sets_maps *maps)
{
	pthread_mutex_init(&s->lock, NULL);
	s->maps = *maps;
}

void sets_close(struct sets *s)
{
	drop(&s->current);
	drop(&s->before);
	pthread_mutex_destroy(&s->lock);
}

void sets_in_child(struct sets *s)
{
	fd_close(&s->current.fd);
	fd_close(&s->before.fd);
}

/* ---- which one is in force --------------------------------------------------- */

static bool is_over(const struct set *set)
{
	return set->deadline_ns && clock_now() >= set->deadline_ns;
}

static const struct set *in_force(const struct sets *s)
{
	return is_over(&s->current) ? &s->before : &s->current;
}

/* A slot of hit counters that neither of the two sets uses. */
static uint32_t free_slot(const struct sets *s)
{
	uint32_t slot = 0;

	while ((s->current.fd >= 0 && s->current.slot == slot) ||
	       (s->before.fd >= 0 && s->before.slot == slot))
		slot++;
	return slot;
}

/* ---- creating a set ------------------------------------------------------------ */

static int fill_map(const struct set *set)
{
	struct redirect_rules *value = calloc(1, sizeof(*value));
	const uint32_t only_key = 0;
	int ret;

	if (!value)
		return -ENOMEM;
	value->version = REDIRECT_VERSION;
	value->slot = set->slot;
	value->take_all = set->take_all;
	value->provisional = set->deadline_ns != 0;
	if (set->rules && set->rules->term_count) {
		value->term_count = set->rules->term_count;
		memcpy(value->terms, set->rules->terms,
		       value->term_count * sizeof(value->terms[0]));
	}
	ret = bpf_map_update_elem(set->fd, &only_key, value, BPF_ANY);
	free(value);
	return ret;
}

static int clear_hits(const struct sets *s, uint32_t slot)
{
	int processors = libbpf_num_possible_cpus(), ret;
	struct redirect_hits *none;

	if (processors < 0)
		return processors;
	none = calloc((size_t)processors, sizeof(*none));
	if (!none)
		return -ENOMEM;
	ret = bpf_map_update_elem(s->maps.hits, &slot, none, BPF_ANY);
	free(none);
	return ret;
}

/* Creates the map of a set. The program does not see it yet. */
static int make(const struct sets *s, struct set *set)
{
	int ret;

	set->slot = free_slot(s);
	set->fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "zcxsk_set", sizeof(uint32_t),
				 sizeof(struct redirect_rules), 1, NULL);
	if (set->fd < 0)
		return set->fd;
	ret = fill_map(set);
	if (!ret)
		ret = clear_hits(s, set->slot);
	if (!ret)
		ret = bpf_map_update_elem(s->maps.deadlines, &set->slot, &set->deadline_ns,
					  BPF_ANY);
	return ret;
}

/* ---- swapping ---------------------------------------------------------------- */

static int write_takes_all(const struct sets *s, uint32_t takes_all)
{
	const uint32_t only_key = 0;

	return bpf_map_update_elem(s->maps.takes_all, &only_key, &takes_all, BPF_ANY);
}

/* Sums up the packets that were taken without reading a set. Returns 0 or -errno. */
static int read_unread(const struct sets *s, uint64_t *packets)
{
	int processors = libbpf_num_possible_cpus(), ret;
	struct redirect_counters *all;
	const uint32_t only_key = 0;

	if (processors < 0)
		return processors;
	all = calloc((size_t)processors, sizeof(*all));
	if (!all)
		return -ENOMEM;
	ret = bpf_map_lookup_elem(s->maps.counters, &only_key, all);
	*packets = 0;
	for (int p = 0; p < processors; p++)
		*packets += all[p].packets[REDIRECT_UNREAD];
	free(all);
	return ret;
}

/*
 * Lets the program skip reading a permanent set that takes everything. No packet
 * counts as unread meanwhile, so unread_before is exact. If this fails, the program
 * reads the set, with the same verdicts.
 */
static void skip_reading(struct sets *s)
{
	struct set *set = &s->current;

	if (!set->take_all || set->deadline_ns)
		return;
	if (!set->unread && read_unread(s, &set->unread_before))
		return;
	set->unread = true;
	(void)write_takes_all(s, 1);
}

/* Returns once no packet is being matched against the previous set any more. */
static int show(const struct sets *s, enum redirect_which which, const struct set *set)
{
	uint32_t key = which;

	return bpf_map_update_elem(s->maps.sets, &key, &set->fd, BPF_ANY);
}

/* A provisional set falls back to the last permanent one. */
static int show_provisional(struct sets *s, const struct set *set)
{
	bool keep = s->current.fd >= 0 && !s->current.deadline_ns;
	int ret = keep ? show(s, REDIRECT_BEFORE, &s->current) : 0;

	if (!ret)
		ret = show(s, REDIRECT_CURRENT, set);
	if (ret)
		return ret;
	if (keep) {
		drop(&s->before);
		s->before = s->current;
		s->current = no_set;
	}
	return 0;
}

static int swap(struct sets *s, struct set *set)
{
	int ret = make(s, set);

	/* Before showing the set, which waits for packets in progress: none can miss it. */
	if (!ret)
		ret = write_takes_all(s, 0);
	if (!ret)
		ret = set->deadline_ns ? show_provisional(s, set) : show(s, REDIRECT_CURRENT, set);
	if (ret) {
		drop(set);
	} else {
		drop(&s->current);
		s->current = *set;
	}
	skip_reading(s);
	return ret;
}

int sets_swap(struct sets *s, const struct zcxsk_rules *rules, uint64_t give_up,
	      uint64_t confirm_ns)
{
	struct set set = {.fd = -1, .rules = rules_hold(rules), .give_up = give_up};
	int ret;

	set.take_all = rules_take_everything(rules);
	pthread_mutex_lock(&s->lock);
	if (confirm_ns)
		set.deadline_ns = clock_now() + confirm_ns;
	ret = swap(s, &set);
	pthread_mutex_unlock(&s->lock);
	return ret;
}

int sets_confirm(struct sets *s)
{
	const uint64_t never = 0;
	int ret = 0;

	pthread_mutex_lock(&s->lock);
	if (is_over(&s->current))
		ret = -ETIMEDOUT;
	else if (s->current.deadline_ns)
		ret = bpf_map_update_elem(s->maps.deadlines, &s->current.slot, &never, BPF_ANY);
	if (!ret) {
		s->current.deadline_ns = 0;
		skip_reading(s);
	}
	pthread_mutex_unlock(&s->lock);
	return ret;
}

/* ---- reading ------------------------------------------------------------------- */

const struct zcxsk_rules *sets_rules(struct sets *s)
{
	const struct zcxsk_rules *rules;

	pthread_mutex_lock(&s->lock);
	rules = in_force(s)->rules;
	pthread_mutex_unlock(&s->lock);
	return rules;
}

struct zcxsk_rules *sets_hold_rules(struct sets *s, uint64_t *give_up)
{
	struct zcxsk_rules *rules;

	pthread_mutex_lock(&s->lock);
	rules = rules_hold(in_force(s)->rules);
	*give_up = in_force(s)->give_up;
	pthread_mutex_unlock(&s->lock);
	return rules;
}

static int sum_hits(const struct sets *s, uint32_t slot, uint64_t *hits, uint32_t n)
{
	int processors = libbpf_num_possible_cpus(), ret;
	struct redirect_hits *all;

	if (processors < 0)
		return processors;
	all = calloc((size_t)processors, sizeof(*all));
	if (!all)
		return -ENOMEM;
	ret = bpf_map_lookup_elem(s->maps.hits, &slot, all);
	for (uint32_t i = 0; i < n && !ret; i++) {
		hits[i] = 0;
		for (int p = 0; p < processors; p++)
			hits[i] += all[p].packets[i];
	}
	free(all);
	return ret;
}

int sets_hits(struct sets *s, uint64_t *hits, uint32_t n)
{
	const struct set *set;
	uint64_t unread;
	int ret;

	pthread_mutex_lock(&s->lock);
	set = in_force(s);
	ret = n > zcxsk_rules_count(set->rules) ? -EINVAL : sum_hits(s, set->slot, hits, n);
	if (!ret && n && set->unread) {
		ret = read_unread(s, &unread);
		if (!ret)
			hits[0] += unread - set->unread_before;
	}
	pthread_mutex_unlock(&s->lock);
	return ret;
}
