/* SPDX-License-Identifier: BSD-2-Clause */
/* error.c - formats an error as text, and names errnos. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <zcxsk/error.h>

/* The kernel-internal "not supported", which some drivers leak to user space. */
#define KERNEL_ENOTSUPP 524

size_t zcxsk_error_format(const struct zcxsk_error *error, char *buf, size_t size)
{
	const char *between, *after;
	int length;

	if (!error || error->code == 0) {
		length = snprintf(buf, size, "no error");
		return length < 0 ? 0 : (size_t)length;
	}
	between = error->cause[0] ? ": " : "";
	after = error->remedy[0] ? ". " : "";
	length = snprintf(buf, size, "%s%s%s (%s)%s%s", error->step, between, error->cause,
			  zcxsk_errno_name(error->code), after, error->remedy);
	return length < 0 ? 0 : (size_t)length;
}

const char *zcxsk_errno_name(int code)
{
	const char *name = NULL;

	if (code < 0 && code != INT_MIN)
		code = -code;
	if (code == KERNEL_ENOTSUPP)
		return "ENOTSUPP";
	if (code > 0)
		name = strerrorname_np(code);
	return name ? name : "E?";
}
