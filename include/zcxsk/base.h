/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base.h - shared by every other header: the version, the export marks, and the
 * rules for options structs and results. It includes no other header of this
 * library.
 *
 * Results: a function that can fail returns 0 or a negative errno; it never
 * uses `errno` itself. A function that returns a count cannot fail.
 *
 * Fork: an object belongs to the process that opened it. In a child of fork()
 * or daemon(), every function on a parent's object returns -EOWNERDEAD, or 0
 * where it returns a count, NULL where a pointer, -1 for zcxsk_socket_fd() and
 * zcxsk_broker_fd(). It changes nothing of the parent's, and frees nothing. The
 * library's descriptors are closed in the child. The child can open its own
 * objects, so a daemon opens after daemon(). Rules are plain memory, which a
 * child may go on using. A child of clone() or _Fork() runs no fork handlers:
 * functions that close, destroy, detach or rebuild an object or change its rules
 * or queues still refuse, the others must not be called.
 *
 * Options: the first field of every options struct is its own size in bytes.
 * Set it with the struct's _init() function, which also zeroes the rest. Zero
 * always means "the default", and NULL instead of a struct means "all
 * defaults". A struct longer than the library knows is accepted if its unknown
 * tail is zero; a struct of an older release is treated as if its missing
 * fields were zero. Unknown flag bits return -EINVAL.
 */
#ifndef ZCXSK_BASE_H
#define ZCXSK_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The version is written here only; the build reads it from this file. */
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
 * Functions defined in headers. lib/base/inlines.c redefines this to emit each
 * of them once as an ordinary symbol, for debuggers and other languages.
 */
#ifndef ZCXSK_INLINE
#define ZCXSK_INLINE static inline
#endif

#define ZCXSK_LIKELY(x) __builtin_expect(!!(x), 1)
#define ZCXSK_UNLIKELY(x) __builtin_expect(!!(x), 0)

/*
 * Adds to a number that this thread alone changes and that others read. A
 * compiler makes three instructions of such an atomic store; x86-64 stores the
 * sum of one `add` in one piece as well. ThreadSanitizer has to see the store.
 */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define ZCXSK_ADD_RELAXED(to, n)                                                                   \
	__asm__("add{%z0 %1, %0| %0, %1}" : "+m"(*(to)) : "re"((__typeof__(*(to)))(n)) : "cc")
#else
#define ZCXSK_ADD_RELAXED(to, n) __atomic_store_n((to), *(to) + (n), __ATOMIC_RELAXED)
#endif

/* Compile-time check that works in C11 and in C++17. */
#ifdef __cplusplus
#define ZCXSK_STATIC_ASSERT(cond, text) static_assert(cond, text)
#else
#define ZCXSK_STATIC_ASSERT(cond, text) _Static_assert(cond, text)
#endif

ZCXSK_BEGIN_DECLS

/*
 * Version of the running library, as "major.minor.patch". Never NULL; do not
 * free it. Does not block. Any thread.
 */
ZCXSK_API const char *zcxsk_version(void);

ZCXSK_END_DECLS

#endif
