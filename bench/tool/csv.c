/* SPDX-License-Identifier: BSD-2-Clause */
/* csv.c - the results as CSV. None of the words has a comma or a quote in it. */
#include "csv.h"

void csv_print(FILE *to, const struct results *results)
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
