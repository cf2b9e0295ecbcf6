/* SPDX-License-Identifier: BSD-2-Clause */
/* fails.c - how an engine says why it cannot. */
#include "fails.h"

#include <stdio.h>
#include <string.h>

int engine_fails(char *why, const char *step, int error)
{
	snprintf(why, WHY_BYTES, "%s: %s", step, strerror(error));
	return -error;
}
