/* SPDX-License-Identifier: BSD-2-Clause */
/* counters.h - how the owner of a socket changes its counters. */
#ifndef ZCXSK_LIB_DATAPATH_COUNTERS_H
#define ZCXSK_LIB_DATAPATH_COUNTERS_H

/* Adds n to a counter. Only the owner does; relaxed, because any thread may read it. */
#define COUNT(s, counter, n)                                                                       \
	__atomic_store_n(&(s)->count.counter, (s)->count.counter + (n), __ATOMIC_RELAXED)

#endif
