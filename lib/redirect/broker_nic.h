/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_nic.h - facts of an interface as text, for a program that cannot
 * read them itself, since the interface is in another network namespace.
 */
#ifndef ZCXSK_LIB_REDIRECT_BROKER_NIC_H
#define ZCXSK_LIB_REDIRECT_BROKER_NIC_H

#include "nic/nic.h"

/* "name=value name=value ...". Like snprintf: the length the whole text has. */
size_t broker_facts_write(const struct nic *nic, char *buf, size_t size);

/*
 * The reverse. Names that are not known here are passed over, facts that are
 * not told stay zero. 0, or -EPROTO for a value that cannot be.
 */
int broker_facts_read(struct nic *nic, const char *text);

#endif
