/* SPDX-License-Identifier: BSD-2-Clause */
/* facts.c - stores facts and findings as they are printed later, in JSON objects. */
#include "facts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "json_text.h"

static const char *const severity_names[SEVERITIES] = {
	[SEVERITY_NOTE] = "note", [SEVERITY_SLOWER] = "slower", [SEVERITY_UNKNOWN] = "unknown",
	[SEVERITY_RISK] = "risk", [SEVERITY_FAILS] = "fails",
};

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

bool facts_init(struct facts *facts)
{
	facts->groups = json_object();
	facts->unknown = json_object();
	facts->findings = json_array();
	facts->hidden[0] = '\0';
	return facts->groups && facts->unknown && facts->findings;
}

void facts_free(struct facts *facts)
{
	json_decref(facts->groups);
	json_decref(facts->unknown);
	json_decref(facts->findings);
}

/* ---- facts ------------------------------------------------------------------- */

/* Without memory there is no result: one with parts missing would mislead. */
static void check_memory(int ret)
{
	if (!ret)
		return;
	fputs("zcxsk-doctor: out of memory\n", stderr);
	exit(1);
}

void facts_set(struct facts *facts, const char *group, const char *name, json_t *value)
{
	json_t *object = json_object_get(facts->groups, group);

	if (!object) {
		object = json_object();
		check_memory(json_object_set_new(facts->groups, group, object));
	}
	check_memory(json_object_set_new(object, name, value));
}

void facts_set_text(struct facts *facts, const char *group, const char *name, const char *text)
{
	facts_set(facts, group, name, json_text(text));
}

void facts_set_number(struct facts *facts, const char *group, const char *name, long long number)
{
	facts_set(facts, group, name, json_integer(number));
}

void facts_set_yes(struct facts *facts, const char *group, const char *name, bool yes)
{
	facts_set(facts, group, name, json_boolean(yes));
}

static const char *reason(int code)
{
	switch (-code) {
	case EPERM:
	case EACCES:
		return "this process may not read it";
	case EOPNOTSUPP:
		return "the driver does not report it";
	case ENOENT:
		return "the kernel does not have it here";
	case ENODATA:
		return "it has none, or /sys shows another network namespace";
	case EAGAIN:
		return "the kernel does not answer";
	case ENETDOWN:
		return "the interface is down";
	default:
		return strerror(-code);
	}
}

void facts_unknown(struct facts *facts, const char *group, const char *name, int code)
{
	size_t length = strlen(facts->hidden);
	char key[96];

	snprintf(key, sizeof(key), "%s.%s", group, name);
	facts_set(facts, group, name, json_null());
	check_memory(json_object_set_new(facts->unknown, key, json_string(reason(code))));
	if (code == -EPERM || code == -EACCES)
		snprintf(facts->hidden + length, sizeof(facts->hidden) - length, "%s%s",
			 length ? ", " : "", key);
}

/* ---- findings ---------------------------------------------------------------- */

void facts_find(struct facts *facts, enum severity severity, const char *remedy, const char *format,
		...)
{
	char text[1200]; /* longer than any cause of the library, with words around it */
	json_t *finding;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	finding = json_pack("{s:s, s:o, s:o}", "severity", severity_names[severity], "what",
			    json_text(text), "remedy", json_text(remedy));
	check_memory(json_array_append_new(facts->findings, finding));
}

void facts_find_hidden(struct facts *facts)
{
	if (facts->hidden[0])
		facts_find(facts, SEVERITY_UNKNOWN, "Run it as root.",
			   "this process may not see everything: %s", facts->hidden);
}

enum severity facts_severity(const json_t *finding)
{
	const char *name = json_string_value(json_object_get(finding, "severity"));
	int severity = SEVERITIES;

	while (--severity > 0 && strcmp(name, severity_names[severity]) != 0)
		;
	return (enum severity)severity;
}

/* The order among findings of one severity stays. */
void facts_sort(struct facts *facts)
{
	json_t *sorted = json_array(), *finding;
	size_t i;

	for (int severity = SEVERITIES; severity-- > 0;) {
		json_array_foreach(facts->findings, i, finding)
		{
			if (facts_severity(finding) == (enum severity)severity)
				check_memory(json_array_append(sorted, finding));
		}
	}
	json_decref(facts->findings);
	facts->findings = sorted;
}

enum severity facts_worst(const struct facts *facts)
{
	enum severity worst = SEVERITY_NOTE;
	json_t *finding;
	size_t i;

	json_array_foreach(facts->findings, i, finding)
	{
		if (facts_severity(finding) > worst)
			worst = facts_severity(finding);
	}
	return worst;
}
