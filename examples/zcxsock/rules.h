/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.h - which packets a run takes: sets of rules from a text or a file,
 * and back to a text.
 */
#ifndef ZCXSOCK_RULES_H
#define ZCXSOCK_RULES_H

#include "options.h"

/*
 * Compile a text, or what is in a file. What is wrong is told, with the place;
 * `what` is where the text is from. 0, or the status to end with: 2 for wrong
 * rules, 1 for what is no fault of theirs.
 */
int rules_compile(struct zcxsk_rules **rules, const char *what, const char *text);
int rules_read_file(struct zcxsk_rules **rules, const char *path);

/* Rule n as a text of any length, to be freed; NULL without memory. */
char *rules_text(const struct zcxsk_rules *rules, uint32_t n);

/* What is said about taking, for an attach and a swap alike. NULL = all. */
void rules_fill_in(struct zcxsk_redirect_opts *opts, const struct options *o,
		   const struct zcxsk_rules *rules);

#endif
