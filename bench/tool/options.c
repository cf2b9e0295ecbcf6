/* SPDX-License-Identifier: BSD-2-Clause */
/* options.c - the command line of the cases, and its help, from one table. */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <net/if.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <zcxsk/zcxsk.h>

#include "packet.h"

enum {
	BATCH_MAX = 4096, /* packets; more than any ring holds by default */
	ENGINES_MAX = 16, /* as plan.engine_wanted */
	LIST_MAX = 7,	  /* as plan.batches, without the end */
	ROUNDS = 5,
	ROUNDS_QUICK = 3,
	PACKET_SIZE = 64,  /* bytes */
	FIRST_VALUE = 256, /* that getopt_long() returns for rows[0] */
};

/* Seconds. */
static const double turn_default = 1, turn_quick = 0.2, turn_min = 0.01, turn_max = 3600;
/* Packets a second; more than any link carries. */
static const uint64_t rate_max = 1000000000;

/* Kinds of options; the second row belongs to the plan. */
enum { HEADING, FLAG, WORD, HELP, LIST, VERSION, PLAN };
enum { PLAN_FLAG = PLAN, MODES, ENGINES, BATCHES, PACKET_SIZES, ROUNDS_OF, SECONDS, RATE };

static const struct row {
	int kind;
	const char *name, *argument;
	const char *help; /* NULL = not shown */
	size_t offset;	  /* of a flag or a word in struct options */
} rows[] = {
#define TO(field) offsetof(struct options, field)
	{HEADING, .help = "Place"},
	{FLAG, "veth", NULL, "a veth pair in its own network namespaces", TO(veth)},
	{FLAG, "guest", NULL,
	 "a virtual machine with zero-copy virtio-net cards; needs the sources", TO(guest)},
	{WORD, "guest-kernel", "WHICH",
	 "newest (default), bookworm, bookworm-backports, or as 6.18", TO(guest_kernel)},
	{FLAG, "inside-guest", NULL, NULL, TO(inside_guest)},
	{WORD, "interface", "IFACE", "an existing interface", TO(ifname)},
	{WORD, "peer", "IFACE", "the interface that it is connected to", TO(peer)},
	{FLAG, "yes-default-route", NULL, "even if the default route uses one of them",
	 TO(yes_default_route)},
	{HEADING, .help = "Measurement; LIST is words or numbers separated by commas"},
	{ENGINES, "engine", "LIST", "only these engines (default: all)", 0},
	{MODES, "mode", "LIST", "zero-copy, native-copy, generic-copy (default: the best possible)",
	 0},
	{BATCHES, "batch", "LIST", "packets per call, 1 to 4096; up to 7 numbers", 0},
	{PACKET_SIZES, "packet-size", "LIST",
	 "bytes with Ethernet header, 60 to 9014; up to 7 (64)", 0},
	{RATE, "rate", "PPS", "packets per second, for the cases that send at a rate", 0},
	{PLAN_FLAG, "spin", NULL, "spin instead of sleeping", TO(plan.spin)},
	{PLAN_FLAG, "busy-poll", NULL, "let the socket poll the device (SO_BUSY_POLL)",
	 TO(plan.busy_poll)},
	{HEADING, .help = "Duration"},
	{ROUNDS_OF, "rounds", "N", "turns of each engine, 1 to 64 (5; with --quick 3)", 0},
	{SECONDS, "seconds", "S", "length of a turn, 0.01 to 3600 (1; with --quick 0.2)", 0},
	{PLAN_FLAG, "quick", NULL, "fewer and shorter turns, for a quick check", TO(plan.quick)},
	{HEADING, .help = "Output"},
	{WORD, "json", "FILE", "the result as JSON, - for standard output", TO(json)},
	{WORD, "csv", "FILE", "the result as CSV, - for standard output", TO(csv)},
	{WORD, "report", "DIR", "the result as JSON and an HTML page; plots need gnuplot",
	 TO(report)},
	{HEADING, .help = "Compare"},
	{HEADING, "threshold", "PERCENT", "fail if a median of B is worse than A's by more (5)", 0},
	{HEADING, "engine", "LIST", "the engines to compare (zcxsk)", 0},
	{HELP, .name = "help"},
	{LIST, .name = "list"},
	{VERSION, .name = "version"},
#undef TO
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* ---- help ----------------------------------------------------------------------- */

void options_print_usage(FILE *to)
{
	fputs("usage: zcxsk-bench CASE [--veth | --guest | -i IFACE [--peer IFACE]] [OPTION...]\n"
	      "       zcxsk-bench compare A.json B.json [--threshold PERCENT] [--engine LIST]\n"
	      "       zcxsk-bench report RESULT.json DIR\n"
	      "       zcxsk-bench --help | --list | --version\n",
	      to);
}

static void print_cases(FILE *to)
{
	fputs("\nCases\n", to);
	for (const struct bench_case *const *c = all_cases; *c; c++)
		fprintf(to, "  %-9s %s\n", (*c)->name, (*c)->words);
	fprintf(to, "  %-9s %s\n", "compare", "two JSON results; fails if B is slower than A");
	fprintf(to, "  %-9s %s\n", "report", "a JSON result as an HTML page with plots");
}

void options_print_help(FILE *to)
{
	options_print_usage(to);
	print_cases(to);
	for (const struct row *r = rows; r < rows + ROWS; r++) {
		char words[64];

		if (!r->help)
			continue;
		snprintf(words, sizeof(words), "%s--%s %s",
			 r->name && !strcmp(r->name, "interface") ? "-i, " : "    ",
			 r->name ? r->name : "", r->argument ? r->argument : "");
		if (r->name)
			fprintf(to, "  %-25s %s\n", words, r->help);
		else
			fprintf(to, "\n%s\n", r->help);
	}
	fputs("\nExamples\n"
	      "  zcxsk-bench ring --json -                    user-space cost, without privileges\n"
	      "  zcxsk-bench tx --veth --batch 16,64          sending, all engines side by side\n"
	      "  zcxsk-bench tx --guest --rounds 9            the same in zero copy, on "
	      "virtio-net\n"
	      "  zcxsk-bench matrix --veth --quick --report out\n"
	      "  zcxsk-bench compare before.json after.json --threshold 3\n"
	      "\n"
	      "Exit status: 0 success, 1 failure or slower than the threshold, 2 usage error; 130\n"
	      "after SIGINT and 143 after SIGTERM, with the readings up to then.\n",
	      to);
}

static void print_list(FILE *to)
{
	print_cases(to);
	fputs("\nEngines\n", to);
	for (size_t i = 0; engines[i]; i++)
		fprintf(to, "  %-12s %s\n", engines[i]->name, engines[i]->words);
}

/* ---- values --------------------------------------------------------------------- */

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

static uint64_t parse_number(const char *option, const char *word, uint64_t min, uint64_t max)
{
	char *end = NULL;
	uint64_t value = 0;

	errno = 0;
	/* strtoull() would accept "-1" and " 1". */
	if (isdigit((unsigned char)word[0]))
		value = strtoull(word, &end, 10);
	if (!end || *end || errno || value < min || value > max)
		options_fail("--%s %s: must be a whole number from %" PRIu64 " to %" PRIu64, option,
			     word, min, max);
	return value;
}

double parse_decimal(const char *option, const char *word, double min, double max)
{
	char *end;
	double value = strtod(word, &end);

	if (end == word || *end || !isfinite(value) || value < min || value > max)
		options_fail("--%s %s: must be a number from %g to %g", option, word, min, max);
	return value;
}

static void parse_numbers(const char *option, char *list, uint64_t min, uint64_t max,
			  uint32_t *numbers)
{
	uint32_t n = 0;
	char *rest = list, *word;

	while ((word = strsep(&rest, ","))) {
		if (n == LIST_MAX)
			options_fail("--%s %s: at most %d numbers", option, word, LIST_MAX);
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
				options_fail("--mode %s: given twice", word);
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
			options_fail("--engine %s: unknown engine; see zcxsk-bench --list", word);
		plan->engine_wanted[i] = true;
	}
}

/* ---- options -------------------------------------------------------------------- */

static void set_list(struct plan *plan, const struct row *r, const char *word)
{
	char *list = strdup(word);

	if (!list)
		options_fail("--%s: out of memory", r->name);
	if (r->kind == MODES)
		parse_modes(plan, list);
	else if (r->kind == ENGINES)
		parse_engines(plan, list);
	else if (r->kind == BATCHES)
		parse_numbers(r->name, list, 1, BATCH_MAX, plan->batches);
	else
		parse_numbers(r->name, list, PACKET_MIN, PACKET_MAX, plan->packet_sizes);
	free(list);
}

static void set_option(struct options *o, const struct row *r, char *word)
{
	struct plan *plan = &o->plan;

	switch (r->kind) {
	case FLAG:
	case PLAN_FLAG:
		*(bool *)((char *)o + r->offset) = true;
		break;
	case WORD:
		*(const char **)(void *)((char *)o + r->offset) = word;
		break;
	case ROUNDS_OF:
		plan->rounds = (uint32_t)parse_number(r->name, word, 1, RESULT_ROUNDS_MAX);
		break;
	case SECONDS:
		plan->turn_ns = (uint64_t)(parse_decimal(r->name, word, turn_min, turn_max) * 1e9);
		break;
	case RATE:
		plan->rate = parse_number(r->name, word, 1, rate_max);
		break;
	case HELP:
		options_print_help(stdout);
		exit(0);
	case LIST:
		print_list(stdout);
		exit(0);
	case VERSION:
		printf("zcxsk-bench %s\n", zcxsk_version());
		exit(0);
	default:
		set_list(plan, r, word);
	}
}

bool has_word(const char *list, char separator, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; at; at = strchr(at, separator)) {
		at += *at == separator;
		if (!strncmp(at, word, length) && (at[length] == separator || !at[length]))
			return true;
	}
	return false;
}

