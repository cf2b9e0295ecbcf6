/* SPDX-License-Identifier: BSD-2-Clause */
/* nobody.h - turns a child process into an ordinary user. */
#ifndef ZCXSK_TESTS_NOBODY_H
#define ZCXSK_TESTS_NOBODY_H

#include <stdbool.h>

#define NOBODY 65534u /* user and group without privileges */

/* Drops a capability of this process. */
void nobody_drop(unsigned capability);

/*
 * Becomes that user in a group of the same number, with an ordinary user's limit of locked
 * memory, and keeps no capability except `kept` (-1 = none).
 */
void nobody_become(unsigned user, int kept);

/*
 * Drops all capabilities and moves into new user and network namespaces. Returns whether it
 * moved, which ThreadSanitizer prevents.
 */
bool nobody_leave(void);

#endif
