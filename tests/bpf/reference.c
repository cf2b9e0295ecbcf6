/* SPDX-License-Identifier: BSD-2-Clause */
/* reference.c - a simple parser with a cursor; -1 means "absent". */
#include "reference.h"

#include <string.h>

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

/* Big-endian number of 1 or 2 bytes after the cursor; -1 past the end of the packet. */
static int peek(const struct cursor *cursor, size_t offset, size_t bytes)
{
	if (offset + bytes > cursor->left)
		return -1;
	return bytes == 1 ? cursor->at[offset] : cursor->at[offset] << 8 | cursor->at[offset + 1];
}

/* Reads tags and EtherType and moves the cursor past them. False if the packet ends. */
static bool read_link(struct reference *r, struct cursor *cursor)
{
	static const enum redirect_value tags[] = {REDIRECT_V_VLAN, REDIRECT_V_INNER_VLAN};
	int type;

	if (!skip(cursor, 12))
		return false;
	type = peek(cursor, 0, 2);
	for (int tag = 0; tag < 2 && (type == 0x8100 || type == 0x88a8); tag++) {
		int next = peek(cursor, 4, 2);

		if (next < 0)
			return false;
		r->value[tags[tag]] = peek(cursor, 2, 2) % 4096;
		skip(cursor, 4);
		type = next;
	}
	if (!skip(cursor, 2))
		return false;
	r->value[REDIRECT_V_ETHERTYPE] = type;
	return true;
}

/* Padding after the IP packet is not part of it. */
static void shorten(struct cursor *cursor, size_t bytes)
{
	if (bytes < cursor->left)
		cursor->left = bytes;
}

static void read_transport(struct reference *r, const struct cursor *cursor, int protocol)
{
	if (protocol == 6 || protocol == 17 || protocol == 132) {
		if (cursor->left < 4)
			return;
		r->value[REDIRECT_V_SRC_PORT] = peek(cursor, 0, 2);
		r->value[REDIRECT_V_DST_PORT] = peek(cursor, 2, 2);
	} else if (protocol == (r->version == 4 ? 1 : 58)) {
		r->value[REDIRECT_V_ICMP_TYPE] = peek(cursor, 0, 1);
	}
}

/* fragment: 0 whole packet, 1 first fragment, 2 later fragment. */
static void read_upper(struct reference *r, const struct cursor *cursor, int protocol, int fragment)
{
	r->value[REDIRECT_V_IP_PROTOCOL] = protocol;
	r->value[REDIRECT_V_FRAGMENT] = fragment;
	if (fragment < 2)
		read_transport(r, cursor, protocol);
}

static void read_ipv4(struct reference *r, struct cursor *cursor)
{
	int first = peek(cursor, 0, 1);
	size_t size = 4 * (size_t)(first & 15);
	int flags = peek(cursor, 6, 2);
	struct cursor whole = *cursor;

	if (cursor->left < 20 || first / 16 != 4 || size < 20 || !skip(cursor, size))
		return;
	r->version = 4;
	memcpy(r->src + 12, whole.at + 12, 4);
	memcpy(r->dst + 12, whole.at + 16, 4);
	shorten(cursor, (size_t)peek(&whole, 2, 2) > size ? (size_t)peek(&whole, 2, 2) - size : 0);
	read_upper(r, cursor, whole.at[9], flags % 8192 ? 2 : flags / 8192 % 2);
}

static void read_ipv6(struct reference *r, struct cursor *cursor)
{
	struct cursor whole = *cursor;
	int fragment = 0, protocol;

	if (!skip(cursor, 40) || whole.at[0] / 16 != 6)
		return;
	r->version = 6;
	memcpy(r->src, whole.at + 8, 16);
	memcpy(r->dst, whole.at + 24, 16);
	protocol = whole.at[6];
	shorten(cursor, (size_t)peek(&whole, 4, 2));
	for (int headers = 0; protocol == 0 || protocol == 43 || protocol == 44 || protocol == 60;
	     headers++) {
		struct cursor header = *cursor;
		bool is_fragment = protocol == 44;

		if (headers == 5 || header.left < 8 ||
		    !skip(cursor, is_fragment ? 8 : 8 + 8 * (size_t)header.at[1]))
			return;
		protocol = header.at[0];
		if (!is_fragment)
			continue;
		if (peek(&header, 2, 2) / 8) {
			read_upper(r, cursor, protocol, 2);
			return;
		}
		if (header.at[3] & 1)
			fragment = 1;
	}
	read_upper(r, cursor, protocol, fragment);
}

void reference_read(struct reference *r, const uint8_t *packet, size_t length)
{
	struct cursor cursor = {packet, length};

	memset(r, 0, sizeof(*r));
	for (int i = 0; i < REDIRECT_VALUES; i++)
		r->value[i] = -1;
	if (read_link(r, &cursor)) {
		if (r->value[REDIRECT_V_ETHERTYPE] == 0x0800)
			read_ipv4(r, &cursor);
		else if (r->value[REDIRECT_V_ETHERTYPE] == 0x86dd)
			read_ipv6(r, &cursor);
	}
	for (int i = 0; i < REDIRECT_VALUES; i++)
		r->has |= r->value[i] < 0 ? 0 : 1u << i;
	r->has |= r->version == 4 ? 0x100 : r->version == 6 ? 0x200 : 0;
}

/* ---- boxes ----------------------------------------------------------------- */

static void spell(uint8_t bytes[16], struct redirect_address address)
{
	for (int i = 7; i >= 0; i--) {
		bytes[i] = (uint8_t)address.high;
		bytes[i + 8] = (uint8_t)address.low;
		address.high >>= 8;
		address.low >>= 8;
	}
}

static bool is_between(struct redirect_address first, const uint8_t address[16],
		       struct redirect_address last)
{
	uint8_t from[16], to[16];

	spell(from, first);
	spell(to, last);
	return memcmp(from, address, 16) <= 0 && memcmp(address, to, 16) <= 0;
}

static bool fits(const struct redirect_term *term, const struct reference *r)
{
	if ((term->fields & r->has) != term->fields || (term->absent & r->has) != 0)
		return false;
	for (int i = 0; i < REDIRECT_VALUES; i++) {
		int value = r->value[i] < 0 ? 0 : r->value[i];

		if (value < term->first[i] || value > term->last[i])
			return false;
	}
	return is_between(term->src_first, r->src, term->src_last) &&
	       is_between(term->dst_first, r->dst, term->dst_last);
}

int reference_decides(const struct redirect_rules *set, const struct reference *r)
{
	for (unsigned i = 0; i < set->term_count; i++)
		if (fits(&set->terms[i], r))
			return (int)i;
	return -1;
}

bool reference_takes(const struct redirect_rules *set, const uint8_t *packet, size_t length)
{
	struct reference r;
	int decides;

	if (set->take_all)
		return true;
	reference_read(&r, packet, length);
	decides = reference_decides(set, &r);
	return decides >= 0 && set->terms[decides].take;
}
