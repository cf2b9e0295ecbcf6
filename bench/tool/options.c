/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.c - the command line of the cases.
 */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zcxsk/zcxsk.h>

#include "help.h"

enum {
	BATCH_MAX = 4096,  /* packets; more than any ring's default has room for */
	PACKET_MIN = 60,   /* bytes: the shortest Ethernet frame, without checksum */
	PACKET_MAX = 9014, /* bytes: a jumbo frame */
	ENGINES_MAX = 16,  /* as plan.engine_wanted */
	LIST_MAX = 7,	   /* as plan.batches, without the end */
	ROUNDS = 5,
	ROUNDS_QUICK = 3,
	PACKET_SIZE = 64, /* bytes */
};

/* Seconds. */
static const double turn_default = 1, turn_quick = 0.2, turn_min = 0.01, turn_max = 3600;
/* Packets a second; more than any link carries. */
static const uint64_t rate_max = 1000000000;

/* Values of getopt_long() for options without a letter; letters end below. */
enum {
	OPT_VETH = 256,
	OPT_GUEST,
	OPT_GUEST_KERNEL,
	OPT_INSIDE_GUEST,
	OPT_PEER,
	OPT_YES_DEFAULT_ROUTE,
	OPT_MODE,
	OPT_BATCH,
	OPT_PACKET_SIZE,
	OPT_ROUNDS,
	OPT_SECONDS,
	OPT_RATE,
	OPT_ENGINE,
	OPT_SPIN,
	OPT_BUSY_POLL,
	OPT_QUICK,
	OPT_JSON,
	OPT_CSV,
	OPT_REPORT,
	OPT_LIST,
	OPT_VERSION,
};

/* --inside-guest is not for people: the guest's harness says it. */
static const struct option long_options[] = {
	{"veth", no_argument, NULL, OPT_VETH},
	{"guest", no_argument, NULL, OPT_GUEST},
	{"guest-kernel", required_argument, NULL, OPT_GUEST_KERNEL},
	{"inside-guest", no_argument, NULL, OPT_INSIDE_GUEST},
	{"interface", required_argument, NULL, 'i'},
	{"peer", required_argument, NULL, OPT_PEER},
	{"yes-default-route", no_argument, NULL, OPT_YES_DEFAULT_ROUTE},
	{"mode", required_argument, NULL, OPT_MODE},
	{"batch", required_argument, NULL, OPT_BATCH},
	{"packet-size", required_argument, NULL, OPT_PACKET_SIZE},
	{"rounds", required_argument, NULL, OPT_ROUNDS},
	{"seconds", required_argument, NULL, OPT_SECONDS},
	{"rate", required_argument, NULL, OPT_RATE},
	{"engine", required_argument, NULL, OPT_ENGINE},
	{"spin", no_argument, NULL, OPT_SPIN},
	{"busy-poll", no_argument, NULL, OPT_BUSY_POLL},
	{"quick", no_argument, NULL, OPT_QUICK},
	{"json", required_argument, NULL, OPT_JSON},
	{"csv", required_argument, NULL, OPT_CSV},
	{"report", required_argument, NULL, OPT_REPORT},
	{"list", no_argument, NULL, OPT_LIST},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPT_VERSION},
	{0},
};

void options_fail(const char *format, ...)
{
	va_list args;

	fputs("zcxsk-bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\n", stderr);
	exit(2);
}

uint64_t parse_number(const char *option, const char *word, uint64_t min, uint64_t max)
{
	char *end = NULL;
	uint64_t value = 0;

	errno = 0;
	/* strtoull would take "-1" and " 1". */
	if (isdigit((unsigned char)word[0]))
		value = strtoull(word, &end, 10);
	if (!end || *end || errno || value < min || value > max)
		options_fail("%s %s: must be a whole number from %" PRIu64 " to %" PRIu64, option,
			     word, min, max);
	return value;
}

