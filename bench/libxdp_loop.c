/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libxdp_loop.c - the bench's plain sender on libxdp (engines/plain.c) as a program,
 * to compare with other programs: one socket, one queue, one kick a batch, numbered
 * packets. It does not use this library.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "case.h"
#include "plain.h"

enum {
	BYTES_MAX = 1514,	 /* of a packet, at an MTU of 1500 */
	SECONDS_MAX = 86400,	 /* a day; only catches typing errors */
	SLEEP_MAX_MS = 60000,	 /* a minute; likewise */
	FRAMES = 4 * PLAIN_RING, /* all rings full at once, and one ring to spare */
};

static struct loop {
	struct plain_opts opts;
	struct engine_setup setup; /* of the meter, which finds the longest gap */
	struct meter meter;
	struct plain plain;
	double seconds;
	bool json;
	uint64_t packets;
} l = {
	.opts = {.mode = "native-copy",
		 .packet_size = PACKET_MIN,
		 .frames = FRAMES,
		 .tx_ring = PLAIN_RING,
		 .sends = true},
	.setup = {.spin = true, .gaps = true, .batch = 64},
	.seconds = 5,
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	stopped = number;
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

static void open_sender(void)
{
	/* The network 198.18.0.0/15 is reserved for benchmarks. */
	const struct place place = {
		.near_mac = {2, 0, 0, 0, 0, 1},
		.far_mac = {2, 0, 0, 0, 0, 2},
		.near_ip = htonl(0xc6120001),
		.far_ip = htonl(0xc6120002),
	};
	uint8_t packet[BYTES_MAX];
	char why[WHY_BYTES];

	if (plain_open(&l.plain, &l.opts, why))
		fail(1, "%s queue %u, %s: %s", l.opts.ifname, l.opts.queue, l.opts.mode, why);
	packet_make(packet, &place, true, l.opts.packet_size);
	packet_number(packet, 0); /* removes the checksum */
	plain_fill_in(&l.plain, packet, l.opts.packet_size);
	l.plain.meter = &l.meter;
}

/* Numbers the next packets, which are in the frames on top of the stack. */
static void number_packets(void)
{
	const uint64_t *top = l.plain.free_frames + l.plain.free_count;

	if (l.plain.free_count < l.setup.batch)
		return;
	for (uint64_t n = l.packets; n < l.packets + l.setup.batch; n++)
		memcpy(l.plain.area + *--top + PACKET_NUMBER_AT, &n, sizeof(n));
}

static void send_batch(void)
{
	int sent;

	plain_reap(&l.plain);
	number_packets();
	sent = plain_send(&l.plain, l.setup.batch, l.opts.packet_size, l.setup.spin);
	if (sent < 0)
		fail(1, "kick: %s", strerror(-sent));
	l.packets += (uint32_t)sent;
}

static void print_result(double seconds)
{
	double pps = (double)l.packets / seconds, gap_us = (double)l.meter.gap_ns / 1e3;

	if (l.json)
		printf("{\"tool\": \"libxdp-loop\", \"interface\": \"%s\", \"queue\": %u, "
		       "\"mode\": \"%s\", \"batch\": %u, \"duration_s\": %.6f, "
		       "\"packets\": %" PRIu64 ", \"pps\": %.0f, \"calls\": %" PRIu64 ", "
		       "\"completed\": %" PRIu64 ", \"longest_gap_us\": %.0f}\n",
		       l.opts.ifname, l.opts.queue, l.opts.mode, l.setup.batch, seconds, l.packets,
		       pps, l.plain.calls, l.plain.completed, gap_us);
	else
		printf("%s queue %u, %s: %" PRIu64 " packets in %.2f s, %.0f packets/s, "
		       "%" PRIu64 " system calls, at most %.3f ms without a completion\n",
		       l.opts.ifname, l.opts.queue, l.opts.mode, l.packets, seconds, pps,
		       l.plain.calls, gap_us / 1e3);
}

/* Reports the given time only; drains afterwards. */
static void run(void)
{
	struct itimerval t = {.it_value.tv_sec = (time_t)l.seconds};

	t.it_value.tv_usec = (suseconds_t)((l.seconds - (double)t.it_value.tv_sec) * 1e6);
	setitimer(ITIMER_REAL, &t, NULL);
	meter_start(&l.meter, &l.setup, (uint64_t)(l.seconds * 1e9), 0);
	while (!stopped)
		send_batch();
	if (l.plain.outstanding)
		meter_progress(&l.meter);
	print_result((double)(meter_now_ns() - l.meter.start_ns) / 1e9);
	stopped = 0;
	plain_drain(&l.plain);
}

/* Options with a whole number. */
static const struct number {
	char letter;
	uint32_t *value, min, max;
} numbers[] = {
	{'q', &l.opts.queue, 0, UINT16_MAX},
	{'b', &l.setup.batch, 1, PLAIN_RING},
	{'s', &l.opts.packet_size, PACKET_MIN, BYTES_MAX},
	{'t', &l.opts.wait_ms, 1, SLEEP_MAX_MS},
	{'f', &l.opts.frames, 1, FRAMES},
	{'r', &l.opts.tx_ring, 1, PLAIN_RING},
};

static void usage(FILE *to)
{
	fprintf(to,
		"usage: libxdp-loop -i IFACE [-q QUEUE] [-b BATCH] [-s SIZE] [-d SECONDS]\n"
		"                   [-M zero-copy|native-copy|generic-copy] [-w spin|poll]\n"
		"                   [-t MS] [-f FRAMES] [-r ENTRIES] [--json]\n"
		"  -b  packets per kick, 1 to %d (64)     -s  bytes per packet, %d to %d (60)\n"
		"  -d  duration, fractions allowed (5)    -f  frames to send from, 1 to %d (%d)\n"
		"  -w  how to wait for the kernel (spin)  -t  longest poll() in ms, 1 to %d (%d)\n"
		"  -r  entries of the TX ring, to %d (%d)\n",
		PLAIN_RING, PACKET_MIN, BYTES_MAX, FRAMES, FRAMES, SLEEP_MAX_MS, WAIT_MS,
		PLAIN_RING, PLAIN_RING);
}

static double decimal(int option, const char *text, double min, double max)
{
	char *end;
	double value = strtod(text, &end);

	/* The condition also rejects NaN. */
	if (end == text || *end || !(value >= min && value <= max))
		fail(2, "-%c %s: must be a number from %g to %g", option, text, min, max);
	return value;
}

static void set_number(int option, const char *text)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct number *n = &numbers[i];
		double value;

		if (n->letter != option)
			continue;
		value = decimal(option, text, n->min, n->max);
		*n->value = (uint32_t)value;
		if (value != *n->value)
			fail(2, "-%c %s: must be a whole number", option, text);
		return;
	}
	usage(stderr);
	exit(2);
}

