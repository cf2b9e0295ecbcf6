/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cycle.c - the cost of sending in instructions: full cycles of allocating, sending and
 * reaping bursts, on an in-memory kernel that completes everything at once. Runs under
 * callgrind, which counts the instructions inside cycle().
 *
 * cost_cycle on|off|lost BATCH CYCLES     with or without the watchdog, or with it and one
 *                                         completion that never comes
 */
#include <stdio.h>
#include <stdlib.h>
#include <zcxsk/zcxsk.h>

#define RING 65536u /* the largest: whatever is searched shows */
#define BATCH_MAX 256u

struct ring {
	uint32_t producer, consumer, flags;
	struct xdp_desc entries[RING];
};

static struct ring fill, rx, tx, completion;
static bool lose; /* the next completion */

static int nothing(void *context)
{
	(void)context;
	return 0;
}

static int no_event(void *context, short events, uint64_t timeout_ns)
{
	(void)context;
	(void)events;
	(void)timeout_ns;
	return 0;
}

static uint64_t no_time(void *context)
{
	(void)context;
	return 1;
}

static struct zcxsk_kernel_ring shared(struct ring *r)
{
	return (struct zcxsk_kernel_ring){&r->producer, &r->consumer, &r->flags, r->entries, RING};
}

/* The kernel's part, not counted: completes everything that was sent, or all but the first. */
static void complete(void)
{
	uint64_t *done = (uint64_t *)completion.entries;

	tx.consumer += lose;
	lose = false;
	while (tx.consumer != tx.producer)
		done[completion.producer++ % RING] = tx.entries[tx.consumer++ % RING].addr;
}

static struct zcxsk_socket *open_sender(const char *watchdog)
{
	struct zcxsk_kernel kernel;
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *socket;

	zcxsk_kernel_init(&kernel);
	kernel.mode = ZCXSK_MODE_ZERO_COPY;
	kernel.kick = nothing;
	kernel.receive = nothing;
	kernel.wait = no_event;
	kernel.now = no_time;
	kernel.rings = (struct zcxsk_kernel_rings){shared(&fill), shared(&completion), shared(&rx),
						   shared(&tx)};
	zcxsk_socket_opts_init(&opts);
	opts.watchdog_first_ns = strcmp(watchdog, "off") ? 0 : UINT64_MAX;
	if (zcxsk_socket_open_on(&socket, &kernel, &opts, NULL))
		exit(1);
	return socket;
}

__attribute__((noinline)) void cycle(struct zcxsk_socket *socket, uint32_t batch);

void cycle(struct zcxsk_socket *socket, uint32_t batch)
{
	struct zcxsk_packet packets[BATCH_MAX];
	uint32_t n = zcxsk_tx_alloc(socket, packets, batch, 0);

	for (uint32_t i = 0; i < n; i++)
		packets[i].len = 60;
	if (zcxsk_tx_burst(socket, packets, n) != batch)
		exit(1);
}

int main(int argc, char **argv)
{
	struct zcxsk_socket *socket;
	uint32_t batch, cycles;

	if (argc != 4)
		return 2;
	socket = open_sender(argv[1]);
	lose = !strcmp(argv[1], "lost");
	batch = (uint32_t)atoi(argv[2]);
	cycles = (uint32_t)atoi(argv[3]);
	if (!batch || batch > BATCH_MAX)
		return 2;
	while (cycles--) {
		cycle(socket, batch);
		complete();
	}
	/* The clock stands still: a close would wait for the lost packet for ever. */
	if (strcmp(argv[1], "lost"))
		zcxsk_socket_close(socket);
	return 0;
}