/* Repeats an option of the plan for the bench in the guest. */
static void note_plan_word(struct options *o, const struct row *r, const char *word)
{
	size_t n = 0, room = sizeof(o->plan_words) / sizeof(o->plan_words[0]);

	while (o->plan_words[n])
		n++;
	if (n + 1 == room ||
	    asprintf(&o->plan_words[n], "--%s%s%s", r->name, word ? "=" : "", word ? word : "") < 0)
		options_fail("--%s: too many options", r->name);
}

static const struct row *row_of(int value)
{
	const char *name = value == 'i' ? "interface" : "help";
	const struct row *r = rows;

	if (value >= FIRST_VALUE)
		return &rows[value - FIRST_VALUE];
	while (!r->name || strcmp(r->name, name))
		r++;
	return r;
}

/* getopt_long() skips argv[0], which is the case if there is one. */
static void read_words(struct options *o, int argc, char **argv)
{
	struct option longs[ROWS + 1] = {0};
	int value, n = 0;

	for (int i = 0; i < ROWS; i++)
		if (rows[i].kind != HEADING)
			longs[n++] = (struct option){
				rows[i].name, rows[i].argument ? required_argument : no_argument,
				NULL, FIRST_VALUE + i};
	while ((value = getopt_long(argc, argv, "i:h", longs, NULL)) != -1) {
		const struct row *r = row_of(value);

		if (value == '?') {
			options_print_usage(stderr);
			exit(2);
		}
		set_option(o, r, optarg);
		if (o->what && has_word(o->what->ignores, ' ', r->name))
			options_fail("--%s: does not apply to %s", r->name, o->what->name);
		if (r->kind >= PLAN)
			note_plan_word(o, r, optarg);
	}
	if (optind < argc)
		options_fail("%s: unexpected argument; see zcxsk-bench --help", argv[optind]);
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

/* Checks the options against each other. */
static void check_together(const struct options *o)
{
	const char *const names[] = {o->ifname, o->peer};
	int places = o->veth + o->guest + o->inside_guest + (o->ifname != NULL);

	if (o->what->needs_place && places != 1)
		options_fail("%s: needs one of --veth, --guest and -i IFACE", o->what->name);
	if (o->guest_kernel && !o->guest)
		options_fail("--guest-kernel %s: needs --guest", o->guest_kernel);
	if (o->peer && !o->ifname)
		options_fail("--peer %s: needs -i", o->peer);
	if (o->peer && !strcmp(o->peer, o->ifname))
		options_fail("--peer %s: is the interface itself", o->peer);
	for (int i = 0; i < 2; i++)
		if (names[i] && strlen(names[i]) >= IF_NAMESIZE)
			options_fail("--%s %s: longer than %d characters", i ? "peer" : "interface",
				     names[i], IF_NAMESIZE - 1);
	if (o->json && o->csv && !strcmp(o->json, "-") && !strcmp(o->csv, "-"))
		options_fail("--csv -: --json already writes to standard output");
}

void options_read(struct options *o, int argc, char **argv)
{
	static char program[] = "zcxsk-bench";
	const struct bench_case *const *c = all_cases;

	for (size_t i = 0; engines[i] && i < ENGINES_MAX; i++)
		o->plan.engine_wanted[i] = true;
	if (argc < 2) {
		options_print_usage(stderr);
		exit(2);
	}
	if (argv[1][0] == '-') {
		read_words(o, argc, argv);
		options_fail("the first word must be a case; see zcxsk-bench --list");
	}
	while (*c && strcmp((*c)->name, argv[1]))
		c++;
	if (!*c)
		options_fail("%s: the first word must be a case; see zcxsk-bench --list", argv[1]);
	o->what = *c;
	argv[1] = program;
	read_words(o, argc - 1, argv + 1);
	set_defaults(o);
	check_together(o);
}
