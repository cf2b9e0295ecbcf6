/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error.h - the explanation that every failing set-up call leaves behind.
 *
 * Set-up calls take a `struct zcxsk_error *` as their last argument. It may be
 * NULL. On failure the call fills it; on success it is left alone, except that
 * `code` becomes 0. The struct belongs to the caller, holds no pointers and
 * needs no clean-up.
 */
#ifndef ZCXSK_ERROR_H
#define ZCXSK_ERROR_H

#include <zcxsk/base.h>

struct zcxsk_error {
	int32_t code;	   /* negative errno of the step that failed, 0 = none */
	uint32_t reserved; /* zero */
	char step[48];	   /* what was being done: "bind", "attach XDP" ... */
	char cause[512];   /* most likely cause on this driver and kernel */
	char remedy[512];  /* what the user can do about it; may be empty */
};

ZCXSK_STATIC_ASSERT(sizeof(struct zcxsk_error) == 1080, "ABI");

ZCXSK_BEGIN_DECLS

/*
 * Writes "step: cause (ERRNO). remedy" into buf, always terminated, cut to
 * size bytes. Returns the length that the whole text has, like snprintf. With
 * code 0 the text is "no error". Does not block; any thread.
 */
ZCXSK_API size_t zcxsk_error_format(const struct zcxsk_error *error, char *buf, size_t size);

/*
 * Symbolic name of an errno, positive or negative ("EBUSY"); "errno N" texts
 * are not made: unknown values give "E?". Never NULL. Any thread.
 */
ZCXSK_API const char *zcxsk_errno_name(int code);

ZCXSK_END_DECLS

#endif
