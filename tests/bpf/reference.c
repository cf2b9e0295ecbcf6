// SPDX-License-Identifier: BSD-2-Clause
/* reference.c - a plain parser with a cursor; -1 stands for "not there". */
#include "reference.h"

struct cursor {
	const uint8_t *at;
	size_t left;
};

static bool skip(struct cursor *cursor, size_t bytes)
{
	if (bytes > cursor->left)
		return false;
	cursor->at += bytes;
	cursor->left -= bytes;
	return true;
}

/* Big-endian number of 1 or 2 bytes somewhere behind the cursor; -1 beyond. */
static int look(const struct cursor *cursor, size_t offset, size_t bytes)
{
	if (offset + bytes > cursor->left)
		return -1;
	return bytes == 1 ? cursor->at[offset] : cursor->at[offset] << 8 | cursor->at[offset + 1];
}

/* EtherType after at most two tags; the cursor is left behind it. */
static int ethertype(struct cursor *cursor)
{
	int tags = 0;
	int type;

	if (!skip(cursor, 12))
		return -1;
	for (;;) {
		type = look(cursor, 0, 2);
		if (!skip(cursor, 2))
			return -1;
		if ((type != 0x8100 && type != 0x88a8) || tags == 2)
			return type;
		tags++;
		if (!skip(cursor, 2))
			return -1;
	}
}

/* Upper protocol of an IPv4 packet, the cursor left behind the header. */
static int ipv4_protocol(struct cursor *cursor, bool *later_fragment)
{
	int first = look(cursor, 0, 1);
	int protocol = look(cursor, 9, 1);
	int fragment = look(cursor, 6, 2);

	if (cursor->left < 20 || first >> 4 != 4 || (first & 15) < 5)
		return -1;
	*later_fragment = fragment % 8192 != 0;
	return skip(cursor, (size_t)(first & 15) * 4) ? protocol : -1;
}

static int ipv6_protocol(struct cursor *cursor, bool *later_fragment)
{
	int first = look(cursor, 0, 1);
	int protocol = look(cursor, 6, 1);

	*later_fragment = false;
	if (!skip(cursor, 40) || first >> 4 != 6)
		return -1;
	for (int headers = 0;; headers++) {
		int next = look(cursor, 0, 1);
		size_t size = 8;

		if (protocol != 0 && protocol != 43 && protocol != 44 && protocol != 60)
			return protocol;
		if (headers == 5 || cursor->left < 8)
			return -1;
		if (protocol == 44)
			*later_fragment = look(cursor, 2, 2) / 8 != 0;
		else
			size += 8 * (size_t)look(cursor, 1, 1);
		if (!skip(cursor, size))
			return -1;
		protocol = next;
		if (*later_fragment)
			return protocol;
	}
}

static int ip_protocol(struct cursor *cursor, bool *later_fragment)
{
	switch (ethertype(cursor)) {
	case 0x0800:
		return ipv4_protocol(cursor, later_fragment);
	case 0x86dd:
		return ipv6_protocol(cursor, later_fragment);
	default:
		return -1;
	}
}

static int dst_port(struct cursor *cursor)
{
	bool later_fragment = false;
	int protocol = ip_protocol(cursor, &later_fragment);

	if ((protocol != 6 && protocol != 17) || later_fragment)
		return -1;
	return look(cursor, 2, 2);
}

bool reference_takes(const struct redirect_config *config, const uint8_t *packet, size_t length)
{
	if (config->take_all)
		return true;
	for (unsigned i = 0; i < config->rule_count; i++) {
		const struct redirect_rule *rule = &config->rules[i];
		struct cursor a = {packet, length}, b = a, c = a;
		bool unused;

		if ((!(rule->fields & 1) || ethertype(&a) == rule->ethertype) &&
		    (!(rule->fields & 2) || ip_protocol(&b, &unused) == rule->ip_protocol) &&
		    (!(rule->fields & 4) || dst_port(&c) == rule->dst_port))
			return true;
	}
	return false;
}
