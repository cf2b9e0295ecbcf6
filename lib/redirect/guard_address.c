/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_address.c - addresses of both families in host byte order, as rules have them. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "redirect/guard_facts.h"

static uint64_t high_word(const void *bytes)
{
	uint32_t words[2];

	memcpy(words, bytes, sizeof(words));
	return (uint64_t)ntohl(words[0]) << 32 | ntohl(words[1]);
}

struct guard_address guard_address_of(int family, const void *bytes)
{
	struct guard_address a = {.family = family};
	const unsigned char *byte = bytes;
	struct in6_addr six;
	uint32_t four;

	if (family == AF_INET6) {
		memcpy(&six, bytes, sizeof(six));
		if (!IN6_IS_ADDR_V4MAPPED(&six)) {
			a.bytes.high = high_word(byte);
			a.bytes.low = high_word(byte + 8);
			return a;
		}
		a.family = AF_INET;
		byte += 12;
	}
	memcpy(&four, byte, sizeof(four));
	a.bytes.low = ntohl(four);
	return a;
}

static void put_word(unsigned char *byte, uint64_t word)
{
	uint32_t words[2] = {htonl((uint32_t)(word >> 32)), htonl((uint32_t)word)};

	memcpy(byte, words, sizeof(words));
}

void guard_address_bytes(const struct guard_address *a, void *bytes)
{
	uint32_t four = htonl((uint32_t)a->bytes.low);

	if (a->family == AF_INET) {
		memcpy(bytes, &four, sizeof(four));
		return;
	}
	put_word(bytes, a->bytes.high);
	put_word((unsigned char *)bytes + 8, a->bytes.low);
}

const char *guard_address_text(const struct guard_address *a, char *text, size_t size)
{
	unsigned char bytes[16] = {0};

	guard_address_bytes(a, bytes);
	if (!inet_ntop(a->family, bytes, text, (socklen_t)size))
		snprintf(text, size, "?");
	return text;
}

bool guard_same_address(const struct guard_address *a, const struct guard_address *b)
{
	return a->family == b->family && a->bytes.high == b->bytes.high &&
	       a->bytes.low == b->bytes.low;
}

bool guard_is_loopback(const struct guard_address *a)
{
	if (a->family == AF_INET)
		return a->bytes.low >> 24 == IN_LOOPBACKNET;
	return !a->bytes.high && a->bytes.low == 1;
}

bool guard_is_link_local(const struct guard_address *a)
{
	if (a->family == AF_INET)
		return a->bytes.low >> 16 == 0xa9fe; /* 169.254.0.0/16 */
	return a->bytes.high >> 54 == 0xfe80 >> 6;   /* fe80::/10 */
}
