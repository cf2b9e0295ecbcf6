/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * packet_key.h - the key of a packet that the rules are compared with: the
 * fields that could be read, and their values. The key lacks fields beyond the
 * end of the frame or of the IP packet, which padding may follow, and fields in
 * a malformed header.
 */
#ifndef ZCXSK_BPF_PACKET_KEY_H
#define ZCXSK_BPF_PACKET_KEY_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "redirect_abi.h"

/*
 * Extension headers skipped in one IPv6 packet. RFC 8200 recommends at most one
 * of each kind, except destination options, which may occur twice: 5.
 */
#define IPV6_EXTENSIONS 5

/* Most bytes before the IP header: Ethernet, provider tag and customer tag. */
#define LINK_HEADERS_MAX (sizeof(struct ethhdr) + 2 * sizeof(struct vlan_tag))

#define VLAN_ID_MASK 0x0fff /* of the tag; the bits above are the priority */
#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_OFFSET_MASK 0x1fff /* fragment offset, in units of 8 bytes */
#define IPV6_MORE_FRAGMENTS 0x0001
#define IPV6_OFFSET_MASK 0xfff8 /* fragment offset above three flag bits */

struct vlan_tag {
	__be16 tci;
	__be16 ethertype; /* of what follows */
};

struct ipv6_extension {
	__u8 next;
	__u8 length;   /* units of 8 bytes after the first 8; not of fragments */
	__be16 offset; /* fragment headers only */
	__u32 rest;
};

struct ports {
	__be16 src;
	__be16 dst;
};

struct key {
	__u32 fields; /* REDIRECT_*: the fields that could be read */
	__u16 values[REDIRECT_VALUES];
	struct redirect_address src;
	struct redirect_address dst;
};

/*
 * The key of the current packet. The verifier does not track map contents; on
 * the stack, it would carry each path through the headers on through all boxes.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct key);
} zcxsk_packet SEC(".maps");

static __always_inline struct key *this_packet(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&zcxsk_packet, &zero);
}

/* Bit n of `fields` belongs to value n. */
static __always_inline void set_value(struct key *key, enum redirect_value which, __u16 value)
{
	key->values[which] = value;
	key->fields |= 1u << which;
}

/* The transport header, up to the end of the frame and of the IP packet. */
struct transport {
	void *at;
	void *end;  /* of the frame */
	__u32 left; /* bytes of the IP packet */
};

static __always_inline void read_ports(struct key *key, const struct transport *t)
{
	struct ports *ports = t->at;

	if (t->left < sizeof(*ports) || (void *)(ports + 1) > t->end)
		return;
	set_value(key, REDIRECT_V_SRC_PORT, bpf_ntohs(ports->src));
	set_value(key, REDIRECT_V_DST_PORT, bpf_ntohs(ports->dst));
}

/*
 * Reads the transport header; not called for later fragments. icmp is the number of
 * ICMP in this version of IP.
 */
static __always_inline void read_transport(struct key *key, __u8 protocol, __u8 icmp,
					   const struct transport *t)
{
	if (protocol == IPPROTO_UDP || protocol == IPPROTO_TCP || protocol == IPPROTO_SCTP)
		read_ports(key, t);
	else if (protocol == icmp && t->left && t->at + 1 <= t->end)
		set_value(key, REDIRECT_V_ICMP_TYPE, *(__u8 *)t->at);
}

/* Reads an IPv4 header at that offset in the packet. */
static __always_inline void read_ipv4(struct xdp_md *ctx, struct key *key, __u64 offset)
{
	void *end = (void *)(long)ctx->data_end;
	struct transport transport = {.end = end};
	enum redirect_fragment fragment;
	struct iphdr *ip;
	__u32 length, total;
	void *at;

	ip = at = (void *)(long)ctx->data + offset;
	if ((void *)(ip + 1) > end || ip->version != 4)
		return;
	length = ip->ihl * 4;
	if (length < sizeof(*ip) || at + length > end)
		return;
	key->src.low = bpf_ntohl(ip->saddr);
	key->dst.low = bpf_ntohl(ip->daddr);
	key->fields |= REDIRECT_IPV4;
	fragment = ip->frag_off & bpf_htons(IPV4_OFFSET_MASK)	   ? REDIRECT_LATER
		   : ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS) ? REDIRECT_FIRST
								   : REDIRECT_WHOLE;
	set_value(key, REDIRECT_V_FRAGMENT, fragment);
	set_value(key, REDIRECT_V_IP_PROTOCOL, ip->protocol);
	total = bpf_ntohs(ip->tot_len);
	transport.left = total > length ? total - length : 0;
	transport.at = at + length;
	if (fragment != REDIRECT_LATER)
		read_transport(key, ip->protocol, IPPROTO_ICMP, &transport);
}

