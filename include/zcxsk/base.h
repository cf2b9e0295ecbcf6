/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base.h - what every other header needs: version, export marks, the rules of
 * options structs and of results. It includes nothing of the project.
 *
 * Results: a function that can fail returns 0 or a negative errno; `errno`
 * itself is never the channel. A function that returns a count cannot fail.
 *
 * Options: the first field of every options struct is its own size in bytes.
 * Set it with the struct's _init() function, which also zeroes the rest; zero
 * always means "the default", and NULL instead of a struct means "all
 * defaults". A struct that is longer than the library knows is accepted as
 * long as its unknown tail is zero, one of an older release as if its missing
 * fields were zero. Unknown flag bits give -EINVAL.
 */
#ifndef ZCXSK_BASE_H
#define ZCXSK_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The only place where the version is written; the build reads it from here. */
#define ZCXSK_VERSION_MAJOR 0
#define ZCXSK_VERSION_MINOR 2
#define ZCXSK_VERSION_PATCH 0

#ifdef __cplusplus
#define ZCXSK_BEGIN_DECLS extern "C" {
#define ZCXSK_END_DECLS }
#else
#define ZCXSK_BEGIN_DECLS
#define ZCXSK_END_DECLS
#endif

#define ZCXSK_API __attribute__((visibility("default")))
/* The result says whether the call worked; ignoring it hides a failure. */
#define ZCXSK_NODISCARD __attribute__((warn_unused_result))

/*
 * Functions defined in headers. lib/base/inlines.c redefines this to emit each of
 * them once as an ordinary symbol, for debuggers and other languages.
 */
#ifndef ZCXSK_INLINE
#define ZCXSK_INLINE static inline
#endif

#define ZCXSK_LIKELY(x) __builtin_expect(!!(x), 1)
#define ZCXSK_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Compile-time check that works in C11 and in C++17. */
#ifdef __cplusplus
#define ZCXSK_STATIC_ASSERT(cond, text) static_assert(cond, text)
#else
#define ZCXSK_STATIC_ASSERT(cond, text) _Static_assert(cond, text)
#endif

ZCXSK_BEGIN_DECLS

/*
 * Version of the library that is running, as "major.minor.patch". Never NULL,
 * never freed. Does not block; any thread.
 */
ZCXSK_API const char *zcxsk_version(void);

ZCXSK_END_DECLS

#endif
