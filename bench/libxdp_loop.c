/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libxdp_loop.c - the bench's plain sender on libxdp (engines/plain.c) as a
 * program of its own, to compare with other programs: one socket, one queue, one
 * kick a batch, each packet numbered. It does not use the library.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "case.h"
#include "fails.h"
#include "plain.h"

enum {
	BYTES_MAX = 1514,	 /* of a packet: the longest one at an MTU of 1500 */
	SECONDS_MAX = 86400,	 /* a day; only catches slips of the finger */
	SLEEP_MAX_MS = 60000,	 /* a minute; likewise */
	FRAMES = 4 * PLAIN_RING, /* all rings full at once, and one to spare */
};

struct loop {
	struct plain_opts opts;
	struct engine_setup setup; /* of the meter, which finds the longest gap */
	struct meter meter;
	struct plain plain;
	uint32_t batch;
	double seconds;
	bool json;
	uint64_t packets;
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

bool stop_requested(void)
{
	return stopped;
}

__attribute__((noreturn, format(printf, 2, 3))) static void fail(int status, const char *format,
								 ...)
{
	va_list args;

	fputs("libxdp-loop: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(status);
}

static void open_sender(struct loop *l)
{
	/* Of the net that is set aside for measurements. */
	const struct place place = {
		.near_mac = {2, 0, 0, 0, 0, 1},
		.far_mac = {2, 0, 0, 0, 0, 2},
		.near_ip = htonl(0xc6120001), /* 198.18.0.1 */
		.far_ip = htonl(0xc6120002),
	};
	uint8_t packet[BYTES_MAX];
	char why[WHY_BYTES];

	if (plain_open(&l->plain, &l->opts, why))
		fail(1, "%s queue %u, %s: %s", l->opts.ifname, l->opts.queue, l->opts.mode, why);
	packet_make(packet, &place, true, l->opts.packet_size);
	packet_number(packet, 0); /* takes the checksum out, once for all */
	plain_fill_in(&l->plain, packet, l->opts.packet_size);
	l->plain.meter = &l->meter;
}

/* Numbers the packets that go next, which lie in the frames on top of the stack. */
static void number_packets(struct loop *l)
{
	const uint64_t *top = l->plain.free_frames + l->plain.free_count;

	if (l->plain.free_count < l->batch)
		return;
	for (uint32_t i = 0; i < l->batch; i++) {
		uint64_t sequence = l->packets + i;

		memcpy(l->plain.area + *--top + PACKET_NUMBER_AT, &sequence, sizeof(sequence));
	}
}

static void send_batch(struct loop *l)
{
	int sent;

	plain_reap(&l->plain);
	number_packets(l);
	sent = plain_send(&l->plain, l->batch, l->opts.packet_size, l->setup.spin);
	if (sent < 0)
		fail(1, "kick: %s", strerror(-sent));
	l->packets += (uint32_t)sent;
}

static void set_alarm(double seconds)
{
	struct itimerval t = {.it_value.tv_sec = (time_t)seconds};

	t.it_value.tv_usec = (suseconds_t)((seconds - (double)t.it_value.tv_sec) * 1e6);
	setitimer(ITIMER_REAL, &t, NULL);
}

static void print_result(const struct loop *l, double seconds)
{
	double pps = (double)l->packets / seconds, gap_us = (double)l->meter.gap_ns / 1e3;

	if (l->json)
		printf("{\"tool\": \"libxdp-loop\", \"interface\": \"%s\", \"queue\": %u, "
		       "\"mode\": \"%s\", \"batch\": %u, \"duration_s\": %.6f, "
		       "\"packets\": %" PRIu64 ", \"pps\": %.0f, \"calls\": %" PRIu64 ", "
		       "\"completed\": %" PRIu64 ", \"longest_gap_us\": %.0f}\n",
		       l->opts.ifname, l->opts.queue, l->opts.mode, l->batch, seconds, l->packets,
		       pps, l->plain.calls, l->plain.completed, gap_us);
	else
		printf("%s queue %u, %s: %" PRIu64 " packets in %.2f s, %.0f packets/s, "
		       "%" PRIu64 " system calls, at most %.3f ms without a completion\n",
		       l->opts.ifname, l->opts.queue, l->opts.mode, l->packets, seconds, pps,
		       l->plain.calls, gap_us / 1e3);
}

/* The result is that of the given time; what is out then is drained after it. */
static void run(struct loop *l)
{
	set_alarm(l->seconds);
	meter_start(&l->meter, &l->setup, (uint64_t)(l->seconds * 1e9), 0);
	while (!stopped)
		send_batch(l);
	if (l->plain.outstanding)
		meter_progress(&l->meter);
	print_result(l, (double)(meter_now_ns() - l->meter.start_ns) / 1e9);
	stopped = 0;
	plain_drain(&l->plain);
}

static void usage(FILE *to)
{
	fprintf(to,
		"usage: libxdp-loop -i IFACE [-q QUEUE] [-b BATCH] [-s SIZE] [-d SECONDS]\n"
		"                   [-M zero-copy|native-copy|generic-copy] [-w spin|poll]\n"
		"                   [-t MS] [-f FRAMES] [-r ENTRIES] [--json]\n"
		"  -b  packets a kick, 1 to %d (64)       -s  bytes a packet, %d to %d (60)\n"
		"  -d  how long, also 0.5 (5)             -f  frames to send from, 1 to %d (%d)\n"
		"  -w  how to wait for the kernel (spin)  -t  longest poll() in ms, 1 to %d (%d)\n"
		"  -r  entries of the TX ring, to %d (%d)\n",
		PLAIN_RING, PACKET_MIN, BYTES_MAX, FRAMES, FRAMES, SLEEP_MAX_MS, WAIT_MS,
		PLAIN_RING, PLAIN_RING);
}

static uint32_t number(const char *option, const char *text, uint32_t min, uint32_t max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value < min || value > max)
		fail(2, "%s %s: must be a whole number from %u to %u", option, text, min, max);
	return (uint32_t)value;
}

static double seconds_of(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	/* Written so that what is not a number fails, too. */
	if (end == text || *end || !(value >= 0.001 && value <= SECONDS_MAX))
		fail(2, "-d %s: must be a number from 0.001 to %d", text, SECONDS_MAX);
	return value;
}

static void set_mode(struct loop *l, const char *word)
{
	if (strcmp(word, "zero-copy") && strcmp(word, "native-copy") &&
	    strcmp(word, "generic-copy"))
		fail(2, "-M %s: must be zero-copy, native-copy or generic-copy", word);
	l->opts.mode = word;
}

static void set_wait(struct loop *l, const char *word)
{
	l->setup.spin = !strcmp(word, "spin");
	if (!l->setup.spin && strcmp(word, "poll"))
		fail(2, "-w %s: must be spin or poll", word);
}

static void set_option(struct loop *l, int option)
{
	switch (option) {
	case 'i':
		l->opts.ifname = optarg;
		break;
	case 'q':
		l->opts.queue = number("-q", optarg, 0, UINT16_MAX);
		break;
	case 'b':
		l->batch = number("-b", optarg, 1, PLAIN_RING);
		break;
	case 's':
		l->opts.packet_size = number("-s", optarg, PACKET_MIN, BYTES_MAX);
		break;
	case 'd':
		l->seconds = seconds_of(optarg);
		break;
	case 'M':
		set_mode(l, optarg);
		break;
	case 'w':
		set_wait(l, optarg);
		break;
	case 't':
		l->opts.wait_ms = number("-t", optarg, 1, SLEEP_MAX_MS);
		break;
	case 'f':
		l->opts.frames = number("-f", optarg, 1, FRAMES);
		break;
	case 'r':
		l->opts.tx_ring = number("-r", optarg, 1, PLAIN_RING);
		break;
	case 'j':
		l->json = true;
		break;
	case 'h':
		usage(stdout);
		exit(0);
	default:
		usage(stderr);
		exit(2);
	}
}

static void read_options(struct loop *l, int argc, char **argv)
{
	static const struct option longs[] = {
		{"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {0}};
	int option;

	while ((option = getopt_long(argc, argv, "i:q:b:s:d:M:w:t:f:r:h", longs, NULL)) != -1)
		set_option(l, option);
	if (optind < argc)
		fail(2, "%s: not understood", argv[optind]);
	if (!l->opts.ifname)
		fail(2, "-i is needed; see --help");
	if (l->opts.frames < l->batch)
		fail(2, "-f %u: fewer frames than a batch", l->opts.frames);
	if (l->opts.tx_ring < l->batch || l->opts.tx_ring & (l->opts.tx_ring - 1))
		fail(2, "-r %u: no power of two, or less than a batch", l->opts.tx_ring);
}

int main(int argc, char **argv)
{
	static struct loop l = {
		.opts = {.mode = "native-copy",
			 .packet_size = PACKET_MIN,
			 .frames = FRAMES,
			 .tx_ring = PLAIN_RING,
			 .sends = true},
		.setup = {.spin = true, .gaps = true},
		.batch = 64,
		.seconds = 5,
	};
	struct sigaction action = {.sa_handler = stop};

	read_options(&l, argc, argv);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	open_sender(&l);
	run(&l);
	plain_close(&l.plain);
	return 0;
}
