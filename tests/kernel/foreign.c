/* SPDX-License-Identifier: BSD-2-Clause */
/* foreign.c - puts a program together, and attaches it by a link. */
#include "foreign.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <unistd.h>

#include "check.h"
#include "rig.h"

#define HELPER_REDIRECT_MAP 51 /* the kernel's number of bpf_redirect_map() */
#define INSTRUCTIONS_MAX 64u

static int load(int map_fd, const struct bpf_insn *first, size_t count)
{
	const struct bpf_insn begin = {
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_6, .src_reg = BPF_REG_1};
	const struct bpf_insn end[] = {
		{.code = BPF_LDX | BPF_MEM | BPF_W,
		 .dst_reg = BPF_REG_2,
		 .src_reg = BPF_REG_6,
		 .off = offsetof(struct xdp_md, rx_queue_index)},
		{.code = BPF_LD | BPF_DW | BPF_IMM,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_PSEUDO_MAP_FD,
		 .imm = map_fd},
		{0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_CALL, .imm = HELPER_REDIRECT_MAP},
		{.code = BPF_JMP | BPF_EXIT},
	};
	struct bpf_insn code[INSTRUCTIONS_MAX];

	CHECK("instructions", 1 + count + sizeof(end) / sizeof(end[0]) <= INSTRUCTIONS_MAX);
	code[0] = begin;
	if (count)
		memcpy(code + 1, first, count * sizeof(*first));
	memcpy(code + 1 + count, end, sizeof(end));
	return bpf_prog_load(BPF_PROG_TYPE_XDP, "others", "GPL", code,
			     1 + count + sizeof(end) / sizeof(end[0]), NULL);
}

struct foreign foreign_attach(const char *ifname, enum zcxsk_mode mode,
			      const struct bpf_insn *first, size_t count)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = mode == ZCXSK_MODE_GENERIC_COPY ? XDP_FLAGS_SKB_MODE
							     : XDP_FLAGS_DRV_MODE);
	struct foreign f;

	f.map_fd = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "others", sizeof(uint32_t), sizeof(uint32_t),
				  1, NULL);
	CHECK("map", f.map_fd >= 0);
	f.prog_fd = load(f.map_fd, first, count);
	CHECK("program", f.prog_fd >= 0);
	f.link_fd = bpf_link_create(f.prog_fd, (int)if_nametoindex(ifname), BPF_XDP, &opts);
	CHECK("link", f.link_fd >= 0);
	f.id = rig_program(ifname);
	return f;
}

void foreign_detach(const struct foreign *f)
{
	close(f->link_fd);
	close(f->prog_fd);
	close(f->map_fd);
}