static __always_inline void set_address6(struct redirect_address *address,
					 const struct in6_addr *from)
{
	address->high = (__u64)bpf_ntohl(from->in6_u.u6_addr32[0]) << 32 |
			bpf_ntohl(from->in6_u.u6_addr32[1]);
	address->low = (__u64)bpf_ntohl(from->in6_u.u6_addr32[2]) << 32 |
		       bpf_ntohl(from->in6_u.u6_addr32[3]);
}

static __always_inline int is_extension(__u8 protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT;
}

/* Keeps the addresses even if the headers after them are malformed. */
static __always_inline void read_ipv6(struct xdp_md *ctx, struct key *key, __u64 offset)
{
	enum redirect_fragment fragment = REDIRECT_WHOLE;
	void *end = (void *)(long)ctx->data_end;
	struct transport transport = {.end = end};
	struct ipv6hdr *ip;
	__u32 left, length;
	__u8 next;
	void *at;

	ip = at = (void *)(long)ctx->data + offset;
	if ((void *)(ip + 1) > end || ip->version != 6)
		return;
	set_address6(&key->src, &ip->saddr);
	set_address6(&key->dst, &ip->daddr);
	key->fields |= REDIRECT_IPV6;
	next = ip->nexthdr;
	left = bpf_ntohs(ip->payload_len);
	at += sizeof(*ip);
	for (int i = 0; i < IPV6_EXTENSIONS && is_extension(next); i++) {
		struct ipv6_extension *ext = at;

		if ((void *)(ext + 1) > end)
			return;
		length = sizeof(*ext);
		if (next == IPPROTO_FRAGMENT) {
			if (ext->offset & bpf_htons(IPV6_OFFSET_MASK))
				fragment = REDIRECT_LATER;
			else if (ext->offset & bpf_htons(IPV6_MORE_FRAGMENTS))
				fragment = REDIRECT_FIRST;
		} else {
			length = (ext->length + 1) * 8;
		}
		next = ext->next;
		at += length;
		if (at > end || length > left)
			return;
		left -= length;
		/* A later fragment has payload after this header, not headers. */
		if (fragment == REDIRECT_LATER)
			break;
	}
	if (is_extension(next) && fragment != REDIRECT_LATER)
		return;
	set_value(key, REDIRECT_V_FRAGMENT, fragment);
	set_value(key, REDIRECT_V_IP_PROTOCOL, next);
	transport.at = at;
	transport.left = left;
	if (fragment != REDIRECT_LATER)
		read_transport(key, next, IPPROTO_ICMPV6, &transport);
}

static __always_inline void read_ip(struct xdp_md *ctx, struct key *key, __be16 ethertype,
				    __u64 offset)
{
	set_value(key, REDIRECT_V_ETHERTYPE, bpf_ntohs(ethertype));
	if (ethertype == bpf_htons(ETH_P_IP))
		read_ipv4(ctx, key, offset);
	else if (ethertype == bpf_htons(ETH_P_IPV6))
		read_ipv6(ctx, key, offset);
}

/*
 * A global function, so that the verifier checks it once and not again for each
 * number of tags. It gets no pointer to the key, since before Linux 6.8 a
 * global function cannot take a pointer into a map.
 */
__attribute__((noinline)) int read_ip_behind_tags(struct xdp_md *ctx, __u32 ethertype, __u64 offset)
{
	struct key *key = this_packet();

	if (key && offset <= LINK_HEADERS_MAX)
		read_ip(ctx, key, (__be16)ethertype, offset);
	return 0;
}

/* Reads a VLAN tag; false if it is not complete. */
static __always_inline int read_tag(struct key *key, enum redirect_value which, __be16 *ethertype,
				    struct vlan_tag *tag, void *end)
{
	if ((void *)(tag + 1) > end)
		return 0;
	set_value(key, which, bpf_ntohs(tag->tci) & VLAN_ID_MASK);
	*ethertype = tag->ethertype;
	return 1;
}

static __always_inline int is_vlan(__be16 ethertype)
{
	return ethertype == bpf_htons(ETH_P_8021Q) || ethertype == bpf_htons(ETH_P_8021AD);
}

/* Skips provider and customer tag; a third tag counts as the EtherType. */
static __always_inline void read_tags(struct xdp_md *ctx, struct key *key, __be16 ethertype)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct vlan_tag *tag = (void *)(eth + 1);
	__u64 offset = sizeof(*eth) + sizeof(*tag);

	if (!read_tag(key, REDIRECT_V_VLAN, &ethertype, tag, end))
		return;
	if (is_vlan(ethertype)) {
		if (!read_tag(key, REDIRECT_V_INNER_VLAN, &ethertype, tag + 1, end))
			return;
		offset += sizeof(*tag);
	}
	read_ip_behind_tags(ctx, ethertype, offset);
}

/* Most packets have no tags: for them the offset is a constant. */
static __always_inline void read_packet(struct xdp_md *ctx, struct key *key)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > end)
		return;
	if (is_vlan(eth->h_proto))
		read_tags(ctx, key, eth->h_proto);
	else
		read_ip(ctx, key, eth->h_proto, sizeof(*eth));
}

#endif
