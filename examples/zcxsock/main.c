/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - zcxsock, a tool like xdpsock: receives, sends or forwards packets on one
 * queue of an interface and reports the result. This file has the order of steps
 * and the exit status.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

/* Opens the JSON file before the run, so that a wrong name fails early. */
static FILE *open_json(const struct options *o)
{
	FILE *file;

	if (!strcmp(o->json, "-"))
		return stdout;
	file = fopen(o->json, "w");
	if (!file)
		fprintf(stderr, "zcxsock: --json %s: %s\n", o->json, strerror(errno));
	return file;
}

static void run_command(struct run *r)
{
	switch (r->options->command) {
	case COMMAND_RX:
		run_rx(r);
		break;
	case COMMAND_TX:
		run_tx(r);
		break;
	case COMMAND_FWD:
		run_fwd(r);
		break;
	}
}

/* Prints the result. Returns the exit status. */
static int finish(const struct run *r, FILE *json)
{
	struct report report;

	report_read(&report, r);
	report_summary(&report);
	if (json && !report_json(&report, json)) {
		fprintf(stderr, "zcxsock: --json %s: %s\n", r->options->json, strerror(errno));
		return 1;
	}
	if (!report_tokens_right(&report)) {
		fprintf(stderr, "zcxsock: tokens were lost, repeated or out of order\n");
		return 1;
	}
	if (!r->failure)
		return r->live.expired;
	fprintf(stderr, "zcxsock: %s: stopped by %s: %s\n", r->options->ifname,
		zcxsk_errno_name(r->failure), strerror(-r->failure));
	return 1;
}

int main(int argc, char **argv)
{
	static struct options options;
	struct run run = {.options = &options};
	FILE *text, *json = NULL;
	uint32_t missing;
	int status;

	options_read(&options, argc, argv);
	if (options.json && !(json = open_json(&options)))
		return 1;
	/* With --json -, standard output carries only the JSON object. */
	text = json == stdout ? stderr : stdout;
	report_begin(text);
	if (options.interval < 0)
		options.interval = isatty(fileno(text)) ? 1 : 0;
	run_catch_signals(&options);
	status = endpoints_open(&run.endpoints, &options);
	zcxsk_rules_destroy(options.rules);
	if (!status) {
		if (options.verbose)
			report_setup(&run);
		run_begin(&run, options.interval);
		run_command(&run);
		status = finish(&run, json);
	}
	missing = endpoints_close(&run.endpoints);
	if (missing)
		fprintf(stderr, "zcxsock: the kernel did not return %u frames\n", missing);
	return status;
}
