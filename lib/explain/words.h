/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - what the parts of the explanation share: writing into the
 * error, tables of fixed texts, and what the process is allowed to do.
 */
#ifndef ZCXSK_LIB_EXPLAIN_WORDS_H
#define ZCXSK_LIB_EXPLAIN_WORDS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <zcxsk/umem.h>

#include "explain/explain.h"

/* Append to the cause or the remedy, cut to its size. */
void say_cause(struct zcxsk_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void say_cause_args(struct zcxsk_error *error, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
void say_remedy(struct zcxsk_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* For errnos of which the text does not depend on any fact. */
struct fixed_text {
	int code; /* negative errno */
	const char *cause;
	const char *remedy;
};

bool say_fixed(struct zcxsk_error *error, int code, const struct fixed_text *texts, size_t count);

#define SAY_FIXED(error, code, texts)                                                              \
	say_fixed(error, code, texts, sizeof(texts) / sizeof((texts)[0]))

/*
 * -EPERM of a step that asks for the two capabilities in this order; the
 * second is 0 where one is enough (capability 0 is none of those used here).
 */
void say_capability(struct zcxsk_error *error, unsigned first, unsigned second);

/* Whether the process has the capability, by its number; true when unknown. */
bool has_capability(unsigned capability);

/*
 * Each explains one group of steps. The facts' nic is never NULL here. False,
 * and nothing written, for an errno that has no text.
 */
bool explain_setup(struct zcxsk_error *error, enum step step, int code,
		   const struct explain_facts *facts);
bool explain_attach(struct zcxsk_error *error, enum step step, int code,
		    const struct explain_facts *facts);
bool explain_bind(struct zcxsk_error *error, int code, const struct explain_facts *facts);

#endif
