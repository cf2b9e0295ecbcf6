/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_operations.c - what goes wrong in a soak. Each operation leaves a worker with open
 * sockets and both cards up.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>

#include "check.h"
#include "msix.h"
#include "rig.h"
#include "soak.h"

#define DOWN_MS 200u /* longest time without link */
#define HOARD_MS 300u
#define KILL_MS 60u   /* from an order to the kill: longer than most orders take */
#define PAUSE_MS 100u /* of the whole machine */
#define RING_LARGEST 256u
#define RING_SMALLEST 64u

static uint32_t below(struct soak *s, uint32_t limit)
{
	return prng_below(&s->prng, limit);
}

static void pause_below(struct soak *s, uint32_t ms)
{
	poll(NULL, 0, (int)below(s, ms));
}

/* ---- the program's own changes -------------------------------------------------- */

static void swap_rules(struct soak *s)
{
	soak_order(s, SOAK_SWAP, below(s, 1000));
}

static void rebuild(struct soak *s)
{
	soak_order(s, SOAK_REBUILD, below(s, s->queues));
}

static void hoard(struct soak *s)
{
	soak_order(s, SOAK_HOARD, below(s, HOARD_MS));
}

static void resize(struct soak *s)
{
	soak_order(s, SOAK_RESIZE, below(s, 1000));
}

static void reopen(struct soak *s)
{
	soak_order(s, SOAK_REOPEN, 0);
}

static void few_files(struct soak *s)
{
	soak_order(s, SOAK_FEW_FILES, below(s, 1000));
}

static void little_memory(struct soak *s)
{
	soak_order(s, SOAK_LITTLE_MEMORY, below(s, 1000));
}

/* ---- queues ----------------------------------------------------------------------- */

/*
 * With XDP, veth wants no fewer RX queues than the other end has TX queues, so that the far
 * end has to go first when there will be fewer, and last when there will be more.
 */
static void far_queues(struct soak *s, uint32_t queues)
{
	if (!s->cards.guest)
		soak_cards_far_queues(&s->cards, SOAK_QUEUES, queues);
}

static void change_queues(struct soak *s, uint32_t queues)
{
	if (queues < s->queues)
		far_queues(s, queues);
	soak_order(s, SOAK_QUEUES_SET, queues);
	far_queues(s, queues);
	s->queues = queues;
}

static void set_queues(struct soak *s)
{
	change_queues(s, 1 + below(s, SOAK_QUEUES));
}

/* Another program adds queues. */
static void outside(struct soak *s)
{
	change_queues(s, 1 + below(s, SOAK_QUEUES - 1));
	soak_cards_near_queues(&s->cards, SOAK_QUEUES, SOAK_QUEUES);
	soak_order(s, SOAK_QUEUES_FOLLOW, 0);
	s->queues = SOAK_QUEUES;
	far_queues(s, SOAK_QUEUES);
}

static void ring_sizes(struct soak *s)
{
	uint32_t entries = RING_SMALLEST << below(s, 3);

	/* The driver may refuse; the sockets have to go on in any case. */
	soak_cards_near_ring(entries);
	soak_await_traffic(s);
	soak_cards_near_ring(RING_LARGEST);
}

/* ---- the link ------------------------------------------------------------------------ */

static void near_link(struct soak *s)
{
	soak_cards_near(&s->cards, "down");
	pause_below(s, DOWN_MS);
	soak_cards_near(&s->cards, "up");
}

static void far_link(struct soak *s)
{
	soak_cards_far(&s->cards, "down");
	pause_below(s, DOWN_MS);
	soak_cards_far(&s->cards, "up");
}

static void host_link(struct soak *s)
{
	soak_ask_host("link off");
	pause_below(s, DOWN_MS);
	soak_ask_host("link on");
}

/* ---- the card -------------------------------------------------------------------------- */

