/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.h - the rules of a run, from a text or a file, and back to text.
 */
#ifndef ZCXSOCK_RULES_H
#define ZCXSOCK_RULES_H

#include "options.h"

/*
 * Compile a text or a file, and print errors with their place; `what` names the
 * source of the text. 0, or the exit status: 2 for an error in the rules, 1 for any
 * other.
 */
int rules_compile(struct zcxsk_rules **rules, const char *what, const char *text);
int rules_read_file(struct zcxsk_rules **rules, const char *path);

/* Rule n as a text, which the caller frees. NULL if out of memory. */
char *rules_text(const struct zcxsk_rules *rules, uint32_t n);

/* Whether a rule depends on VLAN tags. In the normal text, "untagged" is "not vlan". */
bool rules_mention_tags(const struct zcxsk_rules *rules);

/* Fills in the options that select packets, to attach or to swap. rules NULL = take any. */
void rules_fill_in(struct zcxsk_redirect_opts *opts, const struct options *o,
		   const struct zcxsk_rules *rules);

#endif
