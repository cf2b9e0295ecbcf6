/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mode.h - the three ways in which packets pass between the program and the
 * driver, from the fastest to the slowest. The values are bits, so that a set
 * of allowed modes is their sum.
 */
#ifndef ZCXSK_MODE_H
#define ZCXSK_MODE_H

#include <zcxsk/base.h>

enum zcxsk_mode {
	/* The device reads and writes the UMEM itself (XDP_ZEROCOPY). */
	ZCXSK_MODE_ZERO_COPY = 1,
	/* XDP runs in the driver, the kernel copies (XDP_COPY, native XDP). */
	ZCXSK_MODE_NATIVE_COPY = 2,
	/* XDP runs after the kernel allocated an skb (XDP_COPY, generic XDP). */
	ZCXSK_MODE_GENERIC_COPY = 4,
};

#define ZCXSK_MODES_ALL 7u

ZCXSK_BEGIN_DECLS

/*
 * "zero-copy", "native-copy", "generic-copy"; "?" for anything else. Never
 * NULL. Any thread.
 */
ZCXSK_API const char *zcxsk_mode_name(enum zcxsk_mode mode);

/*
 * The set of modes that a word stands for: one of the three names, or "auto"
 * for all of them. 0 if the word is unknown or NULL. Any thread.
 */
ZCXSK_API uint32_t zcxsk_modes_parse(const char *word);

ZCXSK_END_DECLS

#endif
