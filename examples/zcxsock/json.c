/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.c - the result of a run as one JSON object, for programs.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "counters.h"
#include "report.h"
#include "rules.h"

/* Names of interfaces may hold anything but "/" and space, so they need escaping. */
static void put_string(FILE *to, const char *name, const char *value)
{
	fprintf(to, "\"%s\": \"", name);
	for (const unsigned char *at = (const unsigned char *)value; *at; at++) {
		if (*at == '"' || *at == '\\')
			fprintf(to, "\\%c", *at);
		else if (*at < 0x20 || *at > 0x7e)
			fprintf(to, "\\u%04x", *at);
		else
			fputc(*at, to);
	}
	fputc('"', to);
}

static void put_group(FILE *to, const char *name, enum counter_group group,
		      const struct zcxsk_stats *stats)
{
	const char *comma = "";

	fprintf(to, ", \"%s\": {", name);
	for (const struct counter *c = counters; c->name; c++) {
		if (c->group != group)
			continue;
		fprintf(to, "%s\"%s\": %" PRId64, comma, c->name, counter_value(c, stats));
		comma = ", ";
	}
	fputc('}', to);
}

static void put_rules(FILE *to, const struct report_socket *s)
{
	const char *comma = "";

	fputs(", \"rules\": [", to);
	for (uint32_t i = 0; i < zcxsk_rules_count(s->rules); i++) {
		char *text = rules_text(s->rules, i);

		fprintf(to, "%s{", comma);
		put_string(to, "rule", text ? text : "?");
		fprintf(to, ", \"hits\": %" PRIu64 "}", s->hits[i]);
		comma = ", ";
		free(text);
	}
	fputc(']', to);
}

static void put_socket(FILE *to, const struct report_socket *s)
{
	put_string(to, "interface", s->info.ifname);
	fputs(", ", to);
	put_string(to, "driver", s->info.driver);
	fprintf(to, ", \"queue\": %u, ", s->info.queue);
	put_string(to, "mode", zcxsk_mode_name((enum zcxsk_mode)s->info.mode));
	fprintf(to, ", \"frame_size\": %u, \"copy_budget\": %u", s->info.frame_size,
		s->info.copy_budget);
	fprintf(to, ", \"kick_watermark\": %u, \"tx_limit\": %u, \"packets_per_kick\": %.3f",
		s->info.kick_watermark, s->info.tx_limit, report_packets_per_kick(&s->stats));
	fprintf(to, ", \"rings\": {\"rx\": %u, \"tx\": %u, \"fill\": %u, \"completion\": %u}",
		s->info.rx_ring_size, s->info.tx_ring_size, s->info.fill_ring_size,
		s->info.completion_ring_size);
	put_group(to, "frames", COUNTER_FRAMES, &s->stats);
	put_group(to, "stats", COUNTER_LIBRARY, &s->stats);
	put_group(to, "kernel", COUNTER_KERNEL, &s->stats);
	fprintf(to,
		", \"redirect\": {\"redirected\": %" PRIu64 ", \"passed\": %" PRIu64
		", \"matched_no_socket\": %" PRIu64 "}",
		s->redirect.redirected, s->redirect.passed, s->redirect.matched_no_socket);
	put_rules(to, s);
}

static void put_tokens(FILE *to, const struct report *report)
{
	static const char *const orders[] = {"off", "in-order", "as-done"};
	const struct tokens *t = &report->run->tokens;

	fprintf(to,
		", \"tokens\": {\"order\": \"%s\", \"told\": %" PRIu64 ", \"not_told\": %" PRIu64
		", \"wrong\": %" PRIu64 "}",
		orders[t->order], t->told, report_tokens_missing(report), t->wrong);
}

bool report_json(const struct report *report, FILE *to)
{
	const struct run *r = report->run;
	uint64_t kicks = report_kicks(report);

	fputs("{\"tool\": \"zcxsock\", ", to);
	put_string(to, "version", zcxsk_version());
	fputs(", ", to);
	put_string(to, "command", r->options->command_name);
	fprintf(to, ", \"wait\": \"%s\", \"loop\": \"%s\", \"batch\": %u",
		r->options->spin ? "spin" : "poll", r->options->own_loop ? "epoll" : "library",
		r->options->batch);
	fprintf(to, ", \"kick_policy\": \"%s\"", zcxsk_kick_policy_name(r->options->kick));
	put_tokens(to, report);
	fprintf(to, ", \"ended_by\": \"%s\", \"duration_s\": %.6f", r->ended_by, report->seconds);
	fprintf(to, ", \"packets\": %" PRIu64 ", \"bytes\": %" PRIu64, r->packets, r->bytes);
	fprintf(to, ", \"pps\": %.1f, \"mbps\": %.3f", (double)r->packets / report->seconds,
		(double)r->bytes * 8 / report->seconds / 1e6);
	fprintf(to,
		", \"kicks\": %" PRIu64 ", \"kicks_per_packet\": %.6f, \"not_sent\": %" PRIu64 ", ",
		kicks, r->packets ? (double)kicks / (double)r->packets : 0.0, r->not_sent);
	put_socket(to, &report->sockets[0]);
	if (report->socket_count > 1) {
		fputs(", \"out\": {", to);
		put_socket(to, &report->sockets[1]);
		fputc('}', to);
	}
	fputs("}\n", to);
	return !fflush(to) && !ferror(to);
}
