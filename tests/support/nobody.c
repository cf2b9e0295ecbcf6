/* SPDX-License-Identifier: BSD-2-Clause */
/* nobody.c - gives up the privileges of root. */
#include "nobody.h"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

#define WORDS 2			/* of 32 bits, in version 3 of the system call */
#define MEMLOCK_BYTES (8 << 20) /* Linux's default for every user */

static void get(struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	CHECK_EQ("capget", syscall(SYS_capget, &header, data), 0);
}

static void set(const struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	CHECK_EQ("capset", syscall(SYS_capset, &header, data), 0);
}

void nobody_drop(unsigned capability)
{
	struct __user_cap_data_struct data[WORDS];

	get(data);
	data[capability / 32].effective &= ~(1u << capability % 32);
	data[capability / 32].permitted &= ~(1u << capability % 32);
	set(data);
}

/* Restores the settings that a change of user resets. */
static void settle(void)
{
	/* Sanitizers inspect their own process, which needs this. */
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void nobody_become(unsigned user, int kept)
{
	struct rlimit limit = {MEMLOCK_BYTES, MEMLOCK_BYTES};
	struct __user_cap_data_struct data[WORDS] = {0};

	CHECK_EQ("limit", setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	CHECK_EQ("groups", setgroups(0, NULL), 0);
	CHECK_EQ("group", setgid(user), 0);
	prctl(PR_SET_KEEPCAPS, kept >= 0);
	CHECK_EQ("user", setuid(user), 0);
	if (kept >= 0)
		data[kept / 32].effective = data[kept / 32].permitted = 1u << kept % 32;
	set(data);
	settle();
}

bool nobody_leave(void)
{
	struct __user_cap_data_struct none[WORDS] = {0};
	bool moves = true;

#ifdef __SANITIZE_THREAD__ /* fails because of the sanitizer's own thread */
	moves = false;
#endif
	if (moves)
		CHECK_EQ("namespaces", unshare(CLONE_NEWUSER | CLONE_NEWNET), 0);
	set(none);
	settle();
	return moves;
}
