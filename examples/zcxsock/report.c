/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.c - prints progress lines and the summary.
 */
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counters.h"
#include "rules.h"

enum {
	RATE_TEXT = 32, /* characters of a number with its unit */
	BITS_PER_BYTE = 8,
};

static FILE *text_to;
static const char *bold = "", *red = "", *plain = "";

void report_begin(FILE *text)
{
	const char *no_color = getenv("NO_COLOR");

	text_to = text;
	if (!isatty(fileno(text)) || (no_color && *no_color))
		return;
	bold = "\033[1m";
	red = "\033[31m";
	plain = "\033[0m";
}

/* "1.756 M" */
static const char *with_unit(char *text, double value)
{
	static const char units[] = " kMG";
	size_t unit = 0;

	while (value >= 1000 && units[unit + 1]) {
		value /= 1000;
		unit++;
	}
	snprintf(text, RATE_TEXT, unit ? "%.3f %c" : "%.0f ", value, units[unit]);
	return text;
}

static const char *verb(const struct run *r)
{
	switch (r->options->command) {
	case COMMAND_TX:
		return "sent";
	case COMMAND_RX:
		return "received";
	default:
		return "forwarded";
	}
}

static void read_socket(struct report_socket *to, struct zcxsk_socket *socket)
{
	struct zcxsk_redirect *redirect = zcxsk_socket_redirect(socket);

	zcxsk_socket_info_init(&to->info);
	zcxsk_stats_init(&to->stats);
	zcxsk_redirect_stats_init(&to->redirect);
	/* A counter that cannot be read stays zero. */
	zcxsk_socket_read_info(socket, &to->info);
	zcxsk_socket_read_stats(socket, &to->stats);
	zcxsk_redirect_read_stats(redirect, &to->redirect);
	memset(to->hits, 0, sizeof(to->hits));
	to->rules = zcxsk_redirect_rules(redirect);
	if (zcxsk_redirect_read_hits(redirect, to->hits, zcxsk_rules_count(to->rules)))
		memset(to->hits, 0, sizeof(to->hits));
}

void report_read(struct report *report, const struct run *r)
{
	const struct endpoints *e = &r->endpoints;

	report->run = r;
	report->seconds = (double)(r->stop_ns - r->start_ns) / (double)NS_PER_S;
	report->socket_count = 1;
	read_socket(&report->sockets[0], endpoints_main(e));
	if (e->in && e->out && e->in != e->out) {
		report->socket_count = 2;
		read_socket(&report->sockets[1], e->out);
	}
}

uint64_t report_kicks(const struct report *report)
{
	uint64_t kicks = 0;

	for (uint32_t i = 0; i < report->socket_count; i++)
		kicks += report->sockets[i].stats.tx_kicks + report->sockets[i].stats.fill_kicks;
	return kicks;
}

double report_packets_per_kick(const struct zcxsk_stats *stats)
{
	return stats->tx_kicks ? (double)stats->tx_packets / (double)stats->tx_kicks : 0.0;
}

uint64_t report_tokens_missing(const struct report *report)
{
	const struct tokens *t = &report->run->tokens;

	return t->order && report->run->packets > t->told ? report->run->packets - t->told : 0;
}

bool report_tokens_right(const struct report *report)
{
	const struct zcxsk_stats *stats = &report->sockets[0].stats;
	bool all_completed = stats->tx_completed == stats->tx_packets + stats->self_test_packets;

	/* Tokens of uncompleted packets are missing; in order, those of all later packets too. */
	return !report->run->tokens.wrong && !(all_completed && report_tokens_missing(report));
}

static void print_kick_setup(const struct zcxsk_socket_info *info, const struct options *o)
{
	fprintf(text_to, "  kicks: %s, ", zcxsk_kick_policy_name(o->kick));
	if (info->kick_watermark == 1)
		fputs("one for each burst", text_to);
	else if (info->kick_watermark == UINT32_MAX)
		fputs("only on request", text_to);
	else
		fprintf(text_to, "one for %u packets", info->kick_watermark);
	fprintf(text_to, "; at most %u packets in flight\n", info->tx_limit);
}

