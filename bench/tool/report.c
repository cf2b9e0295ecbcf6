/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.c - the results as an HTML page: the plots, our ratios, and behind a
 * click a table of everything and the machine.
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

/* A row of plots for each case. */
static void put_figures(FILE *to, const struct plot *plots, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!i || strcmp(plots[i].subject, plots[i - 1].subject))
			fprintf(to, "%s<h3>%s</h3>\n<div class=plots>\n", i ? "</div>\n" : "",
				plots[i].subject);
		fprintf(to, "<img src=\"%s\" alt=\"%s\">\n", plots[i].file, plots[i].caption);
	}
	if (n)
		fputs("</div>\n", to);
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
	put_figures(to, plots, n);
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
	fputs("</table>\n<details><summary>All "
	      "results</summary>\n<table><tr><th>case</th><th>engine</th><th>mode</th>"
	      "<th>batch</th><th>bytes</th><th>parameter</th><th>metric</th><th>median</th>"
	      "<th>min</th><th>max</th><th>unit</th><th>runs</th></tr>\n",
	      to);
	for (size_t i = 0; i < results->count; i++)
		if (results->series[i].runs)
			put_row(to, &results->series[i]);
	fputs("</table></details>\n", to);
}

/* In the dark the plots, which are drawn on white, are turned around with their hues kept. */
static const char page_head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<title>zcxsk-bench</title>\n<style>\n"
	"body { font-family: sans-serif; margin: 2em; background: #fff; color: #222; }\n"
	"table { border-collapse: collapse; }\n"
	"td, th { border: 1px solid #8886; padding: 0.2em 0.5em; text-align: left;\n"
	"         vertical-align: top; }\n"
	"td.n { text-align: right; font-variant-numeric: tabular-nums; }\n"
	".plots { display: flex; flex-wrap: wrap; gap: 1em; align-items: flex-start; }\n"
	".plots img { max-width: 100%; height: auto; }\n"
	"summary { font-size: 1.5em; font-weight: bold; margin: 0.8em 0; cursor: pointer; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"  body { background: #121212; color: #ddd; }\n"
	"  .plots img { filter: invert(0.93) hue-rotate(180deg); }\n}\n"
	"</style>\n</head>\n<body>\n<h1>zcxsk-bench</h1>\n";

/* What has to be known to make sense of the figures. The rest comes last. */
static void put_summary(FILE *to, const json_t *machine)
{
	static const char *const names[] = {"library", "place", "cpu", "cpus", "kernel"};

	fputs("<p>", to);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const json_t *value = json_object_get(machine, names[i]);

		if (!value)
			continue;
		fprintf(to, "%s%s: ", i ? ", " : "", names[i]);
		put_value(to, value);
	}
	fputs("</p>\n", to);
}

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
	put_summary(to, machine);
	put_plots(to, folder, results);
	put_tables(to, results);
	fputs("<details><summary>Machine</summary>\n", to);
	put_value(to, machine);
	fputs("</details>\n</body>\n</html>\n", to);
	written = !ferror(to);
	return !fclose(to) && written ? 0 : -1;
}
