// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
/*
 * redirect.bpf.c - the XDP program: redirects packets that a rule takes to the
 * socket of their queue, and passes all others to the kernel.
 *
 * It finds the rules in force, reads the packet into a key (packet_key.h), and
 * compares the key with the boxes of the rules in order. The first box that
 * contains the packet decides; if none does, the packet passes.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "packet_key.h"
#include "redirect_abi.h"

/* Resized to the number of queues at load time; packets of other queues pass. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} zcxsk_sockets SEC(".maps");

/* Declared by sizes, because clang omits a type that only an inner map names. */
struct set_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct redirect_rules));
};

/*
 * Not 0: the current set takes every packet permanently and is not read.
 * Cleared before another set replaces it; 0 is correct with any set.
 */
volatile __u32 zcxsk_takes_all;

/*
 * Indexed by enum redirect_which. Each set is a map, so that one update swaps
 * all of it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, REDIRECT_SETS);
	__type(key, __u32);
	__array(values, struct set_map);
} zcxsk_sets SEC(".maps");

/*
 * Indexed by slot: CLOCK_MONOTONIC time in ns at which a provisional set ends;
 * 0 = never.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REDIRECT_SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} zcxsk_deadlines SEC(".maps");

/* Indexed by slot. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REDIRECT_SLOTS);
	__type(key, __u32);
	__type(value, struct redirect_hits);
} zcxsk_hits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct redirect_counters);
} zcxsk_counters SEC(".maps");

/*
 * Boxes compared per iteration. An iteration is a call, and the verifier
 * follows all branches of each iteration.
 */
#define TERMS_AT_ONCE 2

struct walk {
	const struct redirect_rules *rules;
	const struct key *key;
	__u32 found; /* index of the matching term, REDIRECT_TERMS = none */
};

static __always_inline void count(enum redirect_counter which, __u32 unread)
{
	__u32 zero = 0;
	struct redirect_counters *counters = bpf_map_lookup_elem(&zcxsk_counters, &zero);

	if (!counters)
		return;
	counters->packets[which]++;
	if (unread)
		counters->packets[REDIRECT_UNREAD]++;
}

static __always_inline void count_hit(__u32 slot, __u32 rule)
{
	struct redirect_hits *hits = bpf_map_lookup_elem(&zcxsk_hits, &slot);

	if (hits && rule < REDIRECT_RULES)
		hits->packets[rule]++;
}

static __always_inline const struct redirect_rules *read_set(enum redirect_which which)
{
	__u32 key = which, zero = 0;
	void *set = bpf_map_lookup_elem(&zcxsk_sets, &key);

	return set ? bpf_map_lookup_elem(set, &zero) : NULL;
}

/*
 * The deadline is checked only here, by the program itself, so that provisional
 * rules end even if they cut off the process that set them.
 */
static __always_inline const struct redirect_rules *find_rules(void)
{
	const struct redirect_rules *rules = read_set(REDIRECT_CURRENT);
	volatile __u64 *deadline;
	__u64 ends;
	__u32 slot;

	if (!rules || !rules->provisional)
		return rules;
	slot = rules->slot;
	deadline = bpf_map_lookup_elem(&zcxsk_deadlines, &slot);
	ends = deadline ? *deadline : 0;
	return ends && bpf_ktime_get_ns() >= ends ? read_set(REDIRECT_BEFORE) : rules;
}

static __always_inline int is_within(const struct redirect_address *address,
				     const struct redirect_address *first,
				     const struct redirect_address *last)
{
	if (address->high < first->high ||
	    (address->high == first->high && address->low < first->low))
		return 0;
	return address->high < last->high ||
	       (address->high == last->high && address->low <= last->low);
}

static __always_inline int term_fits(const struct redirect_term *term, const struct key *key)
{
	if (term->fields & ~key->fields || term->absent & key->fields)
		return 0;
#pragma unroll
	for (int i = 0; i < REDIRECT_VALUES; i++)
		if (key->values[i] < term->first[i] || key->values[i] > term->last[i])
			return 0;
	if (!(term->fields & (REDIRECT_IPV4 | REDIRECT_IPV6)))
		return 1;
	return is_within(&key->src, &term->src_first, &term->src_last) &&
	       is_within(&key->dst, &term->dst_first, &term->dst_last);
}

/*
 * Compares TERMS_AT_ONCE boxes; returns 1 to end the loop. `turn` has 64 bits,
 * so that the verifier keeps its bound through the arithmetic.
 */
static __always_inline long try_terms(__u64 turn, struct walk *walk)
{
	__u32 count = walk->rules->term_count;
	const struct redirect_term *terms;

	if (turn >= REDIRECT_TERMS / TERMS_AT_ONCE)
		return 1;
	terms = &walk->rules->terms[turn * TERMS_AT_ONCE];
	for (__u32 i = 0; i < TERMS_AT_ONCE; i++) {
		if (turn * TERMS_AT_ONCE + i >= count)
			return 1;
		if (term_fits(&terms[i], walk->key)) {
			walk->found = turn * TERMS_AT_ONCE + i;
			return 1;
		}
	}
	return 0;
}

/* For bpf_loop(), after the first turn. */
static long try_more_terms(__u64 turn, void *walk)
{
	return try_terms(turn + 1, walk);
}

static __always_inline int is_taken(struct xdp_md *ctx)
{
	struct walk walk = {.rules = find_rules(), .found = REDIRECT_TERMS};
	const struct redirect_term *term;
	struct key *key;

	if (!walk.rules || walk.rules->version != REDIRECT_VERSION)
		return 0;
	if (walk.rules->take_all) {
		count_hit(walk.rules->slot, 0);
		return 1;
	}
	key = this_packet();
	if (!key)
		return 0;
	__builtin_memset(key, 0, sizeof(*key));
	read_packet(ctx, key);
	walk.key = key;
	/* Most sets are short, and a call by bpf_loop() costs as much as its body. */
	if (!try_terms(0, &walk))
		bpf_loop(REDIRECT_TERMS / TERMS_AT_ONCE - 1, try_more_terms, &walk, 0);
	if (walk.found >= REDIRECT_TERMS)
		return 0;
	term = &walk.rules->terms[walk.found];
	count_hit(walk.rules->slot, term->rule);
	return term->take;
}

SEC("xdp")
int zcxsk_redirect(struct xdp_md *ctx)
{
	__u32 unread = zcxsk_takes_all;
	int verdict;

	if (!unread && !is_taken(ctx)) {
		count(REDIRECT_PASSED, 0);
		return XDP_PASS;
	}
	/* The flag is the verdict for a queue without a socket. */
	verdict = bpf_redirect_map(&zcxsk_sockets, ctx->rx_queue_index, XDP_PASS);
	count(verdict == XDP_REDIRECT ? REDIRECT_REDIRECTED : REDIRECT_MATCHED_NO_SOCKET, unread);
	return verdict;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
