/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.c - the results as an HTML page: the machine, the plots, and a table
 * of everything.
 */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "format.h"
#include "json.h"
#include "plot.h"
#include "runner.h"

enum { PATH_LENGTH = 4096 };

int report_make_folder(const char *folder)
{
	return mkdir(folder, 0777) && errno != EEXIST ? -1 : 0;
}

static void put_text(FILE *to, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '&':
			fputs("&amp;", to);
			break;
		default:
			fputc(*text, to);
		}
	}
}

static void put_value(FILE *to, const json_t *value)
{
	const char *name;
	json_t *member;

	if (json_is_string(value)) {
		put_text(to, json_string_value(value));
	} else if (json_is_boolean(value)) {
		fputs(json_is_true(value) ? "on" : "off", to);
	} else if (json_is_number(value)) {
		fprintf(to, "%g", json_number_value(value));
	} else {
		fputs("<table>", to);
		json_object_foreach((json_t *)value, name, member)
		{
			fputs("<tr><td>", to);
			put_text(to, name);
			fputs("</td><td>", to);
			put_value(to, member);
			fputs("</td></tr>\n", to);
		}
		fputs("</table>", to);
	}
}

static void put_plots(FILE *to, const char *folder, const struct results *results)
{
	struct plot *plots;
	bool missing;
	size_t n = plot_draw(folder, results, &plots, &missing);

	fputs("<h2>Plots</h2>\n<p>Medians, with the smallest and the largest reading.</p>\n", to);
	if (missing)
		fputs("<p>There are none: gnuplot is not installed.</p>\n", to);
	if (missing)
		progress_say("--report: without plots; they are drawn by gnuplot, which is not "
			     "installed");
	else if (!n)
		progress_say("--report: gnuplot drew nothing");
	for (size_t i = 0; i < n; i++)
		fprintf(to, "<figure><img src=\"%s\" alt=\"%s\"></figure>\n", plots[i].file,
			plots[i].caption);
	free(plots);
}

static void put_row(FILE *to, const struct series *s)
{
	struct summary summary = series_summary(s);
	char median[FORMAT_BYTES], min[FORMAT_BYTES], max[FORMAT_BYTES];

	format_number(median, summary.median);
	format_number(min, summary.min);
	format_number(max, summary.max);
	fprintf(to,
		"<tr><td>%s</td><td>%s</td><td>%s</td><td class=n>%u</td><td class=n>%u</td>"
		"<td class=n>%u</td><td>%s</td><td class=n>%s</td><td class=n>%s</td>"
		"<td class=n>%s</td><td>%s</td><td class=n>%u</td></tr>\n",
		s->name, s->engine, s->mode, s->batch, s->packet_size, s->parameter, s->metric,
		median, min, max, s->unit, s->runs);
}

static void put_ratio(void *context, const struct series *ours, const struct series *against,
		      const struct ratio *ratio)
{
	fprintf(context,
		"<tr><td>%s</td><td>%s</td><td class=n>%u</td><td class=n>%u</td>"
		"<td class=n>%u</td><td>%s</td><td>%s</td><td class=n>%.3g</td>"
		"<td class=n>%.3g</td><td class=n>%.3g</td></tr>\n",
		ours->name, ours->mode, ours->batch, ours->packet_size, ours->parameter,
		ours->metric, against->engine, ratio->ratio, ratio->low, ratio->high);
}

static void put_tables(FILE *to, const struct results *results)
{
	fputs("<h2>zcxsk against the others</h2>\n<p>Median of the rounds' ratios, and its "
	      "confidence interval.</p>\n<table><tr><th>case</th><th>mode</th><th>batch</th>"
	      "<th>bytes</th><th>parameter</th><th>metric</th><th>against</th><th>ratio</th>"
	      "<th>low</th><th>high</th></tr>\n",
	      to);
	json_each_ratio(results, put_ratio, to);
	fputs("</table>\n<h2>All results</h2>\n<table><tr><th>case</th><th>engine</th><th>mode</th>"
	      "<th>batch</th><th>bytes</th><th>parameter</th><th>metric</th><th>median</th>"
	      "<th>min</th><th>max</th><th>unit</th><th>runs</th></tr>\n",
	      to);
	for (size_t i = 0; i < results->count; i++)
		if (results->series[i].runs)
			put_row(to, &results->series[i]);
	fputs("</table>\n", to);
}

static const char page_head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<title>zcxsk-bench</title>\n<style>\n"
	"body { font-family: sans-serif; margin: 2em; }\n"
	"table { border-collapse: collapse; }\n"
	"td, th { border: 1px solid #ccc; padding: 0.2em 0.5em; text-align: left; }\n"
	"td.n { text-align: right; }\nfigure { display: inline-block; margin: 0.5em; }\n"
	"</style>\n</head>\n<body>\n<h1>zcxsk-bench</h1>\n<h2>Machine</h2>\n";

int report_write(const char *folder, const struct results *results, const json_t *machine)
{
	char path[PATH_LENGTH];
	bool written;
	FILE *to;

	snprintf(path, sizeof(path), "%s/index.html", folder);
	to = fopen(path, "we");
	if (!to)
		return -1;
	fputs(page_head, to);
	put_value(to, machine);
	put_plots(to, folder, results);
	put_tables(to, results);
	fputs("</body>\n</html>\n", to);
	written = !ferror(to);
	return !fclose(to) && written ? 0 : -1;
}
