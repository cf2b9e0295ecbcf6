/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xdp_drop.c - drops every packet that an interface receives, in native XDP: the
 * cheapest far end of a sender. Prints "ready" once the program is attached, and runs
 * until SIGINT or SIGTERM. The kernel detaches the program when the process ends.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int attach(const char *ifname)
{
	static const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_DROP},
		{.code = BPF_JMP | BPF_EXIT}};
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int program, link, ifindex = (int)if_nametoindex(ifname);

	if (!ifindex)
		return -errno;
	program = bpf_prog_load(BPF_PROG_TYPE_XDP, "xdp_drop", "Dual BSD/GPL", code,
				sizeof(code) / sizeof(code[0]), NULL);
	if (program < 0)
		return program;
	link = bpf_link_create(program, ifindex, BPF_XDP, &opts);
	return link < 0 ? link : 0;
}

int main(int argc, char **argv)
{
	sigset_t set;
	int ret, number;

	if (argc != 2) {
		fputs("usage: xdp-drop IFACE\n", stderr);
		return 2;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ret = attach(argv[1]);
	if (ret) {
		fprintf(stderr, "xdp-drop: %s: %s\n", argv[1], strerror(-ret));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	sigwait(&set, &number);
	return 0;
}
