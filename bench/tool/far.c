/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * far.c - the far end's XDP program. The kernel detaches it when its link is closed,
 * even if the bench is killed.
 */
#include <asm/byteorder.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "link.h"
#include "place.h"
#include "runner.h"

enum { ETHERTYPE_AT = 12, PROTOCOL_AT = 23, HEADERS = 42 }; /* bytes into the packet */

#define INSN(what, to, from, at, number)                                                           \
	{                                                                                          \
		.code = (what), .dst_reg = (to), .src_reg = (from), .off = (at), .imm = (number)   \
	}
#define MOVE(to, from) INSN(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0)
#define NUMBER(to, number) INSN(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, number)
#define ADD(to, number) INSN(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, number)
#define LOAD(size, to, from, at) INSN(BPF_LDX | BPF_MEM | (size), to, from, at, 0)
#define STORE(size, to, at, from) INSN(BPF_STX | BPF_MEM | (size), to, from, at, 0)
#define UNLESS_EQUAL(reg, number, skip) INSN(BPF_JMP | BPF_JNE | BPF_K, reg, 0, skip, number)
#define IF_ABOVE(a, b, skip) INSN(BPF_JMP | BPF_JGT | BPF_X, a, b, skip, 0)
#define CALL(helper) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define SWAP(size, a, b)                                                                           \
	LOAD(size, 4, 2, a), LOAD(size, 5, 2, b), STORE(size, 2, a, 5), STORE(size, 2, b, 4)

static const struct bpf_insn drop_code[] = {NUMBER(0, XDP_DROP), EXIT};

/*
 * Swaps addresses and ports, which keeps the checksums valid, and drops all packets
 * but UDP over IPv4. r2 is the packet, r6 the context. It redirects to the ingress
 * interface: after XDP_TX, veth wakes the peer only if that has a program, too.
 */
static const struct bpf_insn echo_code[] = {
	MOVE(6, 1),
	LOAD(BPF_W, 2, 1, offsetof(struct xdp_md, data)),
	LOAD(BPF_W, 3, 1, offsetof(struct xdp_md, data_end)),
	MOVE(4, 2),
	ADD(4, HEADERS),
	IF_ABOVE(4, 3, 28),
	LOAD(BPF_H, 4, 2, ETHERTYPE_AT),
	UNLESS_EQUAL(4, __constant_htons(ETH_P_IP), 26),
	LOAD(BPF_B, 4, 2, PROTOCOL_AT),
	UNLESS_EQUAL(4, IPPROTO_UDP, 24),
	SWAP(BPF_H, 0, 6),
	SWAP(BPF_H, 2, 8),
	SWAP(BPF_H, 4, 10),
	SWAP(BPF_W, 26, 30), /* addresses */
	SWAP(BPF_H, 34, 36), /* ports */
	LOAD(BPF_W, 1, 6, offsetof(struct xdp_md, ingress_ifindex)),
	NUMBER(2, 0),
	CALL(BPF_FUNC_redirect),
	EXIT,
	NUMBER(0, XDP_DROP),
	EXIT,
};

static int load(enum far_end far_end)
{
	if (far_end == FAR_DROPS)
		return bpf_prog_load(BPF_PROG_TYPE_XDP, "drop", "Dual BSD/GPL", drop_code,
				     sizeof(drop_code) / sizeof(drop_code[0]), NULL);
	return bpf_prog_load(BPF_PROG_TYPE_XDP, "echo", "Dual BSD/GPL", echo_code,
			     sizeof(echo_code) / sizeof(echo_code[0]), NULL);
}

/* Call it in the far end's namespace. Returns a descriptor or -errno. */
static int attach(const char *ifname, enum far_end far_end)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int program, link, ifindex = (int)if_nametoindex(ifname);

	if (!ifindex)
		return -errno;
	program = load(far_end);
	if (program < 0)
		return program;
	link = bpf_link_create(program, ifindex, BPF_XDP, &opts);
	if (link < 0) {
		opts.flags = XDP_FLAGS_SKB_MODE;
		link = bpf_link_create(program, ifindex, BPF_XDP, &opts);
	}
	close(program);
	return link;
}

/*
 * A veth end receives XDP's echoes only with NAPI, which GRO enables, and with
 * complete checksums. Other drivers may lack these switches and do not need them.
 */
static void prepare_near(const struct place *place, bool echo)
{
	struct ethtool_value gro = {.cmd = ETHTOOL_SGRO, .data = echo};
	struct ethtool_value checksum = {.cmd = ETHTOOL_STXCSUM, .data = !echo};

	(void)link_ethtool(place->near, &gro);
	(void)link_ethtool(place->near, &checksum);
}

int place_set_far(struct place *place, enum far_end far_end, char *why)
{
	int ret;

	if (!place->far[0]) {
		snprintf(why, WHY_BYTES, "the far end of %s does not belong to the bench",
			 place->near);
		return far_end == FAR_DROPS && place->sink ? 0 : -EOPNOTSUPP;
	}
	if (place->far_link >= 0)
		close(place->far_link);
	place->far_link = -1;
	place->far_end = far_end;
	place->sink = far_end == FAR_DROPS;
	prepare_near(place, far_end != FAR_DROPS);
	if (far_end == FAR_PASSES)
		return 0;
	ret = place_enter_far(place);
	if (!ret) {
		place->far_link = attach(place->far, far_end);
		ret = place_enter_near(place);
	}
	if (place->far_link < 0)
		ret = place->far_link;
	if (ret)
		snprintf(why, WHY_BYTES, "far end %s: XDP program: %s", place->far, strerror(-ret));
	return ret;
}