double parse_decimal(const char *option, const char *word, double min, double max)
{
	char *end;
	double value = strtod(word, &end);

	if (end == word || *end || !isfinite(value) || value < min || value > max)
		options_fail("%s %s: must be a number from %g to %g", option, word, min, max);
	return value;
}

static void parse_numbers(const char *option, char *list, uint64_t min, uint64_t max,
			  uint32_t *numbers)
{
	uint32_t n = 0;
	char *rest = list, *word;

	while ((word = strsep(&rest, ","))) {
		if (n == LIST_MAX)
			options_fail("%s %s: at most %d numbers", option, word, LIST_MAX);
		numbers[n++] = (uint32_t)parse_number(option, word, min, max);
	}
	numbers[n] = 0;
}

static void parse_modes(struct plan *plan, char *list)
{
	uint32_t n = 0;
	char *rest = list, *word;

	while ((word = strsep(&rest, ","))) {
		uint32_t mode = zcxsk_modes_parse(word);

		if (!mode || mode == ZCXSK_MODES_ALL)
			options_fail("--mode %s: must be zero-copy, native-copy or generic-copy",
				     word);
		for (uint32_t i = 0; i < n; i++)
			if (!strcmp(plan->modes[i], word))
				options_fail("--mode %s: is there twice", word);
		plan->modes[n++] = zcxsk_mode_name((enum zcxsk_mode)mode);
	}
	plan->modes[n] = NULL;
}

static void parse_engines(struct plan *plan, char *list)
{
	char *rest = list, *word;
	size_t i;

	memset(plan->engine_wanted, 0, sizeof(plan->engine_wanted));
	while ((word = strsep(&rest, ","))) {
		for (i = 0; engines[i] && strcmp(engines[i]->name, word); i++)
			;
		if (!engines[i])
			options_fail("--engine %s: is none; zcxsk-bench --list shows them", word);
		plan->engine_wanted[i] = true;
	}
}

/* Options about the place; false when it is another one. */
static bool set_place_option(struct options *o, int option, const char *word)
{
	switch (option) {
	case OPT_VETH:
		o->veth = true;
		return true;
	case OPT_GUEST:
		o->guest = true;
		return true;
	case OPT_GUEST_KERNEL:
		o->guest_kernel = word;
		return true;
	case OPT_INSIDE_GUEST:
		o->inside_guest = true;
		return true;
	case 'i':
		o->ifname = word;
		return true;
	case OPT_PEER:
		o->peer = word;
		return true;
	case OPT_YES_DEFAULT_ROUTE:
		o->yes_default_route = true;
		return true;
	default:
		return false;
	}
}

/* Options that end in a file; false when it is another one. */
static bool set_output_option(struct options *o, int option, const char *word)
{
	switch (option) {
	case OPT_JSON:
		o->json = word;
		return true;
	case OPT_CSV:
		o->csv = word;
		return true;
	case OPT_REPORT:
		o->report = word;
		return true;
	default:
		return false;
	}
}

/* The word is copied where it is a list, since argv may be needed once more. */
static void set_plan_option(struct plan *plan, int option, char *word)
{
	char *list = word ? strdup(word) : NULL;

	if (word && !list)
		options_fail("%s: no memory", word);
	switch (option) {
	case OPT_MODE:
		parse_modes(plan, list);
		break;
	case OPT_BATCH:
		parse_numbers("--batch", list, 1, BATCH_MAX, plan->batches);
		break;
	case OPT_PACKET_SIZE:
		parse_numbers("--packet-size", list, PACKET_MIN, PACKET_MAX, plan->packet_sizes);
		break;
	case OPT_ENGINE:
		parse_engines(plan, list);
		break;
	case OPT_ROUNDS:
		plan->rounds = (uint32_t)parse_number("--rounds", word, 1, RESULT_ROUNDS_MAX);
		break;
	case OPT_SECONDS:
		plan->turn_ns =
			(uint64_t)(parse_decimal("--seconds", word, turn_min, turn_max) * 1e9);
		break;
	case OPT_RATE:
		plan->rate = parse_number("--rate", word, 1, rate_max);
		break;
	case OPT_SPIN:
		plan->spin = true;
		break;
	case OPT_BUSY_POLL:
		plan->busy_poll = true;
		break;
	case OPT_QUICK:
		plan->quick = true;
		break;
	}
	free(list);
}