static void print_setup(const struct zcxsk_socket *socket, const struct run *r)
{
	static const char *const attached[] = {"none", "native", "generic", "dispatcher",
					       "dispatcher, generic"};
	static const char *const pages[] = {"ordinary pages", "transparent huge pages",
					    "reserved huge pages", "?"};
	struct zcxsk_socket_info info;

	zcxsk_socket_info_init(&info);
	if (zcxsk_socket_read_info(socket, &info))
		return;
	fprintf(text_to, "%s queue %u of %u: driver %s, MTU %u bytes, NUMA node %d\n", info.ifname,
		info.queue, info.queues, info.driver[0] ? info.driver : "unknown", info.mtu,
		info.numa_node);
	fprintf(text_to, "  mode %s, program attached: %s\n",
		zcxsk_mode_name((enum zcxsk_mode)info.mode), attached[info.attach]);
	fprintf(text_to, "  rings: RX %u, TX %u, fill %u, completion %u entries; device RX %u\n",
		info.rx_ring_size, info.tx_ring_size, info.fill_ring_size,
		info.completion_ring_size, info.device_rx_ring);
	fprintf(text_to, "  memory: %" PRIu64 " frames of %u bytes in %s\n",
		zcxsk_umem_frames(r->endpoints.umem), info.frame_size,
		pages[zcxsk_umem_pages(r->endpoints.umem)]);
	fprintf(text_to, "  waited %.0f ms for the queue, %.0f ms for the link; copy budget %u\n",
		(double)info.busy_wait_ns / NS_PER_MS, (double)info.carrier_wait_ns / NS_PER_MS,
		info.copy_budget);
	if (info.tx_ring_size)
		print_kick_setup(&info, r->options);
}

void report_setup(const struct run *r)
{
	const struct endpoints *e = &r->endpoints;

	print_setup(endpoints_main(e), r);
	if (e->in && e->out && e->in != e->out)
		print_setup(e->out, r);
}

/* Packets lost in the kernel and the library since the start. */
static uint64_t dropped(const struct report_socket *s)
{
	uint64_t sum = 0;

	for (const struct counter *c = counters; c->name; c++)
		if (c->drop)
			sum += (uint64_t)counter_value(c, &s->stats);
	return sum;
}

static uint64_t dropped_by_all(const struct report *report)
{
	uint64_t sum = report->run->not_sent;

	for (uint32_t i = 0; i < report->socket_count; i++)
		sum += dropped(&report->sockets[i]);
	return sum;
}

/* Ends a progress line with the watchdog's counters, if any is not 0. */
static void print_trouble(const struct zcxsk_stats *stats)
{
	if (stats->tx_recovered)
		fprintf(text_to, "  recovered %" PRIu64, stats->tx_recovered);
	if (stats->tx_stalls)
		fprintf(text_to, "  %sstalls %" PRIu64 "%s", red, stats->tx_stalls, plain);
	fputc('\n', text_to);
}

void report_line(struct run *r, uint64_t now_ns)
{
	double seconds = (double)(now_ns - r->line_ns) / (double)NS_PER_S;
	double bits = (double)(r->bytes - r->line_bytes) * BITS_PER_BYTE;
	char pps[RATE_TEXT], bps[RATE_TEXT];
	struct report report;
	uint64_t drops;

	report_read(&report, r);
	drops = dropped_by_all(&report);
	fprintf(text_to,
		"%8.1f s  %10spackets/s  %10sbit/s  %" PRIu64 " %s  %s%" PRIu64 " dropped%s",
		(double)(now_ns - r->start_ns) / (double)NS_PER_S,
		with_unit(pps, (double)(r->packets - r->line_packets) / seconds),
		with_unit(bps, bits / seconds), r->packets, verb(r), drops ? red : "", drops,
		drops ? plain : "");
	print_trouble(&report.sockets[report.socket_count - 1].stats);
	fflush(text_to);
	r->line_ns = now_ns;
	r->line_packets = r->packets;
	r->line_bytes = r->bytes;
}

/* Prints how many kicks of the TX ring each cause made. */
static void print_causes(const struct zcxsk_stats *stats)
{
	const char *comma = "";

	for (const struct counter *c = counters; c->name; c++) {
		int64_t value = counter_value(c, stats);

		if (!c->cause || !value)
			continue;
		fprintf(text_to, "%s%" PRId64 " %s", comma, value, c->cause);
		comma = ", ";
	}
	if (stats->tx_kicks_saved)
		fprintf(text_to, "%s%" PRIu64 " saved", *comma ? "; " : "", stats->tx_kicks_saved);
	fputc('\n', text_to);
}

