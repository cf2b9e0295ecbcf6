/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - zcxsk-bench, which measures the library against what would be used
 * instead. This file owns the order of things and the exit status.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ring_count.h"
#include "compare.h"
#include "csv.h"
#include "guest.h"
#include "json.h"
#include "machine.h"
#include "options.h"
#include "progress.h"
#include "report.h"
#include "runner.h"
#include "table.h"

struct outputs {
	FILE *text, *json, *csv;
};

/* Opened before the run, so that a wrong name shows early. */
static FILE *open_output(const char *option, const char *path)
{
	FILE *file;

	if (!path)
		return NULL;
	if (!strcmp(path, "-"))
		return stdout;
	file = fopen(path, "we");
	if (!file)
		options_fail("%s %s: %s", option, path, strerror(errno));
	return file;
}

static struct outputs open_outputs(const struct options *o)
{
	struct outputs out = {.json = open_output("--json", o->json),
			      .csv = open_output("--csv", o->csv)};

	if (o->report && report_make_folder(o->report))
		options_fail("--report %s: %s", o->report, strerror(errno));
	/* Standard output is the JSON's or the CSV's alone when it was asked for. */
	out.text = out.json == stdout || out.csv == stdout ? stderr : stdout;
	return out;
}

/* False, after it has said why, when a file could not be written. */
static bool close_output(FILE *file, const char *option, const char *path)
{
	bool written;

	if (!file)
		return true;
	written = !ferror(file) && !fflush(file);
	if (file != stdout)
		written = !fclose(file) && written;
	if (!written)
		progress_say("%s %s: %s", option, path, strerror(errno));
	return written;
}

static bool write_outputs(const struct options *o, struct outputs *out,
			  const struct results *results, json_t *machine)
{
	json_t *object = json_of_results(results, machine);
	bool ok = object != NULL;

	/* The guest's results are shown outside of it. */
	if (!o->inside_guest)
		table_print(out->text, results);
	if (out->json && object)
		json_dumpf(object, out->json, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	if (out->json && object)
		fputc('\n', out->json);
	if (out->csv)
		csv_print(out->csv, results);
	ok = close_output(out->json, "--json", o->json) && ok;
	ok = close_output(out->csv, "--csv", o->csv) && ok;
	if (o->report && report_write(o->report, results, machine)) {
		progress_say("--report %s: %s", o->report, strerror(errno));
		ok = false;
	}
	json_decref(object);
	return ok;
}

static int make_place(struct options *o, struct place *place, struct place *sink, char *why)
{
	if (o->veth)
		return place_veth(place, why);
	if (o->inside_guest) {
		o->plan.sink = sink;
		return place_guest(place, sink, why);
	}
	return place_interface(place, o->ifname, o->peer, o->yes_default_route, why);
}

/* Measures here. 0 or -errno, after it has said why. */
static int measure(struct options *o, struct results *results, json_t **machine)
{
	bool placed = o->veth || o->inside_guest || o->ifname;
	char why[WHY_BYTES] = "";
	struct place place, sink;
	int rc;

	if (placed) {
		rc = make_place(o, &place, &sink, why);
		if (rc) {
			progress_say("%s", why);
			return rc;
		}
		o->plan.place = &place;
	}
	o->plan.results = results;
	*machine = machine_describe(o->plan.place);
	progress_start(o->what->name, o->what->turns(&o->plan));
	rc = case_run(o->what, &o->plan);
	progress_end();
	if (placed)
		place_leave(&place);
	return rc;
}

static int run(struct options *o)
{
	struct results results = {0};
	struct outputs out = open_outputs(o);
	json_t *machine = NULL;
	int rc;

	progress_catch_signals();
	rc = o->guest ? guest_measure(o, &results, &machine) : measure(o, &results, &machine);
	if ((results.count || stop_requested()) && !write_outputs(o, &out, &results, machine))
		rc = -EIO;
	if (!rc && !results.count && !stop_requested()) {
		progress_say("%s: nothing could be measured here", o->what->name);
		rc = -EOPNOTSUPP;
	}
	json_decref(machine);
	results_free(&results);
	if (progress_signal())
		return 128 + progress_signal();
	return rc ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct options options;
	static char program[4096];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (argc > 1 && !strcmp(argv[1], "compare"))
		return compare_main(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], RING_COUNT_COMMAND))
		return ring_count_main(argc - 1, argv + 1);
	options_read(&options, argc, argv);
	options.plan.program = length > 0 ? program : argv[0];
	return run(&options);
}