static void set_defaults(struct options *o)
{
	static const uint32_t of_ring[] = {1, 16, 64, 256, 0}, of_others[] = {16, 64, 0};
	struct plan *plan = &o->plan;

	if (!plan->rounds)
		plan->rounds = plan->quick ? ROUNDS_QUICK : ROUNDS;
	if (!plan->turn_ns)
		plan->turn_ns = (uint64_t)((plan->quick ? turn_quick : turn_default) * 1e9);
	if (!plan->packet_sizes[0])
		plan->packet_sizes[0] = PACKET_SIZE;
	if (plan->batches[0])
		return;
	if (o->what->needs_place)
		memcpy(plan->batches, of_others, sizeof(of_others));
	else
		memcpy(plan->batches, of_ring, sizeof(of_ring));
}

static void check_name(const char *option, const char *ifname)
{
	if (ifname && strlen(ifname) >= IF_NAMESIZE)
		options_fail("%s %s: longer than %d characters", option, ifname, IF_NAMESIZE - 1);
}

/* What no option alone can tell. */
static void check_together(const struct options *o)
{
	int places = o->veth + o->guest + o->inside_guest + (o->ifname != NULL);

	if (o->what->needs_place && places != 1)
		options_fail("%s: needs one of --veth, --guest and -i IFACE", o->what->name);
	if (o->guest_kernel && !o->guest)
		options_fail("--guest-kernel %s: only together with --guest", o->guest_kernel);
	if (o->peer && !o->ifname)
		options_fail("--peer %s: only together with -i", o->peer);
	if (o->peer && !strcmp(o->peer, o->ifname))
		options_fail("--peer %s: is the interface itself", o->peer);
	check_name("--interface", o->ifname);
	check_name("--peer", o->peer);
	if (o->json && o->csv && !strcmp(o->json, "-") && !strcmp(o->csv, "-"))
		options_fail("--csv -: standard output is the JSON's already");
}

static void set_case(struct options *o, const char *word)
{
	const struct bench_case *const *c = all_cases();

	while (*c && strcmp((*c)->name, word))
		c++;
	if (!*c)
		options_fail("%s: the first word must be a case; zcxsk-bench --list shows them",
			     word);
	o->what = *c;
}

/* What a word alone asks for, anywhere on the line; ends the program then. */
static void answer(int option)
{
	if (option == 'h')
		help_print(stdout);
	else if (option == OPT_LIST)
		help_print_list(stdout);
	else if (option == OPT_VERSION)
		printf("zcxsk-bench %s\n", zcxsk_version());
	else
		return;
	exit(0);
}

/* The case, where there is one, stands where getopt_long() looks for the program's name. */
static void read_words(struct options *o, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "i:h", long_options, NULL)) != -1) {
		if (option == '?') {
			help_print_usage(stderr);
			exit(2);
		}
		answer(option);
		if (!set_place_option(o, option, optarg) && !set_output_option(o, option, optarg))
			set_plan_option(&o->plan, option, optarg);
	}
	if (optind < argc)
		options_fail("%s: not understood; see zcxsk-bench --help", argv[optind]);
}

void options_read(struct options *o, int argc, char **argv)
{
	static char program[] = "zcxsk-bench";

	for (size_t i = 0; engines[i] && i < ENGINES_MAX; i++)
		o->plan.engine_wanted[i] = true;
	if (argc < 2) {
		help_print_usage(stderr);
		exit(2);
	}
	if (argv[1][0] == '-') {
		read_words(o, argc, argv);
		options_fail("the first word must be a case; zcxsk-bench --list shows them");
	}
	set_case(o, argv[1]);
	argv[1] = program;
	read_words(o, argc - 1, argv + 1);
	set_defaults(o);
	check_together(o);
}
