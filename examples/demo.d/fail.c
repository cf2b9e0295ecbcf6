/* SPDX-License-Identifier: BSD-2-Clause */
/* fail.c - fills in an error. */
#include "fail.h"

#include <stdio.h>

int fail(struct zcxsk_error *error, int code, const char *step, const char *cause)
{
	memset(error, 0, sizeof(*error));
	error->code = code;
	snprintf(error->step, sizeof(error->step), "%s", step);
	snprintf(error->cause, sizeof(error->cause), "%s", cause);
	return code;
}
