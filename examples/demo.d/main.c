/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the demo's program: sends numbered packets from one interface to another
 * and verifies each, then compares the rate of small packets with the kernel's UDP,
 * and measures the rate while the card's TX interrupt is masked. examples/demo
 * creates the interfaces and runs it.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#include "net.h"
#include "number.h"
#include "report.h"

#define PACKETS_DEFAULT 1000000ull
/* One bit of memory per packet: this many take 12.5 MB, and ten minutes or more. */
#define PACKETS_MAX 100000000ull

enum { EXIT_BROKEN = 1, EXIT_USAGE = 2 };

struct options {
	const char *sender;
	const char *receiver;
	const char *sink;
	const char *json;
	const char *peer;
	uint64_t packets;
	enum zcxsk_mode promised;
};

static const char help[] =
	"Usage: zcxsk-demo --send IFACE --receive IFACE --sink IFACE [OPTION]...\n"
	"Brings the interfaces up and takes them over; do not use them for anything else.\n"
	"\n"
	"  --send IFACE     sends the packets that are verified\n"
	"  --receive IFACE  receives them\n"
	"  --sink IFACE     measures the rates; its far end must drop everything\n"
	"  --packets N      packets to verify (1000000; at most 100000000)\n"
	"  --promise MODE   the mode that both directions must use: zero-copy (default),\n"
	"                   native-copy, generic-copy\n"
	"  --lose-interrupt PROGRAM\n"
	"                   also sends on the sink with its TX interrupt masked, in turns with\n"
	"                   PROGRAM, which is libxdp-loop; for a virtio card in a guest\n"
	"  --json FILE      writes the result as one JSON object\n"
	"  --help           this text\n"
	"\n"
	"Exit status: 0 all checks passed, 1 a check or a step failed, 2 wrong usage.\n";

static void usage_fail(const char *option, const char *value, const char *what)
{
	fprintf(stderr, "zcxsk-demo: %s '%s': %s\n", option, value, what);
	exit(EXIT_USAGE);
}

static uint64_t parse_packets(const char *text)
{
	uint64_t value;

	if (!number_read(text, 1, PACKETS_MAX, &value))
		usage_fail("--packets", text, "must be a number from 1 to 100000000");
	return value;
}

static enum zcxsk_mode parse_mode(const char *text)
{
	uint32_t modes = zcxsk_modes_parse(text);

	if (!modes || modes == ZCXSK_MODES_ALL)
		usage_fail("--promise", text, "must be zero-copy, native-copy or generic-copy");
	return modes;
}

static void parse(struct options *o, int argc, char **argv)
{
	static const struct option known[] = {
		{"send", required_argument, NULL, 's'},
		{"receive", required_argument, NULL, 'r'},
		{"sink", required_argument, NULL, 'k'},
		{"packets", required_argument, NULL, 'n'},
		{"promise", required_argument, NULL, 'p'},
		{"lose-interrupt", required_argument, NULL, 'l'},
		{"json", required_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	*o = (struct options){.packets = PACKETS_DEFAULT, .promised = ZCXSK_MODE_ZERO_COPY};
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 's')
			o->sender = optarg;
		else if (c == 'r')
			o->receiver = optarg;
		else if (c == 'k')
			o->sink = optarg;
		else if (c == 'n')
			o->packets = parse_packets(optarg);
		else if (c == 'p')
			o->promised = parse_mode(optarg);
		else if (c == 'l')
			o->peer = optarg;
		else if (c == 'j')
			o->json = optarg;
		else if (c == 'h') {
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		} else
			exit(EXIT_USAGE);
	}
	if (optind < argc)
		usage_fail("argument", argv[optind], "is not expected");
	if (!o->sender || !o->receiver || !o->sink) {
		fputs("zcxsk-demo: --send, --receive and --sink are required\n", stderr);
		exit(EXIT_USAGE);
	}
}

static int failed(int ret, const struct zcxsk_error *error)
{
	char text[sizeof(*error)];

	if (ret) {
		zcxsk_error_format(error, text, sizeof(text));
		fprintf(stderr, "zcxsk-demo: %s\n", text);
	}
	return ret;
}

static int bring_up(const char *ifname)
{
	int ret = net_up(ifname);

	if (ret)
		fprintf(stderr, "zcxsk-demo: %s cannot be brought up: %s\n", ifname,
			strerror(-ret));
	return ret;
}

static int write_json(const char *path, const struct report *report)
{
	FILE *out = fopen(path, "we");
	bool written = out && report_json(out, report);
	int ret = !out || fclose(out) || !written;

	if (ret)
		fprintf(stderr, "zcxsk-demo: %s cannot be written: %s\n", path, strerror(errno));
	return ret;
}

int main(int argc, char **argv)
{
	struct verify_result verify;
	struct rate_result rate;
	struct lost_result lost;
	struct zcxsk_error error;
	struct options o;
	struct report report;
	bool kept;

	parse(&o, argc, argv);
	if (bring_up(o.sender) || bring_up(o.receiver) || bring_up(o.sink))
		return EXIT_BROKEN;
	fprintf(stderr, "demo: verifying %" PRIu64 " packets\n", o.packets);
	if (failed(verify_run(o.sender, o.receiver, o.packets, &verify, &error), &error))
		return EXIT_BROKEN;
	fputs("demo: measuring rates\n", stderr);
	if (failed(rate_run(o.sink, &rate, &error), &error))
		return EXIT_BROKEN;
	/* The copy modes do not need the interrupt. */
	if (rate.mode != ZCXSK_MODE_ZERO_COPY)
		o.peer = NULL;
	if (o.peer) {
		fputs("demo: masking the TX interrupt\n", stderr);
		if (failed(lost_run(o.sink, o.peer, &lost, &error), &error))
			return EXIT_BROKEN;
	}
	report = (struct report){o.sender, o.receiver, o.promised,
				 &verify,  &rate,      o.peer ? &lost : NULL};
	kept = report_print(stdout, &report);
	if (o.json && write_json(o.json, &report))
		return EXIT_BROKEN;
	return kept && !fflush(stdout) ? EXIT_SUCCESS : EXIT_BROKEN;
}
