/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.c - the results for people: a block for each case, mode, size and metric,
 * with a row for each engine and the ratio of zcxsk to it.
 */
#include "table.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define BOLD "\033[1m"
#define PLAIN "\033[0m"

void table_format(char text[FORMAT_BYTES], double value)
{
	char digits[FORMAT_BYTES];
	size_t length, at = 0;

	if (value < 1000) {
		snprintf(text, FORMAT_BYTES,
			 !value		       ? "%.0f"
			 : fabs(value) >= 0.01 ? "%.2f"
					       : "%.3g",
			 value);
		return;
	}
	length = (size_t)snprintf(digits, sizeof(digits), value < 1e15 ? "%.0f" : "%.3g", value);
	for (size_t i = 0; i < length; i++) {
		if (i && value < 1e15 && (length - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = '\0';
}

static void print_heading(FILE *to, const struct series *s, bool colour)
{
	fprintf(to, "\n%s%s%s", colour ? BOLD : "", s->name, colour ? PLAIN : "");
	if (s->packet_size)
		fprintf(to, ", %u bytes", s->packet_size);
	if (s->batch)
		fprintf(to, ", batch %u", s->batch);
	if (s->parameter)
		fprintf(to, ", %u", s->parameter);
	fprintf(to, ": %s", s->metric);
	if (s->unit[0])
		fprintf(to, " (%s)", s->unit);
	fprintf(to, "\n  %-13s %-13s %12s %25s  zcxsk/engine, %s is better\n", "engine", "mode",
		"median", "min .. max", series_is_rate(s) ? "more" : "less");
}

static void print_ratio(FILE *to, const struct results *results, const struct series *s)
{
	struct ratio ratio;

	for (size_t i = 0; i < results->count; i++) {
		const struct series *ours = &results->series[i];

		if (strcmp(ours->engine, "zcxsk") || !strcmp(s->engine, "zcxsk") ||
		    results_partner(results, ours, s->engine) != s ||
		    !series_ratio(ours, s, &ratio))
			continue;
		fprintf(to, "  %.3g (%.3g .. %.3g)", ratio.ratio, ratio.low, ratio.high);
		if (strcmp(ours->mode, s->mode))
			fprintf(to, " %s", ours->mode);
	}
}

static void print_row(FILE *to, const struct results *results, const struct series *s)
{
	struct summary summary = series_summary(s);
	char median[FORMAT_BYTES], min[FORMAT_BYTES], max[FORMAT_BYTES];
	char spread[2 * FORMAT_BYTES + 8];

	table_format(median, summary.median);
	table_format(min, summary.min);
	table_format(max, summary.max);
	snprintf(spread, sizeof(spread), "%s .. %s", min, max);
	fprintf(to, "  %-13s %-13s %12s %25s", s->engine, s->mode, median, spread);
	print_ratio(to, results, s);
	fputc('\n', to);
}

void table_print(FILE *to, const struct results *results)
{
	bool colour = isatty(fileno(to));

	for (size_t i = 0; i < results->count; i++) {
		bool printed = false;

		for (size_t j = 0; j < i && !printed; j++)
			printed = series_is_comparable(&results->series[j], &results->series[i]);
		if (printed)
			continue;
		print_heading(to, &results->series[i], colour);
		for (size_t j = i; j < results->count; j++)
			if (series_is_comparable(&results->series[j], &results->series[i]))
				print_row(to, results, &results->series[j]);
	}
}

/* None of the words contains a comma or a quote. */
void table_print_csv(FILE *to, const struct results *results)
{
	fputs("case,engine,mode,batch,packet_size,parameter,metric,unit,median,min,max,runs\n", to);
	for (size_t i = 0; i < results->count; i++) {
		const struct series *s = &results->series[i];
		struct summary summary = series_summary(s);

		if (s->runs)
			fprintf(to, "%s,%s,%s,%u,%u,%u,%s,%s,%.9g,%.9g,%.9g,%u\n", s->name,
				s->engine, s->mode, s->batch, s->packet_size, s->parameter,
				s->metric, s->unit, summary.median, summary.min, summary.max,
				s->runs);
	}
}
