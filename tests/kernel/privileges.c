// SPDX-License-Identifier: BSD-2-Clause
/* privileges.c - without a capability the refusal names the one that is missing. */
#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "rig.h"

/* Takes capabilities out of what this process may use. */
static void drop(unsigned capability)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	CHECK_EQ("capget", syscall(SYS_capget, &header, data), 0);
	data[capability / 32].effective &= ~(1u << capability % 32);
	data[capability / 32].permitted &= ~(1u << capability % 32);
	CHECK_EQ("capset", syscall(SYS_capset, &header, data), 0);
}

/* Tries to open without the two; the explanation must name the word. */
static void without(unsigned first, unsigned second, enum zcxsk_mode mode, const char *word)
{
	pid_t child = fork();
	int status = 0;

	CHECK("fork", child >= 0);
	if (child == 0) {
		struct zcxsk_error error;
		struct rig_opts o;

		drop(first);
		drop(second);
		rig_opts(&o, mode);
		rig_open_refused("opening without a capability", rig_left(0), 0, &o.socket, -EPERM,
				 &error);
		CHECK_NAMES("the missing capability is named", error.cause, word);
		exit(0);
	}
	CHECK_EQ("wait", waitpid(child, &status, 0), child);
	CHECK_EQ(word, status, 0);
}

static void missing(enum zcxsk_mode mode)
{
	without(CAP_NET_RAW, CAP_NET_RAW, mode, "CAP_NET_RAW");
	/* CAP_SYS_ADMIN stands for each of the others. */
	without(CAP_BPF, CAP_SYS_ADMIN, mode, "CAP_BPF");
	without(CAP_NET_ADMIN, CAP_SYS_ADMIN, mode, "CAP_NET_ADMIN");
	CHECK_EQ("a refusal leaves no program", rig_program(rig_left(0)), 0);
	zcxsk_socket_close(rig_open_plain(rig_left(0), mode));
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(missing);
	return 0;
}
