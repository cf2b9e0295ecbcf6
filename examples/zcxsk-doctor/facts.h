/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts.h - what was read and found, of the machine or of one interface. A fact has a
 * value, or is unknown for a reason: never taken for "no".
 */
#ifndef DOCTOR_FACTS_H
#define DOCTOR_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <zcxsk/error.h>

/* How bad a finding is, from the least to the worst. */
enum severity {
	SEVERITY_NOTE,	  /* worth knowing */
	SEVERITY_SLOWER,  /* it works, but could be faster */
	SEVERITY_UNKNOWN, /* could not be seen */
	SEVERITY_RISK,	  /* it works, but may do harm */
	SEVERITY_FAILS,	  /* it does not work */
	SEVERITIES,
};

struct facts {
	json_t *groups;	  /* objects with the facts; null = unknown */
	json_t *unknown;  /* "group.name": the reason */
	json_t *findings; /* as they were found */
	char hidden[512]; /* names of facts that this process may not read */
};

/* False if out of memory. */
bool facts_init(struct facts *facts);
void facts_free(struct facts *facts);

/* Sets a fact. Steals the value, which may be NULL only if memory is out. */
void facts_set(struct facts *facts, const char *group, const char *name, json_t *value);
void facts_set_text(struct facts *facts, const char *group, const char *name, const char *text);
void facts_set_number(struct facts *facts, const char *group, const char *name, long long number);
void facts_set_yes(struct facts *facts, const char *group, const char *name, bool yes);

/* The fact could not be read, for this -errno. */
void facts_unknown(struct facts *facts, const char *group, const char *name, int code);

/* A finding: what it is, and the remedy, "" = none. */
__attribute__((format(printf, 4, 5))) void facts_find(struct facts *facts, enum severity severity,
						      const char *remedy, const char *format, ...);

/* Adds a finding that says which facts this process may not read. */
void facts_find_hidden(struct facts *facts);

/* Sorts the findings, the worst first. */
void facts_sort(struct facts *facts);

/* The severity of the worst finding. */
enum severity facts_worst(const struct facts *facts);

const char *severity_name(enum severity severity);
/* The severity of one finding of the array. */
enum severity facts_severity(const json_t *finding);

#endif
