/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random.c - compares the BPF program with the reference, on random and mutated packets
 * and random sets of boxes.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "program.h"
#include "reference.h"

#define SETS 250
#define PACKETS_PER_SET 4000
/* Any number except 0; ZCXSK_SEED in the environment overrides it. */
#define SEED 20260101

/* Counts that the reference expects of a run. */
struct tally {
	uint64_t taken;
	uint64_t passed;
	uint64_t hits[REDIRECT_RULES];
};

static struct redirect_rules set;

TestSuite(random, .init = program_load, .fini = program_unload);

static void report(const struct packet *packet, int decides)
{
	const struct redirect_term *term = &set.terms[decides < 0 ? 0 : decides];

	fprintf(stderr, "box %d of %u: fields %x absent %x take %u\n", decides, set.term_count,
		term->fields, term->absent, term->take);
	for (int i = 0; i < REDIRECT_VALUES; i++)
		fprintf(stderr, "  value %d: %04x-%04x\n", i, term->first[i], term->last[i]);
	for (size_t i = 0; i < packet->length; i++)
		fprintf(stderr, "%02x%s", packet->data[i], i % 16 == 15 ? "\n" : " ");
	fprintf(stderr, "\n");
}

static void compare(const struct packet *packet, struct tally *tally)
{
	struct reference r;
	int decides;
	bool takes;

	reference_read(&r, packet->data, packet->length);
	decides = set.take_all ? -1 : reference_decides(&set, &r);
	takes = set.take_all || (decides >= 0 && set.terms[decides].take);
	tally->taken += takes;
	tally->passed += !takes;
	if (set.take_all)
		tally->hits[0]++;
	else if (decides >= 0)
		tally->hits[set.terms[decides].rule]++;
	if (program_verdict(packet) == (takes ? XDP_REDIRECT : XDP_PASS))
		return;
	report(packet, decides);
	cr_assert_fail("the program and the reference disagree");
}

Test(random, packets_and_sets_agree_with_the_reference)
{
	struct prng prng = {prng_option("ZCXSK_SEED", SEED) | 1};
	struct tally tally = {0};
	struct packet packet;

	fprintf(stderr, "ZCXSK_SEED=%llu\n", (unsigned long long)prng.state);
	for (unsigned i = 0; i < SETS; i++) {
		set_random(&set, &prng);
		program_use(&set);
		for (unsigned j = 0; j < PACKETS_PER_SET; j++) {
			packet_random(&packet, &prng);
			compare(&packet, &tally);
		}
	}
	program_expect_counters(tally.taken, tally.passed, 0);
	for (uint32_t rule = 0; rule < REDIRECT_RULES; rule++)
		cr_expect_eq(program_hits(0, rule), tally.hits[rule], "hits of rule %u", rule);
	/* If one verdict were rare, agreement would prove little. */
	cr_expect_gt(tally.taken, SETS * PACKETS_PER_SET / 10, "taken %lu", tally.taken);
	cr_expect_gt(tally.passed, SETS * PACKETS_PER_SET / 10, "passed %lu", tally.passed);
}
