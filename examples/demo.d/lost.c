/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lost.c - masks the TX interrupt of a card for two senders that sleep when the ring
 * is full, and measures the remaining rate of each. Both send the same numbered
 * packets, reap completions before every batch, and read the clock if there are any.
 */
#include "lost.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "clock.h"
#include "fail.h"
#include "msix.h"
#include "net.h"
#include "peer.h"
#include "rate.h"
#include "udp.h"

#define ROUNDS 3u /* odd, for a median */
#define PEER_SECONDS 0.5
/* Two of its sleeps and the packets between them; with one sleep it would look too good. */
#define PEER_MASKED_SECONDS 2.2
/*
 * Our rates with and without the interrupt should be nearly equal, and a busy
 * machine changes its speed: so turns are short, and each masked turn is compared
 * with those before and after it. A turn ends with a completion, so no gap is hidden.
 */
#define OUR_TURNS (LOST_TURNS_MAX / ROUNDS)
#define OUR_SECONDS 0.15
#define OUR_MASKED_SECONDS 0.3
/* The library reports a stall sooner, after a second. */
#define WAIT_NS 2000000000ull
#define DRAIN_NS 1000000000ull /* a full ring completes within some ms */

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

/* ---- ours ------------------------------------------------------------------ */

struct sending {
	struct zcxsk_socket *socket;
	unsigned char *base;
	uint64_t sent;
	uint64_t completed;
	uint64_t progress_ns; /* time of the last completions, or of the first packet */
	uint64_t gap_ns;
};

static void end_gap(struct sending *s, uint64_t now)
{
	if (now - s->progress_ns > s->gap_ns)
		s->gap_ns = now - s->progress_ns;
	s->progress_ns = now;
}

/* Sends one batch, and sleeps if the ring is full. 0 or -errno. */
static int send_batch(struct sending *s)
{
	struct zcxsk_packet packets[LOST_BATCH];
	uint32_t n, count;
	uint64_t completed;
	int ret;

	zcxsk_tx_reap(s->socket);
	if (!zcxsk_tx_outstanding(s->socket))
		s->progress_ns = clock_now_ns();
	n = zcxsk_tx_alloc(s->socket, packets, LOST_BATCH, UDP_FRAME_BYTES);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t number = s->sent + i;

		memcpy((unsigned char *)zcxsk_packet_data(s->base, &packets[i]) + UDP_DATA_AT,
		       &number, sizeof(number));
	}
	ret = zcxsk_tx_wait(s->socket, packets, n, WAIT_NS, &count);
	zcxsk_packet_release(s->socket, packets + count, n - count);
	s->sent += count;
	completed = s->sent - zcxsk_tx_outstanding(s->socket);
	if (completed != s->completed)
		end_gap(s, clock_now_ns());
	s->completed = completed;
	return ret;
}

static void widen(double *gap_us, double other_us)
{
	if (other_us > *gap_us)
		*gap_us = other_us;
}

/* Sends for some seconds and adds the counters to the turns. *pps counts completions. */
static int our_turn(struct zcxsk_socket *socket, double seconds, struct lost_turns *turns,
		    double *pps)
{
	struct sending s = {.socket = socket, .base = zcxsk_socket_base(socket)};
	uint64_t start = clock_now_ns(), end = start + (uint64_t)(seconds * 1e9);
	struct zcxsk_stats before, after;
	int ret = 0;

	zcxsk_stats_init(&before);
	zcxsk_stats_init(&after);
	zcxsk_socket_read_stats(socket, &before);
	s.progress_ns = start;
	while (!ret && s.progress_ns < end)
		ret = stopped ? -EINTR : send_batch(&s);
	end = clock_now_ns();
	if (zcxsk_tx_outstanding(socket))
		end_gap(&s, end);
	zcxsk_socket_read_stats(socket, &after);
	*pps = (double)s.completed * 1e9 / (double)(end - start);
	widen(&turns->gap_us, (double)s.gap_ns / 1e3);
	turns->packets += s.sent;
	turns->forced += after.tx_kicks_forced - before.tx_kicks_forced;
	turns->recovered += after.tx_recovered - before.tx_recovered;
	return ret || !zcxsk_tx_drain(socket, DRAIN_NS) ? ret : -ETIMEDOUT;
}

/* ---- turns ----------------------------------------------------------------- */

struct trial {
	const char *ifname;
	const char *program;
	struct msix msix;
	struct zcxsk_error *error;
};

/* Unmasks the interrupt. It is an error if the driver has already done so. */
static int end_mask(struct trial *a)
{
	if (!msix_is_masked(&a->msix))
		return fail(a->error, -EIO, "lost interrupt", "the driver unmasked the interrupt");
	msix_unmask(&a->msix);
	return 0;
}

static int peer_turn(struct trial *a, double seconds, struct lost_turns *turns, double *pps)
{
	struct peer_result result;
	int ret = peer_send(a->program, a->ifname, LOST_BATCH, LOST_PEER_SLEEP_MS, seconds, &result,
			    a->error);

	if (ret)
		return ret;
	*pps = result.pps;
	widen(&turns->gap_us, result.gap_us);
	return 0;
}

