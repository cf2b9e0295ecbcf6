/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checksum.c - checksums of packets of every shape against a second implementation, which
 * knows where each part is because it has put it there. Valid and corrupt packets stay as
 * they are to the byte.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <zcxsk/checksum.h>

#include "prng.h"

#define FRAME_MAX 512u
#define PAYLOAD_MAX 70u
#define TRAILER 7u /* bytes of padding after the IP packet */
#define GUARD 0xa5 /* around the frame */

enum ip { V4, V4_OPTIONS, V6, V6_OPTIONS, V6_ROUTED, V6_SEGMENTS, V6_VISITED, V6_ATOMIC, IPS };
static const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6};

struct packet {
	uint8_t frame[FRAME_MAX];
	uint32_t len;
	uint32_t ip; /* offsets */
	uint32_t transport;
	uint32_t field;
	uint32_t end; /* of the IP packet */
	uint8_t protocol;
	uint8_t source[16];
	uint8_t destination[16];
	uint32_t address_bytes;
};

static struct prng prng = {.state = 0x5eed};

static void put(struct packet *p, const void *data, uint32_t n)
{
	memcpy(p->frame + p->len, data, n);
	p->len += n;
}

static void put_random(struct packet *p, uint32_t n)
{
	while (n--)
		p->frame[p->len++] = (uint8_t)prng_below(&prng, 256);
}

static void set16(struct packet *p, uint32_t at, uint32_t value)
{
	p->frame[at] = (uint8_t)(value >> 8);
	p->frame[at + 1] = (uint8_t)value;
}

static uint32_t get16(const struct packet *p, uint32_t at)
{
	return (uint32_t)p->frame[at] << 8 | p->frame[at + 1];
}

static bool has_ipv4(enum ip ip)
{
	return ip == V4 || ip == V4_OPTIONS;
}

/* ---- the second implementation ---------------------------------------------------- */

static uint32_t sum16(uint32_t sum, const uint8_t *at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (sum > 0xffff)
		sum = sum - 0x10000 + 1;
	return sum;
}

static uint32_t pseudo_header_of(const struct packet *p)
{
	uint8_t bytes[40];
	uint32_t n = p->address_bytes, length = p->end - p->transport;

	memcpy(bytes, p->source, n);
	memcpy(bytes + n, p->destination, n);
	memcpy(bytes + 2 * n, (uint8_t[]){0, 0, (uint8_t)(length >> 8), (uint8_t)length}, 4);
	memcpy(bytes + 2 * n + 4, (uint8_t[]){0, 0, 0, p->protocol}, 4);
	return sum16(0, bytes, 2 * n + 8);
}

/* The checksum that belongs into the packet. */
static uint32_t checksum_of(const struct packet *p)
{
	struct packet empty = *p;
	uint32_t sum = p->protocol == IPPROTO_ICMP ? 0 : pseudo_header_of(p);

	set16(&empty, p->field, 0);
	sum = 0xffff - sum16(sum, empty.frame + p->transport, p->end - p->transport);
	return !sum && p->protocol == IPPROTO_UDP ? 0xffff : sum;
}

/* ---- packets ----------------------------------------------------------------------- */

static void put_addresses(struct packet *p, uint32_t bytes)
{
	p->address_bytes = bytes;
	put_random(p, 2 * bytes);
	memcpy(p->source, p->frame + p->len - 2 * bytes, bytes);
	memcpy(p->destination, p->frame + p->len - bytes, bytes);
}

static void put_ipv4(struct packet *p, enum ip ip, uint8_t protocol, uint32_t bytes)
{
	uint32_t header = ip == V4_OPTIONS ? 32 : 20;

	put(p, (uint8_t[]){(uint8_t)(0x40 | header / 4), 0, 0, 0}, 4);
	set16(p, p->ip + 2, header + bytes);
	put(p, (uint8_t[]){1, 2, 0x40, 0, 64, protocol, 0, 0}, 8);
	put_addresses(p, 4);
	put_random(p, header - 20);
	set16(p, p->ip + 10, 0xffff - sum16(0, p->frame + p->ip, header));
}

