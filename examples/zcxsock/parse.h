/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse.h - converts words of the command line to values. If a word is invalid, each
 * function calls options_fail() with the option, the word and the valid values.
 */
#ifndef ZCXSOCK_PARSE_H
#define ZCXSOCK_PARSE_H

#include "options.h"

uint64_t parse_number(const char *option, const char *word, uint64_t min, uint64_t max);
double parse_seconds(const char *option, const char *word, double min, double max);
void parse_mac(const char *option, const char *word, uint8_t *mac);
uint32_t parse_ip(const char *option, const char *word);
/* The index of the word among the choices, which end with NULL. */
uint32_t parse_choice(const char *option, const char *word, const char *const *choices);
uint32_t parse_modes(const char *option, const char *word);
uint32_t parse_frame_size(const char *option, const char *word);
enum zcxsk_kick_policy parse_kick_policy(const char *option, const char *word);

/* "on", "off", "FIRST" or "FIRST:LAST" in microseconds. */
void parse_watchdog(const char *option, const char *word, struct options *o);

#endif
