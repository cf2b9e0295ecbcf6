/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chart.c - scripts for gnuplot.
 */
#include "chart.h"

#include <math.h>
#include <string.h>

#include "format.h"

enum {
	WIDTH = 620, /* pixels; two beside each other on a common screen */
	CURVES_HEIGHT = 340,
	ROW_HEIGHT = 20,   /* a line of text with some air */
	ROWS_MARGIN = 112, /* title and axis */
	LINEAR_MAX = 30,   /* values that differ by more need a logarithmic axis */
};

/* An engine looks the same in all charts; colours that colour-blind people tell apart. */
static const struct {
	const char *engine;
	unsigned colour;
	int point; /* gnuplot's number of the symbol */
} looks[] = {
	{"zcxsk", 0x0072b2, 7},	    {"libxdp", 0xd55e00, 5},	    {"dpdk", 0xcc79a7, 9},
	{"udp-send", 0x009e73, 11}, {"udp-sendmmsg", 0x56b4e9, 13}, {"udp-gso", 0xe69f00, 15},
	{"af-packet", 0x999999, 4}, {"tpacket-v3", 0x555555, 6},    {"mutex-queue", 0xe69f00, 8},
};
/* Where an engine is its own rival: the policies of `wake`. */
static const unsigned others[] = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7};

enum { LOOKS = sizeof(looks) / sizeof(looks[0]), OTHERS = sizeof(others) / sizeof(others[0]) };

struct scale {
	double one; /* of the unit shown, in the unit measured */
	char words[2 * RESULT_WORD];
};

struct pen {
	FILE *to;
	const struct chart *chart;
	struct scale scale;
	double low, high; /* of all readings; low: of those above 0 */
};

static bool is_measured(const struct summary *s)
{
	return s->median != 0 || s->max != 0;
}

static size_t look_of(const char *engine)
{
	for (size_t i = 0; i < LOOKS; i++)
		if (!strcmp(looks[i].engine, engine))
			return i;
	return 0;
}

static bool is_only_engine(const struct chart *chart)
{
	for (size_t i = 1; i < chart->curve_count; i++)
		if (strcmp(chart->curves[i].engine, chart->curves[0].engine) ||
		    !strcmp(chart->curves[i].label, chart->curves[0].label))
			return false;
	return true;
}

static bool is_generic(const struct chart_curve *curve)
{
	return !strcmp(curve->mode, "generic-copy");
}

/* With the alpha channel: generic copy is the paler one of an engine's modes. */
static unsigned colour_of(const struct chart *chart, size_t curve)
{
	unsigned colour = is_only_engine(chart)
				  ? others[curve % OTHERS]
				  : looks[look_of(chart->curves[curve].engine)].colour;

	return is_generic(&chart->curves[curve]) ? colour | 0x80000000 : colour;
}

/* A unit in which the value has one to three digits before the point. */
static struct scale choose_scale(const char *unit, double value)
{
	static const char *const times[] = {"ns", "µs", "ms", "s"};
	static const char *const sizes[] = {"bytes", "KiB", "MiB", "GiB"};
	static const char *const counts[] = {"", "thousand ", "million ", "billion "};
	bool time = !strcmp(unit, "ns"), size = !strcmp(unit, "bytes");
	double step = size ? 1024 : 1000;
	struct scale scale = {.one = 1};
	size_t i = 0;

	for (; i < 3 && value >= step * scale.one; i++)
		scale.one *= step;
	if (time || size)
		snprintf(scale.words, sizeof(scale.words), "%s", time ? times[i] : sizes[i]);
	else
		snprintf(scale.words, sizeof(scale.words), "%s%s", counts[i], unit);
	return scale;
}

static void find_range(struct pen *pen)
{
	const struct chart *chart = pen->chart;

	for (size_t c = 0; c < chart->curve_count; c++) {
		for (size_t p = 0; p < chart->place_count; p++) {
			const struct summary *s = &chart->curves[c].at[p];

			if (s->max > pen->high)
				pen->high = s->max;
			if (s->min > 0 && (pen->low == 0 || s->min < pen->low))
				pen->low = s->min;
		}
	}
}

