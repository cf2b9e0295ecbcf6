/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.c - the result of a run as one JSON object, for programs.
 */
#include <stdlib.h>

#include "counters.h"
#include "json_text.h"
#include "report.h"
#include "rules.h"

#define REAL_DIGITS 12 /* significant digits of a number with a fraction */

static json_t *counter_group(enum counter_group group, const struct zcxsk_stats *stats)
{
	json_t *object = json_object();

	for (const struct counter *c = counters; c->name; c++)
		if (c->group == group)
			json_object_set_new(object, c->name, json_integer(counter_value(c, stats)));
	return object;
}

static json_t *rule_hits(const struct report_socket *s)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < zcxsk_rules_count(s->rules); i++) {
		char *text = rules_text(s->rules, i);

		json_array_append_new(list, json_pack("{s:s, s:I}", "rule", text ? text : "?",
						      "hits", (json_int_t)s->hits[i]));
		free(text);
	}
	return list;
}

static json_t *rings(const struct zcxsk_socket_info *info)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "rx", (json_int_t)info->rx_ring_size, "tx",
			 (json_int_t)info->tx_ring_size, "fill", (json_int_t)info->fill_ring_size,
			 "completion", (json_int_t)info->completion_ring_size);
}

static json_t *redirect(const struct zcxsk_redirect_stats *stats)
{
	return json_pack("{s:I, s:I, s:I}", "redirected", (json_int_t)stats->redirected, "passed",
			 (json_int_t)stats->passed, "matched_no_socket",
			 (json_int_t)stats->matched_no_socket);
}

/* Adds the members that describe one socket. False if out of memory. */
static bool add_socket(json_t *object, const struct report_socket *s)
{
	const struct zcxsk_socket_info *info = &s->info;
	json_t *members = json_pack(
		"{s:o, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:f, s:o, s:o, s:o, s:o, s:o, "
		"s:o}",
		"interface", json_text(info->ifname), "driver", info->driver, "queue",
		(json_int_t)info->queue, "mode", zcxsk_mode_name((enum zcxsk_mode)info->mode),
		"frame_size", (json_int_t)info->frame_size, "copy_budget",
		(json_int_t)info->copy_budget, "kick_watermark", (json_int_t)info->kick_watermark,
		"tx_limit", (json_int_t)info->tx_limit, "packets_per_kick",
		report_packets_per_kick(&s->stats), "rings", rings(info), "frames",
		counter_group(COUNTER_FRAMES, &s->stats), "stats",
		counter_group(COUNTER_LIBRARY, &s->stats), "kernel",
		counter_group(COUNTER_KERNEL, &s->stats), "redirect", redirect(&s->redirect),
		"rules", rule_hits(s));
	bool added = members && !json_object_update(object, members);

	json_decref(members);
	return added;
}

static json_t *tokens(const struct report *report)
{
	static const char *const orders[] = {"off", "in-order", "as-done"};
	const struct tokens *t = &report->run->tokens;

	return json_pack("{s:s, s:I, s:I, s:I}", "order", orders[t->order], "told",
			 (json_int_t)t->told, "not_told", (json_int_t)report_tokens_missing(report),
			 "wrong", (json_int_t)t->wrong);
}

/* The members that describe the run as a whole. */
static json_t *run_object(const struct report *report)
{
	const struct run *r = report->run;
	const struct options *o = r->options;
	uint64_t kicks = report_kicks(report);

	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:o, s:s, s:f, s:I, s:I, s:f, s:f, s:I, s:f, "
		"s:I}",
		"tool", "zcxsock", "version", zcxsk_version(), "command", o->command_name, "wait",
		o->spin ? "spin" : "poll", "loop", o->own_loop ? "epoll" : "library", "batch",
		(json_int_t)o->batch, "kick_policy", zcxsk_kick_policy_name(o->kick), "tokens",
		tokens(report), "ended_by", r->ended_by, "duration_s", report->seconds, "packets",
		(json_int_t)r->packets, "bytes", (json_int_t)r->bytes, "pps",
		(double)r->packets / report->seconds, "mbps",
		(double)r->bytes * 8 / report->seconds / 1e6, "kicks", (json_int_t)kicks,
		"kicks_per_packet", r->packets ? (double)kicks / (double)r->packets : 0.0,
		"not_sent", (json_int_t)r->not_sent);
}

static json_t *whole_object(const struct report *report)
{
	json_t *object = run_object(report), *out = NULL;
	bool complete = object && add_socket(object, &report->sockets[0]);

	if (complete && report->socket_count > 1) {
		out = json_object();
		complete = add_socket(out, &report->sockets[1]) &&
			   !json_object_set(object, "out", out);
	}
	json_decref(out);
	if (complete)
		return object;
	json_decref(object);
	return NULL;
}

bool report_json(const struct report *report, FILE *to)
{
	json_t *object = whole_object(report);
	bool written = object && !json_dumpf(object, to, JSON_REAL_PRECISION(REAL_DIGITS)) &&
		       fputc('\n', to) != EOF;

	json_decref(object);
	return written && !fflush(to) && !ferror(to);
}
