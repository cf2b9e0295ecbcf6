/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - the results as JSON and back. */
#include "json.h"

#include <string.h>

#include "engine.h"

enum { SCHEMA = 1 };

static json_t *json_of_series(const struct series *s)
{
	struct summary summary = series_summary(s);
	json_t *values = json_array();

	for (uint32_t i = 0; i < s->runs; i++)
		json_array_append_new(values, json_real(s->values[i]));
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:f, s:f, s:f, s:I, s:o}",
			 "case", s->name, "engine", s->engine, "mode", s->mode, "batch",
			 (json_int_t)s->batch, "packet_size", (json_int_t)s->packet_size,
			 "parameter", (json_int_t)s->parameter, "metric", s->metric, "unit",
			 s->unit, "median", summary.median, "min", summary.min, "max", summary.max,
			 "runs", (json_int_t)s->runs, "values", values);
}

static void add_ratio(json_t *ratios, const struct series *ours, const struct series *against,
		      const struct ratio *ratio)
{
	json_array_append_new(
		ratios, json_pack("{s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:f, s:f, s:f}", "case",
				  ours->name, "mode", ours->mode, "batch", (json_int_t)ours->batch,
				  "packet_size", (json_int_t)ours->packet_size, "parameter",
				  (json_int_t)ours->parameter, "metric", ours->metric, "engine",
				  ours->engine, "against", against->engine, "ratio", ratio->ratio,
				  "low", ratio->low, "high", ratio->high));
}

/* Adds the ratio of zcxsk to every other engine that was measured in the same rounds. */
static void add_ratios(json_t *ratios, const struct results *results)
{
	struct ratio ratio;

	for (size_t i = 0; i < results->count; i++) {
		const struct series *ours = &results->series[i];

		if (strcmp(ours->engine, "zcxsk"))
			continue;
		for (size_t j = 0; j < results->count; j++) {
			const struct series *other = &results->series[j];

			if (strcmp(other->engine, "zcxsk") &&
			    results_partner(results, ours, other->engine) == other &&
			    series_ratio(ours, other, &ratio))
				add_ratio(ratios, ours, other, &ratio);
		}
	}
}

json_t *json_of_results(const struct results *results, json_t *machine)
{
	json_t *list = json_array(), *ratios = json_array();

	for (size_t i = 0; i < results->count; i++)
		if (results->series[i].runs)
			json_array_append_new(list, json_of_series(&results->series[i]));
	add_ratios(ratios, results);
	return json_pack("{s:i, s:o, s:o, s:o}", "schema", SCHEMA, "machine",
			 machine ? json_incref(machine) : json_object(), "results", list, "ratios",
			 ratios);
}

static bool read_series(json_t *object, struct results *results)
{
	const char *name, *engine, *mode, *metric, *unit;
	json_int_t batch, packet_size, parameter;
	struct series identity, *series;
	json_t *values, *value;
	size_t i;

	if (json_unpack(object, "{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:o}", "case", &name,
			"engine", &engine, "mode", &mode, "batch", &batch, "packet_size",
			&packet_size, "parameter", &parameter, "metric", &metric, "unit", &unit,
			"values", &values))
		return false;
	identity = series_named(name, engine, mode, metric, unit, (uint32_t)batch);
	identity.packet_size = (uint32_t)packet_size;
	identity.parameter = (uint32_t)parameter;
	series = results_series(results, &identity);
	json_array_foreach(values, i, value) series_add(series, json_number_value(value));
	return series != NULL;
}

static bool read_results(const json_t *object, struct results *results, char *why)
{
	json_t *list = json_object_get(object, "results"), *entry;
	json_int_t schema = json_integer_value(json_object_get(object, "schema"));
	size_t i;

	if (schema != SCHEMA || !json_is_array(list)) {
		snprintf(why, WHY_BYTES, "not a result of zcxsk-bench with schema %d", SCHEMA);
		return false;
	}
	json_array_foreach(list, i, entry)
	{
		if (!read_series(entry, results)) {
			snprintf(why, WHY_BYTES, "result %zu is incomplete", i);
			return false;
		}
	}
	return true;
}

json_t *json_load_results(const char *path, struct results *results, char *why)
{
	json_error_t error;
	json_t *object = json_load_file(path, 0, &error);

	if (!object)
		snprintf(why, WHY_BYTES, "%s", error.text);
	if (object && read_results(object, results, why))
		return object;
	json_decref(object);
	return NULL;
}