static void set_option(int option)
{
	switch (option) {
	case 'i':
		l.opts.ifname = optarg;
		break;
	case 'd':
		l.seconds = decimal('d', optarg, 0.001, SECONDS_MAX);
		break;
	case 'M':
		l.opts.mode = optarg;
		if (strcmp(optarg, "zero-copy") && strcmp(optarg, "native-copy") &&
		    strcmp(optarg, "generic-copy"))
			fail(2, "-M %s: must be zero-copy, native-copy or generic-copy", optarg);
		break;
	case 'w':
		l.setup.spin = !strcmp(optarg, "spin");
		if (!l.setup.spin && strcmp(optarg, "poll"))
			fail(2, "-w %s: must be spin or poll", optarg);
		break;
	case 'j':
		l.json = true;
		break;
	case 'h':
		usage(stdout);
		exit(0);
	default:
		set_number(option, optarg);
	}
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct sigaction action = {.sa_handler = stop};
	int option;

	while ((option = getopt_long(argc, argv, "i:q:b:s:d:M:w:t:f:r:h", longs, NULL)) != -1)
		set_option(option);
	if (optind < argc)
		fail(2, "%s: unexpected argument", argv[optind]);
	if (!l.opts.ifname)
		fail(2, "-i is required; see --help");
	if (l.opts.frames < l.setup.batch)
		fail(2, "-f %u: fewer frames than a batch", l.opts.frames);
	if (l.opts.tx_ring < l.setup.batch || l.opts.tx_ring & (l.opts.tx_ring - 1))
		fail(2, "-r %u: must be a power of two, and not less than a batch", l.opts.tx_ring);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	open_sender();
	run();
	plain_close(&l.plain);
	return 0;
}
