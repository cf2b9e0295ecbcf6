/* SPDX-License-Identifier: BSD-2-Clause */
/* privilege.c - drops capabilities with capset() and prctl(). */
#include "privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SET_WORDS 2u /* of 32 bits, in version 3 of the call */

static const struct {
	unsigned number;
	const char *name;
} kept[] = {
	{CAP_NET_RAW, "CAP_NET_RAW"},
	{CAP_NET_ADMIN, "CAP_NET_ADMIN"},
	{CAP_BPF, "CAP_BPF"},
	{CAP_PERFMON, "CAP_PERFMON"},
};

/* Limits what execve() could regain; without CAP_SETPCAP only NO_NEW_PRIVS does. */
static void reduce_bounds(const uint32_t *keep)
{
	for (unsigned number = 0; prctl(PR_CAPBSET_READ, number) >= 0; number++)
		if (number / 32 >= SET_WORDS || !(keep[number / 32] >> number % 32 & 1))
			prctl(PR_CAPBSET_DROP, number);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

bool privilege_reduce(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[SET_WORDS];
	uint32_t keep[SET_WORDS] = {0};

	if (syscall(SYS_capget, &header, data)) {
		fprintf(stderr, "zcxskd: cannot read the capabilities: %s\n", strerror(errno));
		return false;
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		unsigned word = kept[i].number / 32, bit = kept[i].number % 32;

		if (!(data[word].permitted >> bit & 1)) {
			fprintf(stderr, "zcxskd: %s is missing; run it as root\n", kept[i].name);
			return false;
		}
		keep[word] |= 1u << bit;
	}
	reduce_bounds(keep);
	for (unsigned i = 0; i < SET_WORDS; i++) {
		data[i].permitted = data[i].effective = keep[i];
		data[i].inheritable = 0;
	}
	if (!syscall(SYS_capset, &header, data))
		return true;
	fprintf(stderr, "zcxskd: cannot drop capabilities: %s\n", strerror(errno));
	return false;
}
