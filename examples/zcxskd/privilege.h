/* SPDX-License-Identifier: BSD-2-Clause */
/* privilege.h - reduces the broker to four capabilities. */
#ifndef ZCXSKD_PRIVILEGE_H
#define ZCXSKD_PRIVILEGE_H

#include <stdbool.h>

/*
 * Drops all capabilities for good, except CAP_NET_RAW (sockets), CAP_NET_ADMIN, CAP_BPF
 * and CAP_PERFMON (programs). If one of these is missing, returns false, with the
 * reason on standard error.
 */
bool privilege_reduce(void);

#endif
