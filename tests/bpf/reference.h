/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference.h - an independent implementation of the BPF program: a cursor moves over the
 * bytes of the packet, and fields that it does not reach are -1. Addresses stay bytes in
 * network order.
 */
#ifndef ZCXSK_TESTS_REFERENCE_H
#define ZCXSK_TESTS_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redirect_abi.h"

struct reference {
	int value[REDIRECT_VALUES]; /* -1 = absent */
	int version;		    /* 4, 6; 0 = no addresses */
	unsigned has;		    /* the fields that are present, as bits */
	uint8_t src[16];	    /* an IPv4 address is the last four bytes */
	uint8_t dst[16];
};

/* Parses a packet. */
void reference_read(struct reference *r, const uint8_t *packet, size_t length);

/* The number of the deciding box, -1 if none matches; ignores take_all. */
int reference_decides(const struct redirect_rules *set, const struct reference *r);

/* True if a box or take_all takes the packet. */
bool reference_takes(const struct redirect_rules *set, const uint8_t *packet, size_t length);

#endif
