/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checksum.c - completes, verifies and updates Internet checksums (RFC 1071).
 *
 * Sums are ones' complement sums of words in the machine's byte order: swapping
 * the bytes of every word only swaps those of the sum. A sum of bytes that are
 * not all 0 never folds to 0, so each checksum has one form.
 */
#include <zcxsk/checksum.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include "packet/headers.h"

#define ALL_ONES 0xffffu /* the sum of a packet with a valid checksum */

/* The checksum of a transport header. */
struct field {
	uint32_t at;	    /* offset in the frame */
	uint32_t length;    /* bytes that it covers, from the transport header on */
	bool pseudo_header; /* covers that too */
};

/* Adds len bytes; a last odd one counts as the first byte of a word. */
static uint64_t add_bytes(uint64_t sum, const void *data, uint32_t len)
{
	const uint8_t *at = data;
	uint64_t word;

	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sum += word;
		sum += sum < word; /* the carry of the addition */
	}
	word = 0;
	memcpy(&word, at, len);
	sum += word;
	return sum + (sum < word);
}

static uint16_t fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & ALL_ONES) + (sum >> 16);
	sum = (sum & ALL_ONES) + (sum >> 16);
	return (uint16_t)sum;
}

static uint16_t read_field(const uint8_t *frame, uint32_t at)
{
	uint16_t value;

	memcpy(&value, frame + at, sizeof(value));
	return value;
}

/* 1, 0 for a protocol whose checksum is not known here, or -EPROTO. */
static int find_field(struct field *f, const struct packet_headers *h, const uint8_t *frame)
{
	bool ipv4 = h->ip_header;
	uint32_t header;

	*f = (struct field){.length = h->length, .pseudo_header = true};
	if (h->protocol == IPPROTO_TCP) {
		header = sizeof(struct tcphdr);
		f->at = offsetof(struct tcphdr, check);
	} else if (h->protocol == IPPROTO_UDP) {
		header = sizeof(struct udphdr);
		f->at = offsetof(struct udphdr, check);
	} else if (h->protocol == IPPROTO_ICMP && ipv4) {
		header = ICMP_MINLEN;
		f->at = offsetof(struct icmphdr, checksum);
		f->pseudo_header = false;
	} else if (h->protocol == IPPROTO_ICMPV6 && !ipv4) {
		header = offsetof(struct icmp6_hdr, icmp6_dataun);
		f->at = offsetof(struct icmp6_hdr, icmp6_cksum);
	} else {
		return 0;
	}
	if (h->length < header)
		return -EPROTO;
	f->at += h->transport;
	if (h->protocol != IPPROTO_UDP)
		return 1;
	f->length = ntohs(read_field(frame, h->transport + offsetof(struct udphdr, len)));
	return f->length < header || f->length > h->length ? -EPROTO : 1;
}

static uint64_t add_pseudo_header(const struct field *f, const struct packet_headers *h,
				  const uint8_t *frame)
{
	uint64_t sum = htonl(f->length) + (uint64_t)htons(h->protocol);

	sum = add_bytes(sum, frame + h->source, h->address_bytes);
	return add_bytes(sum, frame + h->destination, h->address_bytes);
}

int zcxsk_checksum_finish(void *frame, uint32_t len)
{
	struct packet_headers h;
	struct field f;
	uint16_t checksum, pseudo_header;
	uint64_t sum;
	int ret;

	if (!frame)
		return -EINVAL;
	ret = packet_read_headers(&h, frame, len);
	if (ret > 0)
		ret = find_field(&f, &h, frame);
	if (ret <= 0 || !f.pseudo_header)
		return ret < 0 ? ret : 0;
	pseudo_header = fold(add_pseudo_header(&f, &h, frame));
	if (ZCXSK_LIKELY(read_field(frame, f.at) != pseudo_header))
		return 0;
	sum = add_bytes(0, (uint8_t *)frame + h.transport, f.length);
	if (fold((uint64_t)fold(sum) + pseudo_header) == ALL_ONES)
		return 0;
	checksum = (uint16_t)~fold(sum);
	/* In UDP, 0 means that there is none. */
	if (!checksum && h.protocol == IPPROTO_UDP)
		checksum = ALL_ONES;
	memcpy((uint8_t *)frame + f.at, &checksum, sizeof(checksum));
	return 1;
}

int zcxsk_checksum_verify(const void *frame, uint32_t len)
{
	const uint8_t *bytes = frame;
	struct packet_headers h;
	struct field f;
	uint64_t sum;
	int ret;

	if (!frame)
		return -EINVAL;
	ret = packet_read_headers(&h, bytes, len);
	if (ret < 0)
		return ret;
	if (h.ip_header && fold(add_bytes(0, bytes + h.ip, h.ip_header)) != ALL_ONES)
		return -EBADMSG;
	if (ret > 0)
		ret = find_field(&f, &h, bytes);
	if (ret <= 0)
		return ret < 0 ? ret : !!h.ip_header;
	if (h.protocol == IPPROTO_UDP && !read_field(bytes, f.at))
		return h.ip_header ? 1 : -EBADMSG;
	sum = f.pseudo_header ? add_pseudo_header(&f, &h, bytes) : 0;
	return fold(add_bytes(sum, bytes + h.transport, f.length)) == ALL_ONES ? 1 : -EBADMSG;
}

uint16_t zcxsk_checksum_update(uint16_t checksum, const void *before, const void *after,
			       uint32_t len)
{
	uint64_t sum = (uint16_t)~checksum;

	sum += (uint16_t)~fold(add_bytes(0, before, len));
	return (uint16_t)~fold(add_bytes(sum, after, len));
}
