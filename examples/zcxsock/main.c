/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - zcxsock, an example tool in the manner of xdpsock: receives, sends
 * or forwards packets on one queue of an interface and says what happened.
 * This file owns the order of things and the exit status.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

/* The file for JSON, opened before the run so that a wrong name shows early. */
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

/* Shows the result; returns the exit status. */
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
		fprintf(stderr, "zcxsock: tokens did not come back as they were sent\n");
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
	/* Standard output is the JSON's alone when it was asked for. */
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
		fprintf(stderr, "zcxsock: the kernel did not give back %u frames\n", missing);
	return status;
}
