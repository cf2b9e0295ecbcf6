/* SPDX-License-Identifier: BSD-2-Clause */
/* nobody.h - a test's child becomes an ordinary user. */
#ifndef ZCXSK_TESTS_NOBODY_H
#define ZCXSK_TESTS_NOBODY_H

#include <stdbool.h>

#define NOBODY 65534u /* user and group without anything */

/* Takes a capability out of what this process may use. */
void nobody_drop(unsigned capability);

/*
 * Becomes that user in a group of the same number, with an ordinary user's
 * limit of locked memory, and without any capability but `kept` (-1 = none).
 */
void nobody_become(unsigned user, int kept);

/*
 * Moves into new user and network namespaces, without capabilities there.
 * Under ThreadSanitizer it stays where it is.
 */
void nobody_leave(void);

#endif
