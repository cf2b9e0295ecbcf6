/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inlines.c - emits the functions that the public headers define inline once
 * more as ordinary symbols, for debuggers and for languages that only link.
 */
#define ZCXSK_INLINE __attribute__((visibility("default")))

/* The definition in the header is the only declaration these functions have. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#include <zcxsk/zcxsk.h>
