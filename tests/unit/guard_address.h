/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_address.h - the guard's form of an address that is written as text. */
#ifndef ZCXSK_TESTS_GUARD_ADDRESS_H
#define ZCXSK_TESTS_GUARD_ADDRESS_H

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "redirect/guard_facts.h"

static inline struct guard_address address(const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	cr_assert_eq(inet_pton(family, text, bytes), 1, "%s", text);
	return guard_address_of(family, bytes);
}

#endif
