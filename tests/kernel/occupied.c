/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * occupied.c - an interface that has another XDP program: the refusal names who holds it,
 * and its remedy works, whether that is this process, another one, a child that a killed
 * process has left, nobody, or somebody whom /proc does not show.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "netns.h"
#include "nobody.h"
#include "rig.h"

#define QUEUES 2u
#define CLEAN_NS 1000000000ull
#define PAUSE_MS 5

static struct zcxsk_error error;

static void refused(const char *behaviour)
{
	struct rig_opts o;

	rig_opts(&o, ZCXSK_MODE_GENERIC_COPY);
	rig_open_refused(behaviour, rig_right(0), 1, &o.socket, -EBUSY, &error);
	printf("  %s\n  %s\n", error.cause, error.remedy);
}

static void named(const char *what)
{
	CHECK(what, strstr(error.cause, what) != NULL);
}

static void opens(void)
{
	struct rig_opts o;

	rig_opts(&o, ZCXSK_MODE_GENERIC_COPY);
	zcxsk_socket_close(rig_open(rig_right(0), 1, &o.socket));
}

static void becomes_free(void)
{
	uint64_t deadline = rig_now() + CLEAN_NS;

	for (; rig_program(rig_right(0)); poll(NULL, 0, PAUSE_MS))
		CHECK("the interface becomes free", rig_now() < deadline);
}

static void follow_remedy(void)
{
	rig_follow(&error);
	becomes_free();
	opens();
}

/* ---- this process ---- */

static void this_process(void)
{
	struct zcxsk_socket *first = rig_open_plain(rig_right(0), ZCXSK_MODE_GENERIC_COPY);
	struct rig_opts o;

	refused("a second open by the same process");
	named("this process holds it");
	CHECK("the call is named", strstr(error.remedy, "zcxsk_socket_redirect()") != NULL);
	rig_opts(&o, ZCXSK_MODE_GENERIC_COPY);
	o.socket.redirect = zcxsk_socket_redirect(first);
	o.socket.redirect_opts = NULL;
	zcxsk_socket_close(rig_open(rig_right(0), 1, &o.socket));
	zcxsk_socket_close(first);
}

/* The socket that has attached the program is closed first. */
static void one_that_outlives_the_owner(void)
{
	struct zcxsk_socket *first = rig_open_plain(rig_right(0), ZCXSK_MODE_GENERIC_COPY), *second;
	struct rig_opts o;

	rig_opts(&o, ZCXSK_MODE_GENERIC_COPY);
	o.socket.redirect = zcxsk_socket_redirect(first);
	o.socket.redirect_opts = NULL;
	second = rig_open(rig_right(0), 1, &o.socket);
	zcxsk_socket_close(first);
	CHECK("the program stays for the other socket", rig_program(rig_right(0)) != 0);
	zcxsk_socket_close(second);
	CHECK_EQ("and goes with it", rig_program(rig_right(0)), 0);
}

/* ---- other processes ---- */

static void named_process(pid_t pid)
{
	char text[64];

	snprintf(text, sizeof(text), "process %d (kernel_occupied) holds it", (int)pid);
	named(text);
	snprintf(text, sizeof(text), "Stop process %d (kernel_occupied)", (int)pid);
	CHECK("the process is named", strstr(error.remedy, text) != NULL);
}

static void hold(void *unused)
{
	(void)unused;
	rig_open_plain(rig_right(0), ZCXSK_MODE_GENERIC_COPY);
	child_ready();
	for (;;)
		pause();
}

static void another_process(void)
{
	pid_t holder = child_start(hold, NULL);

	refused("a second open by another process");
	named_process(holder);
	child_kill(holder);
	becomes_free();
	opens();
}

/* Leaves a child that no handler of fork() has told to close what it inherits. */
static void hold_and_leave_child(void *left)
{
	pid_t *pid = left;
	pid_t child;

	rig_open_plain(rig_right(0), ZCXSK_MODE_GENERIC_COPY);
	child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child) {
		*pid = child;
		child_ready();
	}
	for (;;)
		pause();
}

static void a_child_that_was_left(void)
{
	pid_t *left = mmap(NULL, sizeof(*left), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);
	pid_t parent;

	CHECK("shared memory", left != MAP_FAILED);
	parent = child_start(hold_and_leave_child, left);
	child_kill(parent);
	refused("an open after a killed process has left a child");
	named_process(*left);
	CHECK_EQ("the remedy", kill(*left, SIGTERM), 0);
	becomes_free();
	opens();
	munmap(left, sizeof(*left));
}

static void open_without_sight(void *unused)
{
	(void)unused;
	nobody_drop(CAP_SYS_ADMIN);
	nobody_drop(CAP_SYS_PTRACE);
	refused("an open by a process that may not look");
	named("unknown");
	CHECK("the way to find it is named", strstr(error.remedy, "bpftool link"));
}

static void hidden_from_one_without_privileges(void)
{
	pid_t holder = child_start(hold, NULL);

	child_run("nothing is guessed", open_without_sight, NULL);
	child_kill(holder);
	becomes_free();
}

static void open_without_proc(void *unused)
{
	(void)unused;
	CHECK_EQ("an empty /proc", mount("none", "/proc", "tmpfs", 0, NULL), 0);
	refused("an open without /proc");
	named("unknown");
	CHECK_EQ("back", umount("/proc"), 0);
	follow_remedy();
}

static void hidden_from_all(void)
{
	pid_t holder = child_start(hold, NULL);

	child_run("the link is detached", open_without_proc, NULL);
	child_kill(holder);
}

/* ---- nobody ---- */

/* As `ip link set dev IF xdp object FILE`, with a program that passes everything. */
static void attach_by_netlink(uint32_t flags)
{
	static const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", pass, 2, NULL);

	CHECK("a program is loaded", program >= 0);
	CHECK_EQ("it is attached",
		 bpf_xdp_attach((int)if_nametoindex(rig_right(0)), program, flags, NULL), 0);
	close(program);
}

static void nobody(uint32_t flags)
{
	attach_by_netlink(flags);
	refused("an open beside a program of nobody");
	named("no process holds it");
	follow_remedy();
}

int main(void)
{
	rig_setup_queues(QUEUES);
	this_process();
	one_that_outlives_the_owner();
	another_process();
	a_child_that_was_left();
	hidden_from_one_without_privileges();
	hidden_from_all();
	nobody(XDP_FLAGS_DRV_MODE);
	nobody(XDP_FLAGS_SKB_MODE);
	return 0;
}