/* Not for a chart with values of 0, for which it has no place. */
static bool is_logarithmic(const struct pen *pen)
{
	const struct chart *chart = pen->chart;

	for (size_t c = 0; c < chart->curve_count; c++)
		for (size_t p = 0; p < chart->place_count; p++)
			if (is_measured(&chart->curves[c].at[p]) && chart->curves[c].at[p].min <= 0)
				return false;
	return chart->form == CHART_QUANTILES || pen->high > LINEAR_MAX * pen->low;
}

static void put_quoted(FILE *to, const char *text)
{
	fputc('\'', to);
	for (; *text; text++)
		fprintf(to, *text == '\'' ? "''" : "%c", *text);
	fputc('\'', to);
}

static void put_setting(struct pen *pen, const char *name, const char *text)
{
	fprintf(pen->to, "set %s ", name);
	put_quoted(pen->to, text);
	fputc('\n', pen->to);
}

/* The axis that has the values: x for rows, y for curves. */
static void put_value_axis(struct pen *pen, char axis, bool logarithmic)
{
	char words[CHART_WORDS], name[] = {axis, 'l', 'a', 'b', 'e', 'l', '\0'};

	snprintf(words, sizeof(words), "%s%s%s%s", pen->chart->value,
		 pen->scale.words[0] ? " (" : "", pen->scale.words, pen->scale.words[0] ? ")" : "");
	put_setting(pen, name, words);
	fprintf(pen->to, "set format %c '%%g'\n", axis);
	if (logarithmic)
		fprintf(pen->to, "set logscale %c 10\nset %crange [%g:%g]\n", axis, axis,
			pen->low / pen->scale.one / 1.5, pen->high / pen->scale.one * 1.5);
	else
		fprintf(pen->to, "set %crange [0:%g]\n", axis, pen->high / pen->scale.one * 1.05);
}

/* ---- rows ------------------------------------------------------------------------- */

/* y, median, min, max, colour, label, value in words. From above, with gaps between places. */
static double put_rows(struct pen *pen)
{
	const struct chart *chart = pen->chart;
	double y = 0;

	fputs("$data << END\n", pen->to);
	for (size_t p = 0; p < chart->place_count; p++) {
		for (size_t c = 0; c < chart->curve_count; c++) {
			const struct chart_curve *curve = &chart->curves[c];
			const struct summary *s = &curve->at[p];
			bool several = chart->place_count > 1;
			char median[FORMAT_BYTES];

			if (!is_measured(s))
				continue;
			format_short(median, s->median / pen->scale.one);
			fprintf(pen->to, "%g %g %g %g %u \"%s%s%s%s%s\" \"%s\"\n", y,
				s->median / pen->scale.one, s->min / pen->scale.one,
				s->max / pen->scale.one, colour_of(chart, c), curve->label,
				several ? ", " : "", several ? chart->axis : "", several ? " " : "",
				several ? chart->place_words[p] : "", median);
			y--;
		}
		y -= 0.6;
	}
	fputs("END\n", pen->to);
	return y + 0.6;
}

static void draw_rows(struct pen *pen, bool logarithmic)
{
	double last = put_rows(pen);

	/* Room for the value in words behind the longest whisker. */
	fprintf(pen->to,
		"set yrange [%g:0.6]\nset ytics nomirror scale 0\nset grid x noy\n"
		"unset ylabel\nset key off\n",
		last + 0.4);
	if (logarithmic)
		fprintf(pen->to, "set xrange [*:%g]\n", pen->high / pen->scale.one * 4);
	else
		fprintf(pen->to, "set xrange [0:%g]\n", pen->high / pen->scale.one * 1.15);
	if (logarithmic)
		fputs("plot $data using 2:1:5:ytic(6) with points pt 7 ps 1 lc rgb variable, ",
		      pen->to);
	else
		fputs("plot $data using ($2/2):1:(0):2:($1-0.36):($1+0.36):5:ytic(6) "
		      "with boxxyerror fs solid noborder lc rgb variable, ",
		      pen->to);
	fputs("$data using 2:1:3:4 with xerrorbars pt -1 lw 1.2 lc rgb '#222222', "
	      "$data using 4:1:7 with labels left offset 0.7,0\n",
	      pen->to);
}

/* ---- curves ----------------------------------------------------------------------- */

