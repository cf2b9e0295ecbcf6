/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak.c SECONDS - a program on AF_XDP sockets, while everything goes wrong, in a random
 * order: see soak_operations.c. Every second every frame is accounted for; traffic goes on
 * after each operation; the kernel's TCP session on the same card loses nothing; and nothing
 * is left at the end.
 *
 * ZCXSK_SOAK_SEED repeats a run. ZCXSK_SOAK_LEAK plants a leak of one frame in that many,
 * which has to fail the run. ZCXSK_SOAK_TRACE names each operation before it runs.
 * ZCXSK_TEST_IFACES, in the guest, names the near and the far card, and ZCXSK_TEST_MODES the mode.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "resources.h"
#include "rig.h"
#include "soak.h"

#define SECOND_NS 1000000000ull
#define PROGRESS_NS (5 * SECOND_NS)
#define RUNS_AN_HOUR 50u
#define HOUR_S 3600u
#define DECK_MOST 32u

/*
 * Signals stay blocked, so that they interrupt no call; the threads and the processes that
 * the soak starts inherit this.
 */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	CHECK_EQ("signals", sigprocmask(SIG_BLOCK, &set, NULL), 0);
}

static bool must_end(const struct soak *s)
{
	sigset_t set;

	CHECK_EQ("signals", sigpending(&set), 0);
	return sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) ||
	       (s->cards.guest && soak_host_ends());
}

/* ---- set-up --------------------------------------------------------------------- */

static uint32_t first_mode(void)
{
	uint32_t modes = rig_modes();

	CHECK("a mode", modes);
	return modes & -modes;
}

static void share_memory(struct soak *s)
{
	s->memory = memfd_create("soak", MFD_CLOEXEC);
	CHECK("shared memory", s->memory >= 0 && !ftruncate(s->memory, sizeof(*s->sh)));
	s->sh = mmap(NULL, sizeof(*s->sh), PROT_READ | PROT_WRITE, MAP_SHARED, s->memory, 0);
	CHECK("shared memory", s->sh != MAP_FAILED);
	s->sh->seed = prng_option("ZCXSK_SOAK_SEED", rig_now() % 1000000 + 1);
	s->sh->leak_every = prng_option("ZCXSK_SOAK_LEAK", 0);
	s->sh->mode = first_mode();
	s->prng.state = s->sh->seed;
	s->queues = SOAK_QUEUES;
	printf("soak: %s, seed %llu (ZCXSK_SOAK_SEED=%llu repeats it)\n",
	       zcxsk_mode_name(s->sh->mode), (unsigned long long)s->sh->seed,
	       (unsigned long long)s->sh->seed);
}

/* ---- the run ----------------------------------------------------------------------- */

static void print_progress(const struct soak *s, uint64_t start_ns)
{
	const struct soak_shared *sh = s->sh;

	printf("  %5llu s: %llu packets received, %llu sent, %llu reflected, %llu handed on, "
	       "%llu KiB of TCP, %llu events, %llu checks, %u workers\n",
	       (unsigned long long)((rig_now() - start_ns) / SECOND_NS),
	       (unsigned long long)sh->received, (unsigned long long)sh->sent,
	       (unsigned long long)sh->reflected, (unsigned long long)sh->handed,
	       (unsigned long long)(s->tcp.got[0] + s->tcp.got[1]) / 1024,
	       (unsigned long long)sh->events, (unsigned long long)sh->checks, sh->workers);
}

/* The operation is named before it runs, for the case that it never ends. */
static void run_one(struct soak *s, struct soak_operation *o, uint64_t start_ns)
{
	static uint64_t next_ns;

	if (rig_now() >= next_ns) {
		print_progress(s, start_ns);
		next_ns = rig_now() + PROGRESS_NS;
	}
	if (getenv("ZCXSK_SOAK_TRACE"))
		printf("  %s\n", o->name);
	o->run(s);
	soak_await_traffic(s);
	o->runs++;
}

static bool is_possible(const struct soak *s, const struct soak_operation *o)
{
	return s->cards.guest ? o->guest : o->veth;
}

/* All operations that are possible here, in a random order. */
static unsigned shuffle(struct soak *s, unsigned *deck)
{
	unsigned n = 0;

	for (unsigned i = 0; i < soak_operation_count; i++)
		if (is_possible(s, &soak_operations[i]))
			deck[n++] = i;
	for (unsigned i = n; i > 1; i--) {
		unsigned j = prng_below(&s->prng, i), swap = deck[i - 1];

		deck[i - 1] = deck[j];
		deck[j] = swap;
	}
	return n;
}

/* Runs at least one whole deck, so that a short run on a slow machine is a run, too. */
static void run(struct soak *s, uint64_t start_ns, uint64_t seconds)
{
	unsigned deck[DECK_MOST], n = 0, at = 0, decks = 0;

	while (!must_end(s)) {
		if (at == n) {
			n = shuffle(s, deck);
			at = 0;
			decks++;
		}
		if (decks > 1 && rig_now() >= start_ns + seconds * SECOND_NS)
			break;
		run_one(s, &soak_operations[deck[at++]], start_ns);
	}
}

/* ---- the end ------------------------------------------------------------------------ */

static void print_tally(const struct soak *s, uint64_t seconds)
{
	uint64_t wanted = (RUNS_AN_HOUR * seconds + HOUR_S - 1) / HOUR_S;
	bool enough = true;

	for (unsigned i = 0; i < soak_operation_count; i++) {
		const struct soak_operation *o = &soak_operations[i];

		if (!is_possible(s, o))
			continue;
		printf("  %6llu %s%s\n", (unsigned long long)o->runs, o->name,
		       o->runs < wanted ? ": too few" : "");
		enough &= o->runs >= wanted;
	}
	/* An interrupted run has no deck to complete. */
	CHECK("every kind of operation ran 50 times an hour", enough || must_end(s));
}

static void finish(struct soak *s, unsigned files)
{
	soak_end_worker(s);
	soak_far_stop(&s->far);
	soak_tcp_end(&s->tcp);
	soak_check_objects(s);
	soak_cards_check_alone(&s->cards);
	soak_cards_close(&s->cards);
	close(s->memory);
	CHECK_EQ("the controller leaves no descriptor", resources_files(), files);
	CHECK("the accounts were checked", s->sh->checks > 0);
	CHECK_EQ("no planted leak went unnoticed", s->sh->leaked, 0);
}

static int soak(uint64_t seconds)
{
	static struct soak soak;
	struct soak *s = &soak;
	unsigned files = resources_files();
	uint64_t start_ns;

	block_signals();
	share_memory(s);
	soak_cards_make(&s->cards, s->sh);
	soak_tcp_start(&s->tcp, &s->cards);
	soak_far_start(&s->far, &s->cards, s->sh->seed);
	soak_start_worker(s);
	soak_await_traffic(s);
	start_ns = rig_now();
	run(s, start_ns, seconds);
	seconds = (rig_now() - start_ns) / SECOND_NS;
	finish(s, files);
	printf("soak: %llu s, every frame and every byte of TCP accounted for\n",
	       (unsigned long long)seconds);
	print_tally(s, seconds);
	return must_end(s) ? 130 : 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 4 && !strcmp(argv[1], "--worker"))
		return soak_worker(atoi(argv[2]), atoi(argv[3]));
	if (argc != 2 || atoi(argv[1]) <= 0) {
		fprintf(stderr, "usage: soak SECONDS\n");
		return 2;
	}
	return soak((uint64_t)atoi(argv[1]));
}