static void print_kicks(const struct report *report)
{
	const struct zcxsk_stats *stats = &report->sockets[report->socket_count - 1].stats;
	uint64_t packets = report->run->packets, kicks = report_kicks(report);

	fprintf(text_to, "  kicks      %" PRIu64 ", %.4f per packet\n", kicks,
		packets ? (double)kicks / (double)packets : 0.0);
	if (report->run->options->command == COMMAND_RX)
		return;
	if (stats->tx_kicks || stats->tx_kicks_saved) {
		fprintf(text_to,
			"  sending    %.1f packets per kick: ", report_packets_per_kick(stats));
		print_causes(stats);
	}
	if (stats->tx_kicks_forced || stats->tx_stalls)
		fprintf(text_to,
			"  watchdog   forced %" PRIu64 ", recovered %" PRIu64 ", %sstalls %" PRIu64
			"%s, longest time without a completion %.3f ms\n",
			stats->tx_kicks_forced, stats->tx_recovered, stats->tx_stalls ? red : "",
			stats->tx_stalls, stats->tx_stalls ? plain : "",
			(double)stats->tx_silence_max_ns / NS_PER_MS);
}

static void print_tokens(const struct report *report)
{
	const struct tokens *t = &report->run->tokens;
	bool right = report_tokens_right(report);

	if (t->order == ZCXSK_TOKENS_OFF)
		return;
	fprintf(text_to,
		"  tokens     %s%" PRIu64 " reported once%s, %" PRIu64 " missing, %" PRIu64
		" wrong%s\n",
		right ? "" : red, t->told, t->order == ZCXSK_TOKENS_IN_ORDER ? " and in order" : "",
		report_tokens_missing(report), t->wrong, right ? "" : plain);
}

static void print_drops(const struct report *report)
{
	const char *comma = "";

	fputs("  drops      ", text_to);
	if (!dropped_by_all(report)) {
		fputs("none\n", text_to);
		return;
	}
	fputs(red, text_to);
	if (report->run->not_sent) {
		fprintf(text_to, "%" PRIu64 " no room in the TX ring", report->run->not_sent);
		comma = ", ";
	}
	for (uint32_t i = 0; i < report->socket_count; i++) {
		for (const struct counter *c = counters; c->name; c++) {
			int64_t value = counter_value(c, &report->sockets[i].stats);

			if (!c->drop || !value)
				continue;
			fprintf(text_to, "%s%" PRId64 " %s", comma, value, c->drop);
			comma = ", ";
		}
	}
	fprintf(text_to, "%s\n", plain);
}

static void print_rules(const struct report_socket *s)
{
	for (uint32_t i = 0; i < zcxsk_rules_count(s->rules); i++) {
		char *text = rules_text(s->rules, i);

		fprintf(text_to, "  %-10s %" PRIu64 " hits: %s\n", i ? "" : "rules", s->hits[i],
			text ? text : "?");
		free(text);
	}
}

static void print_counters(const struct report_socket *s)
{
	fprintf(text_to, "  counters of %s queue %u\n", s->info.ifname, s->info.queue);
	for (const struct counter *c = counters; c->name; c++)
		fprintf(text_to, "    %-32s %" PRId64 "\n", c->name, counter_value(c, &s->stats));
	fprintf(text_to, "    %-32s %" PRIu64 "\n", "redirected", s->redirect.redirected);
	fprintf(text_to, "    %-32s %" PRIu64 "\n", "passed", s->redirect.passed);
	fprintf(text_to, "    %-32s %" PRIu64 "\n", "matched_no_socket",
		s->redirect.matched_no_socket);
}

void report_summary(const struct report *report)
{
	const struct run *r = report->run;
	char pps[RATE_TEXT], bps[RATE_TEXT];

	for (uint32_t i = 0; i < report->socket_count; i++)
		fprintf(text_to, "%s%s queue %u, %s, driver %s%s\n", i ? "  sending on " : bold,
			report->sockets[i].info.ifname, report->sockets[i].info.queue,
			zcxsk_mode_name((enum zcxsk_mode)report->sockets[i].info.mode),
			report->sockets[i].info.driver, i ? "" : plain);
	fprintf(text_to, "  %-10s %" PRIu64 " packets, %" PRIu64 " bytes in %.2f s\n", verb(r),
		r->packets, r->bytes, report->seconds);
	fprintf(text_to, "  rate       %spackets/s, %sbit/s\n",
		with_unit(pps, (double)r->packets / report->seconds),
		with_unit(bps, (double)r->bytes * BITS_PER_BYTE / report->seconds));
	print_kicks(report);
	print_tokens(report);
	print_drops(report);
	if (r->options->command != COMMAND_TX) {
		fprintf(text_to,
			"  passed     %" PRIu64 " to the kernel, %" PRIu64 " without a socket\n",
			report->sockets[0].redirect.passed,
			report->sockets[0].redirect.matched_no_socket);
		print_rules(&report->sockets[0]);
	}
	if (r->options->verbose)
		for (uint32_t i = 0; i < report->socket_count; i++)
			print_counters(&report->sockets[i]);
}
