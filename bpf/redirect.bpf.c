// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
/*
 * redirect.bpf.c - the XDP program: packets that a rule asks for go to the
 * socket of their queue, everything else passes to the kernel.
 *
 * A packet is first described (struct key: which fields could be read, and
 * their values), then compared with the rules. A field that lies beyond the
 * end of the packet, or in a header that makes no sense, is not in the key and
 * matches no rule.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "redirect_abi.h"

/* Provider and customer tag; a third tag counts as the EtherType. */
#define VLAN_TAGS 2

/*
 * Extension headers skipped in one IPv6 packet. RFC 8200 recommends at most
 * one of each kind but for destination options, which may stand twice: 5.
 */
#define IPV6_EXTENSIONS 5

#define IPV4_OFFSET_MASK 0x1fff /* fragment offset, in units of 8 bytes */
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
	__u32 fields; /* REDIRECT_*: those that could be read */
	__u16 ethertype;
	__u16 dst_port;
	__u8 ip_protocol;
};

/* Sized to the queues of the interface when loaded; a queue beyond passes. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} zcxsk_sockets SEC(".maps");

/* A map rather than constants, so that rules can change while attached. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct redirect_config);
} zcxsk_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct redirect_counters);
} zcxsk_counters SEC(".maps");

static __always_inline void count(enum redirect_counter which)
{
	__u32 zero = 0;
	struct redirect_counters *counters = bpf_map_lookup_elem(&zcxsk_counters, &zero);

	if (counters)
		counters->packets[which]++;
}

static __always_inline void read_ports(struct key *key, void *at, void *end)
{
	struct ports *ports = at;

	if (key->ip_protocol != IPPROTO_UDP && key->ip_protocol != IPPROTO_TCP)
		return;
	if ((void *)(ports + 1) > end)
		return;
	key->dst_port = bpf_ntohs(ports->dst);
	key->fields |= REDIRECT_DST_PORT;
}

static __always_inline void read_ipv4(struct key *key, void *at, void *end)
{
	struct iphdr *ip = at;
	__u32 length;

	if ((void *)(ip + 1) > end || ip->version != 4)
		return;
	length = ip->ihl * 4;
	if (length < sizeof(*ip) || at + length > end)
		return;
	key->ip_protocol = ip->protocol;
	key->fields |= REDIRECT_IP_PROTOCOL;
	if (!(ip->frag_off & bpf_htons(IPV4_OFFSET_MASK)))
		read_ports(key, at + length, end);
}

static __always_inline int is_extension(__u8 protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT;
}

static __always_inline void read_ipv6(struct key *key, void *at, void *end)
{
	struct ipv6hdr *ip = at;
	__u8 next;
	int later = 0;

	if ((void *)(ip + 1) > end || ip->version != 6)
		return;
	next = ip->nexthdr;
	at += sizeof(*ip);
	/* What follows the header of a later fragment is payload, not headers. */
	for (int i = 0; i < IPV6_EXTENSIONS && is_extension(next) && !later; i++) {
		struct ipv6_extension *ext = at;

		if ((void *)(ext + 1) > end)
			return;
		if (next == IPPROTO_FRAGMENT) {
			later = !!(ext->offset & bpf_htons(IPV6_OFFSET_MASK));
			at += sizeof(*ext);
		} else {
			at += (ext->length + 1) * 8;
		}
		next = ext->next;
		if (at > end)
			return;
	}
	if (is_extension(next) && !later)
		return;
	key->ip_protocol = next;
	key->fields |= REDIRECT_IP_PROTOCOL;
	if (!later)
		read_ports(key, at, end);
}

static __always_inline void read_packet(struct key *key, void *at, void *end)
{
	struct ethhdr *eth = at;
	__be16 ethertype;

	if ((void *)(eth + 1) > end)
		return;
	ethertype = eth->h_proto;
	at += sizeof(*eth);
	for (int i = 0; i < VLAN_TAGS; i++) {
		struct vlan_tag *tag = at;

		if (ethertype != bpf_htons(ETH_P_8021Q) && ethertype != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > end)
			return;
		ethertype = tag->ethertype;
		at += sizeof(*tag);
	}
	key->ethertype = bpf_ntohs(ethertype);
	key->fields |= REDIRECT_ETHERTYPE;
	if (key->ethertype == ETH_P_IP)
		read_ipv4(key, at, end);
	else if (key->ethertype == ETH_P_IPV6)
		read_ipv6(key, at, end);
}

static __always_inline int rule_matches(const struct redirect_rule *rule, const struct key *key)
{
	/* No field named would match everything: that is take_all's. */
	if (!rule->fields || rule->fields & ~key->fields)
		return 0;
	if (rule->fields & REDIRECT_ETHERTYPE && rule->ethertype != key->ethertype)
		return 0;
	if (rule->fields & REDIRECT_IP_PROTOCOL && rule->ip_protocol != key->ip_protocol)
		return 0;
	if (rule->fields & REDIRECT_DST_PORT && rule->dst_port != key->dst_port)
		return 0;
	return 1;
}

static __always_inline int is_taken(const struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct key key = {};
	struct redirect_config *config = bpf_map_lookup_elem(&zcxsk_config, &zero);

	if (!config || config->version != REDIRECT_VERSION)
		return 0;
	if (config->take_all)
		return 1;
	read_packet(&key, (void *)(long)ctx->data, (void *)(long)ctx->data_end);
	for (__u32 i = 0; i < REDIRECT_RULES && i < config->rule_count; i++)
		if (rule_matches(&config->rules[i], &key))
			return 1;
	return 0;
}

SEC("xdp")
int zcxsk_redirect(struct xdp_md *ctx)
{
	int verdict;

	if (!is_taken(ctx)) {
		count(REDIRECT_PASSED);
		return XDP_PASS;
	}
	/* The flag is the verdict for a queue without a socket. */
	verdict = bpf_redirect_map(&zcxsk_sockets, ctx->rx_queue_index, XDP_PASS);
	count(verdict == XDP_REDIRECT ? REDIRECT_REDIRECTED : REDIRECT_NO_SOCKET);
	return verdict;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
