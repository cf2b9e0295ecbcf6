/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deny.c - deny ethtool|netlink|requests ERRNO COMMAND...
 *
 * Runs the command under a seccomp filter: SIOCETHTOOL, netlink sockets, or each sendto()
 * end with this number as their errno and do nothing. With 0 they seem to succeed, so that
 * a netlink request is never answered.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

/* A call, and the value of one of its arguments. */
struct denied {
	const char *word;
	uint32_t call;
	uint32_t argument; /* its offset in struct seccomp_data */
	uint32_t value;
};

static const struct denied table[] = {
	{"ethtool", __NR_ioctl, offsetof(struct seccomp_data, args[1]), SIOCETHTOOL},
	{"netlink", __NR_socket, offsetof(struct seccomp_data, args[0]), AF_NETLINK},
	/* Whatever its arguments are: the system call's own number is compared again. */
	{"requests", __NR_sendto, offsetof(struct seccomp_data, nr), __NR_sendto},
};

static void deny(const struct denied *denied, uint32_t code)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied->call, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, denied->argument),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied->value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | code),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

	CHECK_EQ("no new privileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK_EQ("filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

int main(int argc, char **argv)
{
	CHECK("three words", argc > 3);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].word, argv[1]))
			deny(&table[i], (uint32_t)atoi(argv[2]));
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 2;
}