/* Appends a routing header of that type; the final destination is the first or the last. */
static void put_routing(struct packet *p, uint8_t next, uint8_t type, uint8_t left, bool last)
{
	uint32_t at = p->len + 8;

	put(p, (uint8_t[]){next, 4, type, left, 0, 0, 0, 0}, 8);
	put_random(p, 32);
	if (left)
		memcpy(p->destination, p->frame + at + (last ? 16 : 0), 16);
}

static void put_ipv6(struct packet *p, enum ip ip, uint8_t protocol, uint32_t bytes)
{
	static const uint8_t first[IPS] = {
		[V6_OPTIONS] = IPPROTO_HOPOPTS,	 [V6_ROUTED] = IPPROTO_ROUTING,
		[V6_SEGMENTS] = IPPROTO_ROUTING, [V6_VISITED] = IPPROTO_ROUTING,
		[V6_ATOMIC] = IPPROTO_FRAGMENT,
	};

	put(p, (uint8_t[]){0x60, 0, 0, 0, 0, 0, ip == V6 ? protocol : first[ip], 64}, 8);
	put_addresses(p, 16);
	if (ip == V6_OPTIONS) {
		put(p, (uint8_t[]){IPPROTO_DSTOPTS, 0, 1, 4, 0, 0, 0, 0}, 8);
		put(p, (uint8_t[]){protocol, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 16);
	} else if (ip == V6_ROUTED) {
		put_routing(p, protocol, 0, 2, true);
	} else if (ip == V6_SEGMENTS) {
		put_routing(p, protocol, 4, 1, false);
	} else if (ip == V6_VISITED) {
		put_routing(p, protocol, 77, 0, false);
	} else if (ip == V6_ATOMIC) {
		put(p, (uint8_t[]){protocol, 0, 0, 0, 1, 2, 3, 4}, 8);
	}
	set16(p, p->ip + 4, p->len - p->ip - 40 + bytes);
}

/* Random contents; no checksum yet. */
static struct packet build(enum ip ip, uint8_t protocol, uint32_t tags, uint32_t payload)
{
	static const uint8_t kinds[][2] = {{0x88, 0xa8}, {0x81, 0}, {0x81, 0}};
	uint32_t header = protocol == IPPROTO_TCP ? 20 : 8;
	struct packet p = {.protocol = protocol};

	put_random(&p, 12);
	for (uint32_t i = 3 - tags; i < 3; i++) {
		put(&p, kinds[i], 2);
		put_random(&p, 2);
	}
	put(&p, has_ipv4(ip) ? (uint8_t[]){8, 0} : (uint8_t[]){0x86, 0xdd}, 2);
	p.ip = p.len;
	if (has_ipv4(ip))
		put_ipv4(&p, ip, protocol, header + payload);
	else
		put_ipv6(&p, ip, protocol, header + payload);
	p.transport = p.len;
	put_random(&p, header + payload);
	p.end = p.len;
	p.field = p.transport + (protocol == IPPROTO_TCP ? 16 : protocol == IPPROTO_UDP ? 6 : 2);
	if (protocol == IPPROTO_UDP)
		set16(&p, p.transport + 4, header + payload);
	put_random(&p, TRAILER);
	return p;
}

/* Calls test for packets of every shape; ICMP is that of the IP version. */
static void each(void (*test)(struct packet *p))
{
	for (unsigned k = 0; k < sizeof(protocols); k++)
		for (enum ip ip = 0; ip < IPS; ip++)
			for (uint32_t tags = 0; tags <= 3; tags++)
				for (uint32_t payload = 0; payload <= PAYLOAD_MAX; payload++) {
					struct packet p;

					if (protocols[k] == IPPROTO_ICMP && !has_ipv4(ip))
						continue;
					if (protocols[k] == IPPROTO_ICMPV6 && has_ipv4(ip))
						continue;
					p = build(ip, protocols[k], tags, payload);
					test(&p);
				}
}

/*
 * Calls zcxsk_checksum_finish() on a copy that ends at the last byte of the memory that
 * sanitizers know; the packet itself becomes the result.
 */
static int finish(struct packet *p)
{
	uint8_t *copy = malloc(p->len + 1), *guarded = copy + 1;
	int ret;

	copy[0] = GUARD;
	memcpy(guarded, p->frame, p->len);
	ret = zcxsk_checksum_finish(guarded, p->len);
	cr_assert_eq(copy[0], GUARD);
	memcpy(p->frame, guarded, p->len);
	free(copy);
	return ret;
}

static int verify(const struct packet *p)
{
	uint8_t *copy = malloc(p->len);
	int ret;

	memcpy(copy, p->frame, p->len);
	ret = zcxsk_checksum_verify(copy, p->len);
	cr_assert(!memcmp(copy, p->frame, p->len));
	free(copy);
	return ret;
}

static void check_untouched(struct packet *p, int expected)
{
	struct packet before = *p;
	int ret = finish(p);

	cr_assert_eq(ret, expected, "finish: %d instead of %d", ret, expected);
	cr_assert(!memcmp(p->frame, before.frame, sizeof(p->frame)), "a byte has changed");
}

/* ---- tests -------------------------------------------------------------------------- */

static void check_unfinished(struct packet *p)
{
	struct packet expected = *p;

	set16(p, p->field, pseudo_header_of(p));
	set16(&expected, p->field, checksum_of(p));
	/* ICMP has no pseudo-header; and by chance a packet is valid already. */
	if (p->protocol == IPPROTO_ICMP || checksum_of(p) == pseudo_header_of(p)) {
		check_untouched(p, 0);
		return;
	}
	cr_assert_eq(verify(p), -EBADMSG);
	cr_assert_eq(finish(p), 1);
	cr_assert(!memcmp(p->frame, expected.frame, sizeof(p->frame)), "%x instead of %x",
		  get16(p, p->field), checksum_of(&expected));
	cr_assert_eq(verify(p), 1);
	check_untouched(p, 0);
}

Test(checksum, unfinished_ones_are_completed)
{
	each(check_unfinished);
}

static void check_valid(struct packet *p)
{
	set16(p, p->field, checksum_of(p));
	cr_assert_eq(verify(p), 1);
	check_untouched(p, 0);
}

Test(checksum, valid_ones_stay)
{
	each(check_valid);
}

/* Any other value than the right one and the pseudo-header's is corrupt, and stays. */
static void check_corrupt(struct packet *p)
{
	uint32_t checksum = checksum_of(p), value = prng_below(&prng, 0xffff);
	uint32_t bare = p->protocol == IPPROTO_ICMP ? checksum : pseudo_header_of(p);

	/* 0 and 0xffff are the same number; in UDP, 0 is no checksum. */
	if (value == bare || value % 0xffff == checksum % 0xffff ||
	    (p->protocol == IPPROTO_UDP && !value))
		return;
	set16(p, p->field, value);
	cr_assert_eq(verify(p), -EBADMSG);
	check_untouched(p, 0);
	cr_assert_eq(verify(p), -EBADMSG);
}

Test(checksum, corrupt_ones_stay)
{
	each(check_corrupt);
}

/* One bit changes on the way: no packet is made valid. */
static void check_bits(enum ip ip, uint8_t protocol)
{
	struct packet p = build(ip, protocol, 1, 5), before;

	set16(&p, p.field, checksum_of(&p));
	before = p;
	for (uint32_t bit = p.ip * 8; bit < p.end * 8; bit++) {
		uint32_t field;

		p = before;
		p.frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		field = get16(&p, p.field);
		finish(&p);
		cr_assert_eq(get16(&p, p.field), field, "bit %u", bit);
		/* Traffic class, flow label and hop limit have no checksum. */
		if (bit / 8 >= p.transport)
			cr_assert_neq(verify(&p), 1, "bit %u", bit);
	}
}

Test(checksum, no_bit_error_is_repaired)
{
	for (enum ip ip = 0; ip < IPS; ip++) {
		check_bits(ip, IPPROTO_TCP);
		if (has_ipv4(ip))
			check_bits(ip, IPPROTO_ICMP);
		else
			check_bits(ip, IPPROTO_ICMPV6);
	}
}

/* The right checksum is the sum of the pseudo-header: the packet is valid. */
static void check_ambiguous(struct packet *p)
{
	uint32_t bare = pseudo_header_of(p), word = p->transport + 8, sum;

	if (p->protocol == IPPROTO_ICMP || p->end < word + 2)
		return;
	set16(p, p->field, bare);
	set16(p, word, 0);
	sum = sum16(bare, p->frame + p->transport, p->end - p->transport);
	set16(p, word, 0xffff - sum);
	cr_assert_eq(checksum_of(p), bare);
	cr_assert_eq(verify(p), 1);
	check_untouched(p, 0);
}

Test(checksum, valid_ones_that_look_unfinished_stay)
{
	each(check_ambiguous);
}

/* The data makes the checksum 0, which UDP writes as 0xffff. */
static void check_zero(struct packet *p)
{
	uint32_t word = p->transport + 8, bare = pseudo_header_of(p);

	if (p->protocol == IPPROTO_ICMP || p->end < word + 2)
		return;
	set16(p, p->field, 0);
	set16(p, word, 0);
	set16(p, word, 0xffff - sum16(bare, p->frame + p->transport, p->end - p->transport));
	set16(p, p->field, bare);
	cr_assert_eq(finish(p), 1);
	cr_assert_eq(get16(p, p->field), p->protocol == IPPROTO_UDP ? 0xffff : 0);
	cr_assert_eq(verify(p), 1);
	check_untouched(p, 0);
}

Test(checksum, udp_never_gets_0)
{
	each(check_zero);
}

static void check_no_checksum(struct packet *p)
{
	if (p->protocol != IPPROTO_UDP)
		return;
	set16(p, p->field, 0);
	check_untouched(p, 0);
	cr_assert_eq(verify(p), p->address_bytes == 4 ? 1 : -EBADMSG);
}

Test(checksum, udp_without_one_stays)
{
	each(check_no_checksum);
}

Test(checksum, fragments_stay)
{
	static const uint16_t ipv4[] = {0x2000, 0x0001, 0x3fff}, ipv6[] = {0x0001, 0x0008, 0xfff9};

	for (unsigned i = 0; i < 3; i++) {
		struct packet p = build(V4, IPPROTO_UDP, 0, 30);

		set16(&p, p.field, pseudo_header_of(&p));
		set16(&p, p.ip + 6, ipv4[i]);
		set16(&p, p.ip + 10, 0);
		set16(&p, p.ip + 10, 0xffff - sum16(0, p.frame + p.ip, 20));
		check_untouched(&p, 0);
		cr_assert_eq(verify(&p), 1);
		p = build(V6_ATOMIC, IPPROTO_TCP, 0, 30);
		set16(&p, p.field, pseudo_header_of(&p));
		set16(&p, p.transport - 6, ipv6[i]);
		check_untouched(&p, 0);
		cr_assert_eq(verify(&p), 0);
	}
}

/* Every prefix of a frame is too short, except where only the padding is missing. */
static void check_truncated(struct packet *p)
{
	struct packet whole = *p;

	set16(p, p->field, pseudo_header_of(p));
	for (p->len = 0; p->len < p->end; p->len++) {
		check_untouched(p, -EPROTO);
		cr_assert_eq(verify(p), -EPROTO);
	}
	set16(p, p->field, checksum_of(&whole));
	cr_assert_eq(verify(p), 1);
}

Test(checksum, truncated_frames_are_refused)
{
	for (unsigned k = 0; k < 2; k++)
		for (enum ip ip = 0; ip < IPS; ip++) {
			struct packet p = build(ip, protocols[k], 2, 11);

			check_truncated(&p);
		}
}

Test(checksum, malformed_frames_are_refused)
{
	struct packet good = build(V4, IPPROTO_TCP, 0, 4), p = good;

	p.frame[p.ip] = 0x44; /* a header of 16 bytes */
	check_untouched(&p, -EPROTO);
	p = good;
	p.frame[p.ip] = 0x65; /* version 6 */
	check_untouched(&p, -EPROTO);
	p = good;
	set16(&p, p.ip + 2, 19); /* shorter than its header */
	check_untouched(&p, -EPROTO);
	p = good;
	set16(&p, p.ip + 2, 39); /* half a TCP header */
	check_untouched(&p, -EPROTO);
	for (uint32_t length = 0; length < 8; length++) {
		p = build(V4, IPPROTO_UDP, 0, 4);
		set16(&p, p.transport + 4, length);
		check_untouched(&p, -EPROTO);
	}
	set16(&p, p.transport + 4, 13); /* a byte of the padding */
	check_untouched(&p, -EPROTO);
	p = build(V6_OPTIONS, IPPROTO_TCP, 0, 4);
	p.frame[p.ip + 41] = 255; /* longer than the packet */
	check_untouched(&p, -EPROTO);
	p = build(V6_ROUTED, IPPROTO_TCP, 0, 0);
	p.frame[p.ip + 41] = 0; /* no address */
	check_untouched(&p, -EPROTO);
	cr_assert_eq(zcxsk_checksum_finish(NULL, 64), -EINVAL);
	cr_assert_eq(zcxsk_checksum_verify(NULL, 64), -EINVAL);
}

Test(checksum, other_packets_are_left_alone)
{
	struct packet p = build(V4, IPPROTO_TCP, 0, 20);

	p.frame[12] = 0x88, p.frame[13] = 0xcc; /* LLDP */
	check_untouched(&p, 0);
	cr_assert_eq(verify(&p), 0);
	p = build(V4, IPPROTO_TCP, 0, 20);
	p.frame[p.ip + 9] = IPPROTO_SCTP;
	set16(&p, p.ip + 10, 0);
	cr_assert_eq(verify(&p), -EBADMSG); /* its IPv4 header */
	set16(&p, p.ip + 10, 0xffff - sum16(0, p.frame + p.ip, 20));
	check_untouched(&p, 0);
	cr_assert_eq(verify(&p), 1);
	p = build(V6, IPPROTO_TCP, 0, 20);
	p.frame[p.ip + 6] = IPPROTO_ICMP; /* means nothing in IPv6 */
	check_untouched(&p, 0);
	cr_assert_eq(verify(&p), 0);
	set16(&p, p.ip + 4, 0); /* the length of a jumbogram */
	check_untouched(&p, 0);
}

/* A routing header of an unknown type hides the final destination. */
Test(checksum, unknown_routes_are_left_alone)
{
	struct packet p = build(V6_VISITED, IPPROTO_UDP, 0, 20);

	p.frame[p.ip + 43] = 1;
	set16(&p, p.field, pseudo_header_of(&p));
	check_untouched(&p, 0);
	cr_assert_eq(verify(&p), 0);
}

Test(checksum, an_update_is_as_good_as_a_new_one)
{
	for (unsigned i = 0; i < 20000; i++) {
		struct packet p = build(V4, IPPROTO_TCP, 0, 31), before;
		uint32_t at = p.transport + 2 * prng_below(&prng, 8);
		uint32_t n = 1 + prng_below(&prng, p.end - at);
		uint16_t checksum;

		if (at < p.field + 2 && at + n > p.field)
			n = p.field - at;
		set16(&p, p.field, checksum_of(&p));
		before = p;
		for (uint32_t k = 0; k < n; k++)
			p.frame[at + k] = (uint8_t)prng_below(&prng, i % 2 ? 256 : 2) * 255;
		checksum = zcxsk_checksum_update(htons((uint16_t)get16(&p, p.field)),
						 before.frame + at, p.frame + at, n);
		cr_assert_eq(ntohs(checksum), checksum_of(&p), "%u bytes", n);
		cr_assert_eq(zcxsk_checksum_update(checksum, "", "", 0), checksum);
	}
}
