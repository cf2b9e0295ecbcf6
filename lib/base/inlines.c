/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inlines.c - emits the inline functions of the public headers as ordinary
 * symbols too, for debuggers and for languages that can only link.
 */
#define ZCXSK_INLINE __attribute__((visibility("default")))

/* The definition in the header is the only declaration these functions have. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#include <zcxsk/zcxsk.h>
