/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * number.h - numbers that one thread changes and others read, such as counters. Relaxed: no
 * reader accesses other memory because of them.
 */
#ifndef ZCXSK_LIB_BASE_NUMBER_H
#define ZCXSK_LIB_BASE_NUMBER_H

#include <zcxsk/base.h>

/* `number` is an lvalue. Only its owner changes it, so the owner may also read it plainly. */
#define NUMBER_SET(number, value) __atomic_store_n(&(number), (value), __ATOMIC_RELAXED)
#define NUMBER_ADD(number, n) ZCXSK_ADD_RELAXED(&(number), n)
#define NUMBER_READ(number) __atomic_load_n(&(number), __ATOMIC_RELAXED)

#endif