/* Adds the rate of a masked turn, and the rate with the interrupt at that time. */
static void add_turns(struct lost_sender *s, double with, double without)
{
	s->with.pps[s->turns] = with;
	s->without.pps[s->turns] = without;
	s->turns++;
}

static int peer_turns(struct trial *a, struct lost_sender *peer)
{
	double with, without;
	int ret = peer_turn(a, PEER_SECONDS, &peer->with, &with);

	if (ret)
		return ret;
	msix_mask(&a->msix);
	ret = peer_turn(a, PEER_MASKED_SECONDS, &peer->without, &without);
	if (!ret)
		ret = end_mask(a);
	if (!ret)
		add_turns(peer, with, without);
	return ret;
}

static int our_turn_in(struct trial *a, struct zcxsk_socket *socket, double seconds,
		       struct lost_turns *turns, double *pps)
{
	int ret = our_turn(socket, seconds, turns, pps);

	return ret ? fail(a->error, ret, "lost interrupt", "the libzcxsk sender stopped") : 0;
}

static int our_turns(struct trial *a, struct zcxsk_socket *socket, struct lost_sender *ours)
{
	double before, without, after;
	int ret = our_turn_in(a, socket, OUR_SECONDS, &ours->with, &before);

	for (uint32_t i = 0; !ret && i < OUR_TURNS; i++) {
		msix_mask(&a->msix);
		ret = our_turn_in(a, socket, OUR_MASKED_SECONDS, &ours->without, &without);
		if (!ret)
			ret = end_mask(a);
		if (!ret)
			ret = our_turn_in(a, socket, OUR_SECONDS, &ours->with, &after);
		if (!ret)
			add_turns(ours, (before + after) / 2, without);
		before = after;
	}
	return ret;
}

static int open_ours(struct trial *a, struct lost_sender *ours)
{
	struct zcxsk_socket *socket;
	struct zcxsk_socket_opts opts;
	int ret;

	zcxsk_socket_opts_init(&opts);
	opts.flags = ZCXSK_SOCKET_TX_ONLY;
	opts.modes = ZCXSK_MODE_ZERO_COPY;
	ret = zcxsk_socket_open(&socket, a->ifname, 0, &opts, a->error);
	if (ret)
		return ret;
	ret = udp_write_frames(a->ifname, socket);
	if (ret)
		fail(a->error, ret, "lost interrupt", "the packets cannot be prepared");
	else
		ret = our_turns(a, socket, ours);
	zcxsk_socket_close(socket);
	return ret;
}

static int one_round(struct trial *a, struct lost_result *r, uint32_t round)
{
	uint32_t ours = round * OUR_TURNS;
	int ret = peer_turns(a, &r->peer);

	if (!ret)
		ret = open_ours(a, &r->ours);
	if (!ret)
		fprintf(stderr,
			"demo: round %u of %u: libxdp loop %.0f, masked %.0f; "
			"libzcxsk %.0f, masked %.0f packets/s\n",
			round + 1, ROUNDS, r->peer.with.pps[round], r->peer.without.pps[round],
			rate_median(&r->ours.with.pps[ours], OUR_TURNS),
			rate_median(&r->ours.without.pps[ours], OUR_TURNS));
	return ret;
}

static double mean(const double *values, uint32_t count)
{
	double sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum += values[i];
	return sum / count;
}

static void summarise(struct lost_sender *s)
{
	double ratios[LOST_TURNS_MAX];

	for (uint32_t i = 0; i < s->turns; i++)
		ratios[i] = s->without.pps[i] / s->with.pps[i];
	s->ratio = rate_median(ratios, s->turns);
	s->with.mean = mean(s->with.pps, s->turns);
	s->without.mean = mean(s->without.pps, s->turns);
}

/* Signals end the trial, not the program, which must unmask the interrupt. */
static void catch_signals(struct sigaction before[3])
{
	struct sigaction action = {.sa_handler = stop};

	sigaction(SIGINT, &action, &before[0]);
	sigaction(SIGTERM, &action, &before[1]);
	sigaction(SIGHUP, &action, &before[2]);
}

static void release_signals(const struct sigaction before[3])
{
	sigaction(SIGINT, &before[0], NULL);
	sigaction(SIGTERM, &before[1], NULL);
	sigaction(SIGHUP, &before[2], NULL);
}

int lost_run(const char *ifname, const char *program, struct lost_result *r,
	     struct zcxsk_error *error)
{
	struct trial a = {.ifname = ifname, .program = program, .error = error};
	struct sigaction before[3];
	int ret = msix_open(&a.msix, ifname, 0);

	memset(r, 0, sizeof(*r));
	if (ret)
		return fail(error, ret, "lost interrupt",
			    "cannot access the card's MSI-X table; this needs a virtio card and "
			    "a kernel booted with iomem=relaxed");
	catch_signals(before);
	for (uint32_t round = 0; !ret && round < ROUNDS; round++)
		ret = one_round(&a, r, round);
	msix_close(&a.msix);
	release_signals(before);
	if (ret)
		return ret;
	summarise(&r->peer);
	summarise(&r->ours);
	return 0;
}
