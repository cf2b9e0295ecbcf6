/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference.h - what the BPF program shall do, said a second time and in
 * another way: a cursor moves over the bytes of the packet, and what it has not
 * come to is -1. Addresses stay bytes in network order.
 */
#ifndef ZCXSK_TESTS_REFERENCE_H
#define ZCXSK_TESTS_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redirect_abi.h"

struct reference {
	int value[REDIRECT_VALUES]; /* -1 = not there */
	int version;		    /* 4, 6; 0 = no addresses */
	unsigned has;		    /* the fields that are there, as bits */
	uint8_t src[16];	    /* an IPv4 address is the last four bytes */
	uint8_t dst[16];
};

/* What can be read of a packet. */
void reference_read(struct reference *r, const uint8_t *packet, size_t length);

/* The number of the box that decides, -1 when none does; take_all is not looked at. */
int reference_decides(const struct redirect_rules *set, const struct reference *r);

/* True when the packet is taken, by a box or by take_all. */
bool reference_takes(const struct redirect_rules *set, const uint8_t *packet, size_t length);

#endif
