/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - shared by the files that explain: appending to an error, tables of
 * fixed texts, and the capabilities of the process.
 */
#ifndef ZCXSK_LIB_EXPLAIN_WORDS_H
#define ZCXSK_LIB_EXPLAIN_WORDS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <zcxsk/umem.h>

#include "explain/explain.h"

/* Append to the cause or the remedy, truncated to its size. */
void say_cause(struct zcxsk_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void say_cause_args(struct zcxsk_error *error, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
void say_remedy(struct zcxsk_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The text for an errno that does not depend on any fact. */
struct fixed_text {
	int code; /* negative errno */
	const char *cause;
	const char *remedy;
};

/* Writes the text for code. Returns false if the table has none. */
bool say_fixed(struct zcxsk_error *error, int code, const struct fixed_text *texts, size_t count);

#define SAY_FIXED(error, code, texts)                                                              \
	say_fixed(error, code, texts, sizeof(texts) / sizeof((texts)[0]))

/*
 * Explains -EPERM of a step that needs these two capabilities, checked in this
 * order. second is 0 if one is enough; capability 0 is never needed here.
 */
void say_capability(struct zcxsk_error *error, unsigned first, unsigned second);

/*
 * Appends how to detach the XDP program on the interface, or, if this process attached it,
 * how to share it. nic has the program's id.
 */
void say_detach(struct zcxsk_error *error, const struct nic *nic);

/* Appends the command that brings the interface up. */
void say_up(struct zcxsk_error *error, const struct nic *nic);

/* The largest MTU that frames hold in the mode being tried. */
uint32_t largest_mtu(const struct explain_facts *facts, uint32_t frame_size, uint32_t headroom);

/* Appends how packets of the interface's MTU fit into frames. */
void say_fit_mtu(struct zcxsk_error *error, const struct explain_facts *facts);

/* Appends the queues that exist, and the command that adds facts->queue if that can exist. */
void say_queues(struct zcxsk_error *error, const struct explain_facts *facts);

/* Whether the process has this capability; true if unknown. */
bool has_capability(unsigned capability);

/*
 * Each explains a group of steps. facts->nic must not be NULL. Returns false without
 * writing anything if there is no text for the errno.
 */
bool explain_setup(struct zcxsk_error *error, enum step step, int code,
		   const struct explain_facts *facts);
bool explain_attach(struct zcxsk_error *error, enum step step, int code,
		    const struct explain_facts *facts);
bool explain_bind(struct zcxsk_error *error, int code, const struct explain_facts *facts);

#endif
