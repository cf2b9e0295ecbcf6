/* SPDX-License-Identifier: BSD-2-Clause */
/* privilege.h - the capabilities that the broker keeps: four, and no others. */
#ifndef ZCXSKD_PRIVILEGE_H
#define ZCXSKD_PRIVILEGE_H

#include <stdbool.h>

/*
 * Gives up everything but CAP_NET_RAW (sockets), CAP_NET_ADMIN, CAP_BPF and
 * CAP_PERFMON (programs), for good. False, with the reason on standard error, when one of
 * them is missing.
 */
bool privilege_reduce(void);

#endif
