/* SPDX-License-Identifier: BSD-2-Clause */
/* output.h - findings and facts as text for people, and as JSON. */
#ifndef DOCTOR_OUTPUT_H
#define DOCTOR_OUTPUT_H

#include "card.h"

/* The findings of one interface, the worst first; verbose: the facts, too. */
void text_interface(const struct card *card, bool verbose, FILE *to);
/* One line for an interface. */
void text_line(const struct card *card, FILE *to);
/* The facts of the machine. */
void text_facts(const struct facts *facts, FILE *to);

/* The members of an interface as an object. NULL if out of memory. */
json_t *json_interface(const struct card *card);
/* The whole object. Steals the list of interfaces. NULL if out of memory. */
json_t *json_all(const struct facts *machine, json_t *interfaces);

/* Writes the object and a newline to a file, "-" = standard output. Returns 0 or -errno. */
int json_write(const json_t *object, const char *path);

/*
 * The object with more about the machine, for maintainers. Replaces MAC and IP addresses
 * unless with_addresses. NULL if out of memory.
 */
json_t *bundle_make(const json_t *object, bool with_addresses);

#endif