static void plug_again(struct soak *s)
{
	if (s->cards.guest) {
		soak_ask_host("plug");
		soak_cards_await_back(&s->cards);
	} else {
		soak_cards_restore(&s->cards);
	}
	s->queues = SOAK_QUEUES;
}

/*
 * virtio_net adds a queue for each processor for XDP, if the card has some left. Linux up
 * to 7.3 then leaks their references to the interface when it is unplugged with a program
 * on it, and waits for them forever. With all queues in use, none are left.
 */
static void unplug(struct soak *s)
{
	if (s->cards.guest) {
		change_queues(s, SOAK_QUEUES);
		soak_ask_host("unplug");
		soak_cards_await_gone(&s->cards);
	} else {
		soak_cards_remove(&s->cards);
	}
	soak_order(s, SOAK_GONE, 0);
	plug_again(s);
	soak_order(s, SOAK_OPEN, 0);
}

static void mask_interrupt(struct soak *s)
{
	struct msix msix;

	CHECK_EQ("the card's MSI-X table", msix_open(&msix, SOAK_NEAR, below(s, s->queues)), 0);
	msix_mask(&msix);
	soak_await_traffic(s);
	msix_close(&msix);
}

/* ---- the process and the machine --------------------------------------------------------- */

/* A killed worker may have been changing the queues. */
static void make_queues_full(struct soak *s)
{
	soak_cards_near_queues(&s->cards, SOAK_QUEUES, SOAK_QUEUES);
	far_queues(s, SOAK_QUEUES);
	s->queues = SOAK_QUEUES;
}

/* Kills the worker during traffic, or in the middle of an order. */
static void kill_worker(struct soak *s)
{
	static const enum soak_order during[] = {SOAK_SWAP, SOAK_REBUILD, SOAK_QUEUES_SET,
						 SOAK_REOPEN};
	uint32_t which = below(s, 2 * sizeof(during) / sizeof(during[0]));

	if (which < sizeof(during) / sizeof(during[0])) {
		soak_send_order(s, during[which], 1 + below(s, s->queues));
		pause_below(s, KILL_MS);
	}
	soak_kill_worker(s);
	soak_await_tcp(s);
	make_queues_full(s);
	soak_start_worker(s);
}

static void restart(struct soak *s)
{
	soak_end_worker(s);
	soak_start_worker(s);
}

/* The kernel's own traffic does not depend on the worker. */
static void stop_worker(struct soak *s)
{
	CHECK_EQ("stop", kill(s->worker, SIGSTOP), 0);
	soak_await_tcp(s);
	CHECK_EQ("continue", kill(s->worker, SIGCONT), 0);
}

static void stop_machine(struct soak *s)
{
	char words[32];

	snprintf(words, sizeof(words), "pause %u", below(s, PAUSE_MS));
	soak_ask_host(words);
}

struct soak_operation soak_operations[] = {
	{"rules swapped", swap_rules, true, true, 0},
	{"socket rebuilt", rebuild, true, true, 0},
	{"frames hoarded", hoard, true, true, 0},
	{"handoffs resized", resize, true, true, 0},
	{"port opened again", reopen, true, true, 0},
	{"descriptors short", few_files, true, true, 0},
	{"memory short", little_memory, !SOAK_SANITIZED, true, 0},
	{"queues changed", set_queues, true, true, 0},
	{"queues added by another", outside, true, false, 0},
	{"ring sizes changed", ring_sizes, false, true, 0},
	{"near link down", near_link, true, true, 0},
	{"far link down", far_link, true, true, 0},
	{"link off at the host", host_link, false, true, 0},
	{"card unplugged", unplug, true, true, 0},
	{"interrupt masked", mask_interrupt, false, true, 0},
	{"process killed", kill_worker, true, true, 0},
	{"process ended", restart, true, true, 0},
	{"process stopped", stop_worker, true, true, 0},
	{"machine stopped", stop_machine, false, true, 0},
};

const unsigned soak_operation_count = sizeof(soak_operations) / sizeof(soak_operations[0]);
