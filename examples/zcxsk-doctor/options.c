/* SPDX-License-Identifier: BSD-2-Clause */
/* options.c - reads the command line, and prints --help. */
#include "options.h"

#include <getopt.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zcxsk/zcxsk.h>

#include "clock.h"
#include "number.h"

/* A socket's queue; the library has the same limit. */
#define QUEUE_MAX 65535
/* Seconds. A card that resets its link needs some; a trial that takes minutes hangs. */
#define DEADLINE_DEFAULT 30
#define DEADLINE_MAX 300

enum {
	OPT_TRY = 256,
	OPT_DEADLINE,
	OPT_GIVE_UP,
	OPT_JSON,
	OPT_REPORT,
	OPT_WITH_ADDRESSES,
	OPT_VERSION,
};

static const struct option table[] = {
	{"queue", required_argument, NULL, 'q'},
	{"try", optional_argument, NULL, OPT_TRY},
	{"deadline", required_argument, NULL, OPT_DEADLINE},
	{"give-up", required_argument, NULL, OPT_GIVE_UP},
	{"json", required_argument, NULL, OPT_JSON},
	{"report", required_argument, NULL, OPT_REPORT},
	{"with-addresses", no_argument, NULL, OPT_WITH_ADDRESSES},
	{"verbose", no_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPT_VERSION},
	{0},
};

static const char usage[] = "usage: zcxsk-doctor [OPTION]... [IFACE]\n";

static const char help[] =
	"\n"
	"Says whether AF_XDP works on an interface, how well, and what to do about it. It\n"
	"changes nothing unless --try is given. Without IFACE: all interfaces, in short.\n"
	"\n"
	"  -q, --queue N            the queue to open a socket on (0)\n"
	"      --json FILE          write facts and findings as JSON, - for standard output\n"
	"      --report FILE        write all that a maintainer needs into one JSON file\n"
	"      --with-addresses     with MAC and IP addresses in it (replaced otherwise)\n"
	"  -v, --verbose            show the facts too, and the steps of a trial\n"
	"  -h, --help               show this text\n"
	"      --version            show the version of the library\n"
	"\n"
	"A trial\n"
	"      --try[=QUEUE]        open a socket on this queue, send 8 small frames, and undo it\n"
	"                           (--queue, or the last queue without a socket). All received\n"
	"                           packets pass to the kernel, but some cards reset their link\n"
	"      --deadline SECONDS   end the trial by force after this time, 1 to 300 (30)\n"
	"      --give-up KINDS      try on a card that carries packets that this machine needs:\n"
	"                           ssh, arp, nd, dhcp, pmtu, multicast, tunnels, lacp, stp,\n"
	"                           802.1x, separated by commas, or all (none)\n"
	"\n"
	"Examples\n"
	"  zcxsk-doctor\n"
	"  zcxsk-doctor eth0\n"
	"  zcxsk-doctor --verbose --queue 1 eth1\n"
	"  zcxsk-doctor --json - eth1\n"
	"  zcxsk-doctor --report report.json eth1\n"
	"  zcxsk-doctor --try eth1\n"
	"\n"
	"Exit status, by the worst finding: 0 none or a note, 3 it works but could be faster,\n"
	"4 something is unknown, 5 a risk, 6 it does not work. 1 failure, 2 wrong usage.\n";

__attribute__((noreturn, format(printf, 1, 2))) static void wrong(const char *format, ...)
{
	va_list args;

	fputs("zcxsk-doctor: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\n", stderr);
	exit(STATUS_USAGE);
}

static uint64_t number(const char *option, const char *word, uint64_t min, uint64_t max)
{
	uint64_t value;

	if (!number_read(word, min, max, &value))
		wrong("--%s %s: must be a whole number from %llu to %llu", option, word,
		      (unsigned long long)min, (unsigned long long)max);
	return value;
}

static void set_try(struct options *o, const char *word)
{
	o->try = true;
	o->try_queue = word ? (uint32_t)number("try", word, 0, QUEUE_MAX) : QUEUE_SPARE;
}

static void set_give_up(struct options *o, const char *word)
{
	struct zcxsk_error error;

	if (zcxsk_give_up_parse(&o->give_up, word, &error))
		wrong("--give-up %s: %s", word, error.cause);
}

static void set_option(struct options *o, int option, const char *word)
{
	switch (option) {
	case 'q':
		o->queue = (uint32_t)number("queue", word, 0, QUEUE_MAX);
		o->queue_given = true;
		break;
	case OPT_TRY:
		set_try(o, word);
		break;
	case OPT_DEADLINE:
		o->deadline_ns = number("deadline", word, 1, DEADLINE_MAX) * NS_PER_S;
		break;
	case OPT_GIVE_UP:
		set_give_up(o, word);
		break;
	case OPT_JSON:
		o->json = word;
		break;
	case OPT_REPORT:
		o->report = word;
		break;
	case OPT_WITH_ADDRESSES:
		o->with_addresses = true;
		break;
	case 'v':
		o->verbose = true;
		break;
	case 'h':
		printf("%s%s", usage, help);
		exit(0);
	case OPT_VERSION:
		printf("zcxsk-doctor %s\n", zcxsk_version());
		exit(0);
	default:
		fputs(usage, stderr);
		exit(STATUS_USAGE);
	}
}

/* Checks options against each other. */
static void check_together(struct options *o)
{
	if (o->ifname && (!o->ifname[0] || strlen(o->ifname) >= IF_NAMESIZE))
		wrong("'%s': a name of an interface has 1 to %d characters", o->ifname,
		      IF_NAMESIZE - 1);
	if (o->try && !o->ifname)
		wrong("--try: needs an interface");
	if (o->queue_given && !o->ifname)
		wrong("--queue %u: needs an interface", o->queue);
	if (!o->try && (o->deadline_ns || o->give_up))
		wrong("%s: needs --try", o->deadline_ns ? "--deadline" : "--give-up");
	if (o->try_queue == QUEUE_SPARE && o->queue_given)
		o->try_queue = o->queue;
	if (!o->deadline_ns)
		o->deadline_ns = DEADLINE_DEFAULT * NS_PER_S;
}

void options_read(struct options *o, int argc, char **argv)
{
	int option;

	memset(o, 0, sizeof(*o));
	while ((option = getopt_long(argc, argv, "q:vh", table, NULL)) != -1)
		set_option(o, option, optarg);
	if (optind < argc)
		o->ifname = argv[optind++];
	if (optind < argc)
		wrong("%s: not understood; see zcxsk-doctor --help", argv[optind]);
	check_together(o);
}
