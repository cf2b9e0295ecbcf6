/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * situation.c - makes the situations in which a socket cannot be opened:
 *
 *   attach IFNAME native|generic   attaches a program by netlink, and ends
 *   hold IFNAME native|generic     attaches it by a bpf_link, until it is killed
 *   queue IFNAME                   binds a socket to queue 0, until it is killed
 *   families A,B... COMMAND...     runs a command that may open sockets of these only
 *   open IFNAME FRAMES             opens queue 0 with a UMEM of this many frames
 *   second IFNAME [redirect]       opens queue 0 and then queue 1, with its redirect
 *
 * "hold" and "queue" print a line once the situation is there.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <zcxsk/zcxsk.h>

#include "check.h"

#define FAMILIES_MAX 16
#define FRAME 4096u
#define RING 64

static int load_pass(void)
{
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "foreign", "GPL", pass, 2, NULL);

	CHECK("the program is loaded", fd >= 0);
	return fd;
}

static void wait_for_the_end(void)
{
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

static uint32_t flags_of(const char *how)
{
	return strcmp(how, "generic") ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
}

static int attach(char **words)
{
	int index = (int)if_nametoindex(words[0]);

	CHECK_EQ("attached", bpf_xdp_attach(index, load_pass(), flags_of(words[1]), NULL), 0);
	return 0;
}

static int hold(char **words)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags_of(words[1]));
	int index = (int)if_nametoindex(words[0]);

	CHECK("linked", bpf_link_create(load_pass(), index, BPF_XDP, &opts) >= 0);
	wait_for_the_end();
	return 0;
}

static int queue(char **words)
{
	struct sockaddr_xdp address = {.sxdp_family = AF_XDP, .sxdp_flags = XDP_COPY};
	struct xdp_umem_reg memory = {.len = RING * FRAME, .chunk_size = FRAME};
	static const int rings[] = {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING};
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	int size = RING;

	memory.addr = (uintptr_t)mmap(NULL, memory.len, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	address.sxdp_ifindex = if_nametoindex(words[0]);
	CHECK_EQ("UMEM", setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &memory, sizeof(memory)), 0);
	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++)
		CHECK_EQ("ring", setsockopt(fd, SOL_XDP, rings[i], &size, sizeof(size)), 0);
	/* As every user of the queue does; it shows in the process's maps. */
	CHECK("mapped", mmap(NULL, RING * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			     (off_t)XDP_UMEM_PGOFF_FILL_RING) != MAP_FAILED);
	CHECK_EQ("bound", bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	wait_for_the_end();
	return 0;
}

static uint32_t family_of(const char *name)
{
	static const struct {
		const char *name;
		uint32_t family;
	} known[] = {{"AF_UNIX", AF_UNIX},
		     {"AF_INET", AF_INET},
		     {"AF_NETLINK", AF_NETLINK},
		     {"AF_XDP", AF_XDP}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i].name, name))
			return known[i].family;
	fprintf(stderr, "unknown family %s\n", name);
	exit(2);
}

/* The filter that systemd makes of RestrictAddressFamilies=. */
static int families(char **words)
{
	struct sock_filter code[FAMILIES_MAX * 2 + 6] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
	};
	struct sock_fprog filter = {.len = 4, .filter = code};

	for (char *name = strtok(words[0], ","); name; name = strtok(NULL, ",")) {
		CHECK("few families", filter.len < FAMILIES_MAX * 2);
		code[filter.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
								  family_of(name), 0, 1);
		code[filter.len++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	code[filter.len++] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
	CHECK_EQ("no new privileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK_EQ("filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
	execvp(words[1], words + 1);
	perror(words[1]);
	return 2;
}

/* Opens a queue and closes it. Returns the status to end with. */
static int open_once(const char *ifname, uint32_t number, const struct zcxsk_socket_opts *opts)
{
	struct zcxsk_socket *socket;
	struct zcxsk_error error;
	char text[1200];

	if (!zcxsk_socket_open(&socket, ifname, number, opts, &error)) {
		zcxsk_socket_close(socket);
		return 0;
	}
	zcxsk_error_format(&error, text, sizeof(text));
	fprintf(stderr, "%s\n", text);
	return 1;
}

static int open_frames(char **words)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_umem_opts memory;

	zcxsk_umem_opts_init(&memory);
	memory.frames = (uint32_t)strtoul(words[1], NULL, 10);
	zcxsk_socket_opts_init(&opts);
	opts.umem_opts = &memory;
	return open_once(words[0], 0, &opts);
}

static int second(char **words)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *first;
	struct zcxsk_error error;
	int ret;

	zcxsk_socket_opts_init(&opts);
	CHECK_EQ("the first opens", zcxsk_socket_open(&first, words[0], 0, &opts, &error), 0);
	if (words[1])
		opts.redirect = zcxsk_socket_redirect(first);
	ret = open_once(words[0], 1, &opts);
	zcxsk_socket_close(first);
	return ret;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*make)(char **words);
		int words;
	} situations[] = {{"attach", attach, 2},    {"hold", hold, 2},
			  {"queue", queue, 1},	    {"families", families, 2},
			  {"open", open_frames, 2}, {"second", second, 1}};

	for (size_t i = 0; i < sizeof(situations) / sizeof(situations[0]); i++)
		if (argc >= 2 + situations[i].words && !strcmp(argv[1], situations[i].name))
			return situations[i].make(argv + 2);
	fprintf(stderr, "usage: %s SITUATION WORD...\n", argv[0]);
	return 2;
}
