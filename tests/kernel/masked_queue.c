/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * masked_queue.c - one sender on each of two queues of a card, with the TX interrupt of one
 * queue masked: both continue, and every frame is completed. For the guest, with a slow
 * card that has several queues, named by ZCXSK_TEST_IFACES.
 */
#include <pthread.h>

#include "check.h"
#include "msix.h"
#include "rig.h"
#include "sender.h"

#define QUEUES 2u
#define MASKED 1u /* the queue without interrupt; not 0, which a wrong vector number could hit */
#define RUN_NS 600000000ull
#define STOPPED_NS 100000000ull /* ten times the watchdog's longest interval */
#define TRIES 4u		/* of a run that other load may disturb */

struct runner {
	struct sender sender;
	struct sender_figures figures;
	const char *what;
	pthread_t thread;
};

static void *run(void *argument)
{
	struct runner *r = argument;

	r->figures = sender_run(&r->sender, RUN_NS, r->what);
	return NULL;
}

static void run_both(struct runner *runners, const char *const *what)
{
	for (uint32_t q = 0; q < QUEUES; q++) {
		runners[q].what = what[q];
		CHECK_EQ("thread", pthread_create(&runners[q].thread, NULL, run, &runners[q]), 0);
	}
	for (uint32_t q = 0; q < QUEUES; q++)
		pthread_join(runners[q].thread, NULL);
}

/* The machine itself may pause at times, which the healthy runs show as well. */
static bool both_alive(const struct runner *runners, const uint64_t *healthy_gap_ns)
{
	for (uint32_t q = 0; q < QUEUES; q++)
		if (runners[q].figures.gap_ns >= STOPPED_NS + 2 * healthy_gap_ns[q])
			return false;
	return true;
}

/* Runs both with interrupts, then one without. Returns true if neither stopped. */
static bool mask_one(struct runner *runners, struct msix *irq)
{
	static const char *const healthy[] = {"queue 0", "queue 1"};
	static const char *const masked[] = {"queue 0", "queue 1, masked"};
	uint64_t gap_ns[QUEUES];

	run_both(runners, healthy);
	for (uint32_t q = 0; q < QUEUES; q++)
		gap_ns[q] = runners[q].figures.gap_ns;
	msix_mask(irq);
	run_both(runners, masked);
	msix_unmask(irq);
	return both_alive(runners, gap_ns);
}

static void open_senders(struct runner *runners, struct zcxsk_redirect **redirect,
			 enum sender_owner owner, uint64_t watchdog_first_ns)
{
	struct rig_opts o;

	sender_opts(&o, watchdog_first_ns);
	o.redirect.modes = ZCXSK_MODE_ZERO_COPY;
	CHECK_EQ("redirect", zcxsk_redirect_attach(redirect, rig_left(0), &o.redirect, NULL), 0);
	o.socket.redirect_opts = NULL;
	o.socket.redirect = *redirect;
	for (uint32_t q = 0; q < QUEUES; q++)
		sender_start(&runners[q].sender, rig_open(rig_left(0), q, &o.socket), owner);
}

static void close_senders(struct runner *runners, struct zcxsk_redirect *redirect)
{
	for (uint32_t q = 0; q < QUEUES; q++)
		sender_end(&runners[q].sender);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
}

static void both_go_on(struct msix *irq, enum sender_owner owner)
{
	struct runner runners[QUEUES];
	struct zcxsk_redirect *redirect;
	bool alive;

	open_senders(runners, &redirect, owner, 0);
	alive = mask_one(runners, irq);
	for (unsigned i = 1; i < TRIES && !alive; i++)
		alive = mask_one(runners, irq);
	CHECK("neither queue stops", alive);
	CHECK("the watchdog keeps the masked queue running", runners[MASKED].figures.recovered > 0);
	close_senders(runners, redirect);
}

/* Shows that this queue's interrupt is the masked one, and is really lost. */
static void one_stops_without_watchdog(struct msix *irq)
{
	static const char *const what[] = {"queue 0, no watchdog", "queue 1, masked"};
	struct runner runners[QUEUES];
	struct zcxsk_redirect *redirect;

	open_senders(runners, &redirect, OWNER_WAITS, UINT64_MAX);
	runners[MASKED].sender.may_stop = true;
	msix_mask(irq);
	run_both(runners, what);
	CHECK("the masked queue's sender stops", runners[MASKED].figures.gap_ns > STOPPED_NS);
	CHECK("the other queue's sender does not",
	      runners[MASKED].figures.pps < runners[0].figures.pps / 4);
	msix_unmask(irq);
	close_senders(runners, redirect);
}

int main(void)
{
	struct msix irq;

	rig_setup(0);
	CHECK_EQ("the card's MSI-X table", msix_open(&irq, rig_left(0), MASKED), 0);
	both_go_on(&irq, OWNER_WAITS);
	both_go_on(&irq, OWNER_SPINS);
	one_stops_without_watchdog(&irq);
	msix_close(&irq);
	return 0;
}
