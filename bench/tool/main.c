/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - zcxsk-bench: measures the library against its alternatives. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "ring.h"
#include "json.h"
#include "options.h"
#include "table.h"

#define JSON_FORMAT (JSON_INDENT(1) | JSON_REAL_PRECISION(9))

struct outputs {
	FILE *text, *json, *csv;
};

/* Called before the run, so that a wrong name is reported early. */
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

	if (o->report && mkdir(o->report, 0777) && errno != EEXIST)
		options_fail("--report %s: %s", o->report, strerror(errno));
	/* If JSON or CSV goes to standard output, the table goes to standard error. */
	out.text = out.json == stdout || out.csv == stdout ? stderr : stdout;
	return out;
}

/* False after reporting that the file could not be written. */
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

/* Writes DIR/result.json, and the page from it. False after reporting a failure. */
static bool write_report(const char *folder, const json_t *object)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/result.json", folder);
	if (!json_dump_file(object, path, JSON_FORMAT) && !child_report(path, folder))
		return true;
	progress_say("--report %s: failed; the result may be in %s", folder, path);
	return false;
}

static bool write_outputs(const struct options *o, struct outputs *out,
			  const struct results *results, json_t *machine)
{
	json_t *object = json_of_results(results, machine);
	bool ok = object != NULL;

	/* The bench outside the guest prints its table. */
	if (!o->inside_guest)
		table_print(out->text, results);
	if (out->json && object) {
		json_dumpf(object, out->json, JSON_FORMAT);
		fputc('\n', out->json);
	}
	if (out->csv)
		table_print_csv(out->csv, results);
	ok = close_output(out->json, "--json", o->json) && ok;
	ok = close_output(out->csv, "--csv", o->csv) && ok;
	ok = (!o->report || write_report(o->report, object)) && ok;
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

/* Measures without a guest. 0, or -errno after reporting the reason. */
static int measure(struct options *o, struct results *results, json_t **machine)
{
	bool placed = o->veth || o->inside_guest || o->ifname;
	char why[WHY_BYTES] = "";
	struct place place, sink;
	int ret;

	if (placed) {
		ret = make_place(o, &place, &sink, why);
		if (ret) {
			progress_say("%s", why);
			return ret;
		}
		o->plan.place = &place;
	}
	o->plan.results = results;
	*machine = machine_describe(o->plan.place);
	progress_start(o->what->name, case_turns(o->what, &o->plan));
	ret = case_run(o->what, &o->plan);
	progress_end();
	if (placed)
		place_leave(&place);
	return ret;
}

static int run(struct options *o)
{
	struct results results = {0};
	struct outputs out = open_outputs(o);
	json_t *machine = NULL;
	int ret;

	progress_catch_signals();
	ret = o->guest ? guest_measure(o, &results, &machine) : measure(o, &results, &machine);
	if ((results.count || stop_requested()) && !write_outputs(o, &out, &results, machine))
		ret = -EIO;
	if (!ret && !results.count && !stop_requested()) {
		progress_say("%s: nothing could be measured here", o->what->name);
		ret = -EOPNOTSUPP;
	}
	json_decref(machine);
	results_free(&results);
	if (progress_signal())
		return 128 + progress_signal();
	return ret ? 1 : 0;
}

static int report_main(int argc, char **argv)
{
	int ret;

	if (argc != 3)
		options_fail("report: needs a JSON result and a folder");
	ret = child_report(argv[1], argv[2]);
	if (ret < 0)
		progress_say("report: zcxsk-bench-report: %s", strerror(-ret));
	return ret < 0 ? 1 : ret;
}

int main(int argc, char **argv)
{
	static struct options options;
	static char program[4096];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (argc > 1 && !strcmp(argv[1], "compare"))
		return compare_main(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "report"))
		return report_main(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], RING_COUNT_COMMAND))
		return ring_count_main(argc - 1, argv + 1);
	options_read(&options, argc, argv);
	options.plan.program = length > 0 ? program : argv[0];
	return run(&options);
}