/* A row for each place: its number, then median, min and max of each curve. */
static void put_places(struct pen *pen)
{
	const struct chart *chart = pen->chart;

	fputs("$data << END\n", pen->to);
	for (size_t p = 0; p < chart->place_count; p++) {
		fprintf(pen->to, "%g", chart->places[p]);
		for (size_t c = 0; c < chart->curve_count; c++) {
			const struct summary *s = &chart->curves[c].at[p];

			if (is_measured(s))
				fprintf(pen->to, " %g %g %g", s->median / pen->scale.one,
					s->min / pen->scale.one, s->max / pen->scale.one);
			else
				fputs(" NaN NaN NaN", pen->to);
		}
		fputc('\n', pen->to);
	}
	fputs("END\n", pen->to);
}

/* Marks where something was measured, and nowhere else. */
static void put_place_axis(struct pen *pen)
{
	const struct chart *chart = pen->chart;
	double first = chart->places[0], last = chart->places[chart->place_count - 1];

	put_setting(pen, "xlabel", chart->axis);
	fputs("set xtics nomirror (", pen->to);
	for (size_t p = 0; p < chart->place_count; p++) {
		fputs(p ? ", " : "", pen->to);
		put_quoted(pen->to, chart->place_words[p]);
		fprintf(pen->to, " %g", chart->places[p]);
	}
	fputs(")\n", pen->to);
	/* Sizes go over orders of magnitude. */
	if (chart->form == CHART_CURVES && first > 0 && last / first >= 8)
		fprintf(pen->to, "set logscale x 2\nset xrange [%g:%g]\n", first / 1.3, last * 1.3);
	else
		fprintf(pen->to, "set xrange [%g:%g]\n", first - 0.05 * (last - first),
			last + 0.05 * (last - first));
}

static void draw_curves(struct pen *pen)
{
	const struct chart *chart = pen->chart;
	bool only = is_only_engine(chart);

	put_places(pen);
	put_place_axis(pen);
	fputs("set ytics nomirror\nset grid y nox\n"
	      "set key outside right top Left reverse samplen 2\nplot ",
	      pen->to);
	for (size_t c = 0; c < chart->curve_count; c++) {
		const struct chart_curve *curve = &chart->curves[c];
		size_t column = 2 + 3 * c;

		fprintf(pen->to,
			"%s$data using 1:%zu:%zu:%zu with yerrorlines lw 1.5 ps 0.7 pt %d dt %d "
			"lc rgb '#%08x' title ",
			c ? ", " : "", column, column + 1, column + 2,
			looks[only ? c % LOOKS : look_of(curve->engine)].point,
			is_generic(curve) ? 2 : 1, colour_of(chart, c));
		put_quoted(pen->to, curve->label);
	}
	fputc('\n', pen->to);
}

/* ---- either ----------------------------------------------------------------------- */

static size_t height_of(const struct chart *chart)
{
	size_t rows = chart->place_count * chart->curve_count;

	return chart->form == CHART_ROWS ? ROWS_MARGIN + ROW_HEIGHT * rows : CURVES_HEIGHT;
}

void chart_begin(FILE *gnuplot)
{
	fputs("set encoding utf8\nset border 3 lc rgb '#666666'\n", gnuplot);
}

void chart_draw(FILE *gnuplot, const struct chart *chart, const char *path)
{
	struct pen pen = {.to = gnuplot, .chart = chart};
	bool logarithmic;

	find_range(&pen);
	logarithmic = is_logarithmic(&pen);
	pen.scale = choose_scale(chart->unit, logarithmic ? pen.low : pen.high);
	fprintf(gnuplot,
		"set terminal svg size %d,%zu noenhanced font 'sans-serif,12' "
		"background 'white'\nunset logscale\nset output ",
		WIDTH, height_of(chart));
	put_quoted(gnuplot, path);
	fputc('\n', gnuplot);
	put_setting(&pen, "title", chart->title);
	/* Rows have their names on the other axis, and those of the chart before are gone. */
	fputs("set xtics nomirror autofreq\nset ytics autofreq\n", gnuplot);
	put_value_axis(&pen, chart->form == CHART_ROWS ? 'x' : 'y', logarithmic);
	if (chart->form == CHART_ROWS)
		draw_rows(&pen, logarithmic);
	else
		draw_curves(&pen);
}
