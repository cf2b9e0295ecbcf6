/* SPDX-License-Identifier: BSD-2-Clause */
/* machine.c - kernel, hypervisor, processors, memory, and what this process may do. */
#include "machine.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "json_text.h"
#include "redirect/guard_proc.h"

#define LINE_SIZE 256
#define FILE_SIZE 16384 /* bytes: /proc/meminfo and /proc/self/status have some 2000 */

/* Sets a fact to the first line of a file. */
static void set_line(struct facts *facts, const char *group, const char *name, const char *path)
{
	char text[LINE_SIZE];
	int got = guard_proc_read(path, text, sizeof(text));

	if (got < 0) {
		facts_unknown(facts, group, name, got);
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	facts_set_text(facts, group, name, text);
}

static void read_kernel(struct facts *facts)
{
	struct utsname name;

	if (uname(&name)) {
		facts_unknown(facts, "machine", "kernel", -errno);
		return;
	}
	facts_set_text(facts, "machine", "kernel", name.release);
	facts_set_text(facts, "machine", "architecture", name.machine);
	facts_set_number(facts, "machine", "page_size", sysconf(_SC_PAGESIZE));
	facts_set_number(facts, "machine", "processors", sysconf(_SC_NPROCESSORS_ONLN));
	set_line(facts, "machine", "numa_nodes", "/sys/devices/system/node/online");
	set_line(facts, "machine", "vendor", "/sys/class/dmi/id/sys_vendor");
	set_line(facts, "machine", "product", "/sys/class/dmi/id/product_name");
	set_line(facts, "machine", "unprivileged_bpf_disabled",
		 "/proc/sys/kernel/unprivileged_bpf_disabled");
}

/* A line "NAME: NUMBER" of a file in /proc, in this base. */
static void set_field(struct facts *facts, const char *fact, const char *text, const char *field)
{
	const char *at = strstr(text, field);

	if (at)
		facts_set_number(facts, "memory", fact, atoll(at + strlen(field)));
	else
		facts_unknown(facts, "memory", fact, -ENOENT);
}

static void read_memory(struct facts *facts)
{
	char text[FILE_SIZE];
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit))
		facts_unknown(facts, "memory", "memlock_bytes", -errno);
	else if (limit.rlim_cur == RLIM_INFINITY)
		facts_set_text(facts, "memory", "memlock_bytes", "unlimited");
	else
		facts_set_number(facts, "memory", "memlock_bytes", (long long)limit.rlim_cur);
	if (guard_proc_read("/proc/meminfo", text, sizeof(text)) < 0)
		text[0] = '\0';
	set_field(facts, "available_kib", text, "\nMemAvailable:");
	set_field(facts, "huge_pages_free", text, "\nHugePages_Free:");
	set_field(facts, "huge_page_kib", text, "\nHugepagesize:");
	set_line(facts, "memory", "transparent_huge_pages",
		 "/sys/kernel/mm/transparent_hugepage/enabled");
}

static void read_capabilities(struct facts *facts)
{
	static const struct {
		unsigned bit;
		const char *name;
	} table[] = {
		{CAP_NET_RAW, "net_raw"},	/* a socket */
		{CAP_NET_ADMIN, "net_admin"},	/* attaching */
		{CAP_BPF, "bpf"},		/* the program and its maps */
		{CAP_PERFMON, "perfmon"},	/* the verifier, up to 6.18 */
		{CAP_IPC_LOCK, "ipc_lock"},	/* memory beyond RLIMIT_MEMLOCK */
		{CAP_SYS_ADMIN, "sys_admin"},	/* seeing programs of others */
		{CAP_SYS_PTRACE, "sys_ptrace"}, /* seeing sockets of others */
	};
	char text[FILE_SIZE];
	const char *at;
	uint64_t set;

	if (guard_proc_read("/proc/self/status", text, sizeof(text)) < 0 ||
	    !(at = strstr(text, "\nCapEff:"))) {
		facts_unknown(facts, "capabilities", "effective", -ENOENT);
		return;
	}
	set = strtoull(at + strlen("\nCapEff:"), NULL, 16);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		facts_set_yes(facts, "capabilities", table[i].name, set >> table[i].bit & 1);
}

void machine_read(struct facts *facts)
{
	read_kernel(facts);
	read_memory(facts);
	read_capabilities(facts);
}
