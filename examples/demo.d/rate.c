/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rate.c - sends as fast as one processor can, in turns with the kernel's UDP and
 * with libzcxsk in batches of several sizes. Both send the same 60 bytes repeatedly.
 * Our packets are written to the frames once, as zero copy allows, so the result is
 * the cost of sending, not of writing to memory.
 */
#include "rate.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "fail.h"
#include "net.h"
#include "udp.h"

static const uint32_t batch_sizes[RATE_BATCHES] = {16, 64, 256, 1024};

#define BATCH_MAX 1024u
#define TX_RING 4096u /* entries; the kernel wakes a waiting sender when half are free */
/* More than half, or the sender would spin; the rest is the library's usual reserve. */
#define TX_LIMIT (TX_RING / 5 * 4)
/* Short, so that a disturbance affects a turn or two, not the median; 20 s in total. */
#define TURN_SECONDS 0.8
#define CLOCK_EVERY 4096u /* packets between two reads of the clock, a system call */
/* A full device continues within milliseconds; after this time it is stuck. */
#define STUCK_NS 1000000000ull

/* Sends one batch, and waits if the ring is full. 0 or -errno. */
static int send_batch(struct zcxsk_socket *socket, uint32_t batch)
{
	struct zcxsk_packet packets[BATCH_MAX];
	uint32_t n = zcxsk_tx_alloc(socket, packets, batch, UDP_FRAME_BYTES), count;
	int ret = zcxsk_tx_wait(socket, packets, n, STUCK_NS, &count);

	zcxsk_packet_release(socket, packets + count, n - count);
	return ret;
}

/* Sends for one turn. *pps counts the packets completed at its end. */
static int send_turn(struct zcxsk_socket *socket, struct rate_batch *b, double *pps)
{
	struct zcxsk_stats before, after;
	uint64_t start = clock_now_ns(), end = start + (uint64_t)(TURN_SECONDS * 1e9);
	uint64_t packets;
	int ret = 0;

	zcxsk_stats_init(&before);
	zcxsk_stats_init(&after);
	zcxsk_socket_read_stats(socket, &before);
	while (!ret && clock_now_ns() < end)
		for (uint32_t i = 0; !ret && i < CLOCK_EVERY; i += b->batch)
			ret = send_batch(socket, b->batch);
	zcxsk_tx_drain(socket, STUCK_NS);
	end = clock_now_ns();
	zcxsk_socket_read_stats(socket, &after);
	packets = after.tx_completed - before.tx_completed;
	b->packets += packets;
	b->kicks += after.tx_kicks - before.tx_kicks;
	*pps = (double)packets * 1e9 / (double)(end - start);
	return ret;
}

static int our_turn(const char *ifname, struct rate_result *r, struct rate_batch *b, uint32_t round,
		    struct zcxsk_error *error)
{
	struct zcxsk_socket *socket;
	struct zcxsk_socket_opts opts;
	int ret;

	zcxsk_socket_opts_init(&opts);
	opts.flags = ZCXSK_SOCKET_TX_ONLY;
	opts.tx_ring_size = TX_RING;
	opts.tx_limit = TX_LIMIT;
	ret = zcxsk_socket_open(&socket, ifname, 0, &opts, error);
	if (ret)
		return ret;
	r->mode = zcxsk_socket_mode(socket);
	ret = udp_write_frames(ifname, socket);
	if (ret)
		fail(error, ret, "rate", "cannot read the interface's address");
	else if ((ret = send_turn(socket, b, &b->rate.pps[round])))
		fail(error, ret, "rate", "the sender accepts no more packets");
	zcxsk_socket_close(socket);
	return ret;
}

/*
 * One turn of each. UDP is first in each round, while no AF_XDP socket is on the
 * interface, so that the driver is in its normal state.
 */
static int one_round(const char *ifname, struct rate_result *r, uint32_t round,
		     struct zcxsk_error *error)
{
	int ret = udp_send(TURN_SECONDS, &r->udp.pps[round]);

	if (ret)
		return fail(error, ret, "rate", "cannot send UDP packets");
	fprintf(stderr, "demo: round %u of %u: UDP %.0f", round + 1, RATE_ROUNDS,
		r->udp.pps[round]);
	for (uint32_t i = 0; !ret && i < RATE_BATCHES; i++) {
		ret = our_turn(ifname, r, &r->batches[i], round, error);
		if (!ret)
			fprintf(stderr, ", batch %u %.0f", batch_sizes[i],
				r->batches[i].rate.pps[round]);
	}
	fputs(" packets/s\n", stderr);
	return ret;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double rate_median(const double *values, uint32_t count)
{
	double sorted[RATE_MEDIAN_MAX];

	memcpy(sorted, values, count * sizeof(sorted[0]));
	qsort(sorted, count, sizeof(sorted[0]), compare);
	return sorted[count / 2];
}

int rate_run(const char *ifname, struct rate_result *r, struct zcxsk_error *error)
{
	int ret = udp_prepare(ifname);

	memset(r, 0, sizeof(*r));
	if (ret)
		return fail(error, ret, "rate", "cannot set the interface's address");
	for (uint32_t i = 0; i < RATE_BATCHES; i++)
		r->batches[i].batch = batch_sizes[i];
	for (uint32_t round = 0; round < RATE_ROUNDS; round++) {
		ret = one_round(ifname, r, round, error);
		if (ret)
			return ret;
	}
	r->udp.median = rate_median(r->udp.pps, RATE_ROUNDS);
	r->best = &r->batches[0];
	for (uint32_t i = 0; i < RATE_BATCHES; i++) {
		struct rate_batch *b = &r->batches[i];

		b->rate.median = rate_median(b->rate.pps, RATE_ROUNDS);
		if (b->rate.median > r->best->rate.median)
			r->best = b;
	}
	r->ratio = r->best->rate.median / r->udp.median;
	return 0;
}
