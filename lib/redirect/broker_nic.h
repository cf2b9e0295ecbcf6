/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_nic.h - the facts of an interface as text, for a client that cannot read
 * them because the interface is in another network namespace.
 */
#ifndef ZCXSK_LIB_REDIRECT_BROKER_NIC_H
#define ZCXSK_LIB_REDIRECT_BROKER_NIC_H

#include "nic/nic.h"

/* Writes "name=value name=value ...". Returns the full length, as snprintf does. */
size_t broker_facts_write(const struct nic *nic, char *buf, size_t size);

/*
 * Reads such a text. Ignores unknown names; missing facts stay zero. Returns 0, or
 * -EPROTO if a value is invalid.
 */
int broker_facts_read(struct nic *nic, const char *text);

#endif
