/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error.h - the explanation that every set-up call gives when it fails.
 *
 * The last argument of a set-up call is a `struct zcxsk_error *`, which may be
 * NULL. If the call fails, it fills the struct; if it succeeds, it sets `code`
 * to 0 and changes nothing else. The struct belongs to the caller, holds no
 * pointers and needs no clean-up.
 */
#ifndef ZCXSK_ERROR_H
#define ZCXSK_ERROR_H

#include <zcxsk/base.h>

struct zcxsk_error {
	int32_t code;	   /* negative errno of the step that failed, 0 = none */
	uint32_t reserved; /* zero */
	char step[48];	   /* the step: "bind", "attach XDP" ... */
	char cause[512];   /* most likely cause on this driver and kernel */
	char remedy[512];  /* suggested fix; may be empty */
};

ZCXSK_STATIC_ASSERT(sizeof(struct zcxsk_error) == 1080, "ABI");

ZCXSK_BEGIN_DECLS

/*
 * Writes "step: cause (ERRNO). remedy" into buf, terminated and truncated to
 * size bytes. Returns the length of the whole text, like snprintf. If code is
 * 0, the text is "no error". Does not block. Any thread.
 */
ZCXSK_API size_t zcxsk_error_format(const struct zcxsk_error *error, char *buf, size_t size);

/*
 * Symbolic name of an errno, positive or negative ("EBUSY"); "E?" for an
 * unknown value. Never NULL. Any thread.
 */
ZCXSK_API const char *zcxsk_errno_name(int code);

ZCXSK_END_DECLS

#endif
