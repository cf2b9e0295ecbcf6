/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * killed_auto.c - a program that lets the library choose the mode is killed, every other time
 * while its interfaces are down. No kernel may keep its network lock for that: each change of
 * an interface needs it, and so would be the last one.
 */
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "rig.h"
#include "traffic.h"

#define ROUNDS 20u
#define PACKETS 200u
/* A busy guest needs a second; a lost lock never comes back. */
#define LOCK_MS 30000
#define CLEAN_NS 5000000000ull
#define PAUSE_MS 5

static struct zcxsk_socket *open_auto(const char *ifname)
{
	struct rig_opts o;

	rig_opts(&o, (enum zcxsk_mode)ZCXSK_MODES_ALL);
	return rig_open(ifname, 0, &o.socket);
}

static void use(void *argument)
{
	struct zcxsk_socket *left = open_auto(rig_left(0)), *right = open_auto(rig_right(0));

	traffic_run(left, right, PACKETS);
	traffic_run(right, left, PACKETS);
	if (*(const unsigned *)argument == 0)
		printf("  chosen: %s\n", zcxsk_mode_name(zcxsk_socket_mode(left)));
	fflush(stdout);
	child_ready();
	for (;;)
		pause();
}

/* Whoever waits for the lost lock cannot be killed, so it is not waited for. */
static void await_end(pid_t child)
{
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};

	CHECK("a process descriptor", end.fd >= 0);
	CHECK_EQ("the kernel's network lock is free", poll(&end, 1, LOCK_MS), 1);
	close(end.fd);
	CHECK_EQ("the process has ended", waitpid(child, NULL, 0), child);
}

static void set_link(const char *ifname, const char *setting)
{
	pid_t child = fork();

	CHECK("forked", child >= 0);
	if (!child) {
		execlp("ip", "ip", "link", "set", ifname, setting, (char *)NULL);
		_exit(1);
	}
	await_end(child);
}

static void check_clean(const char *ifname)
{
	uint64_t deadline = rig_now() + CLEAN_NS;

	for (; rig_program(ifname); poll(NULL, 0, PAUSE_MS))
		CHECK("a killed program's XDP program is removed", rig_now() < deadline);
}

static void round_of(unsigned round)
{
	pid_t child = child_start(use, &round);

	if (round % 2) {
		set_link(rig_left(0), "down");
		set_link(rig_right(0), "down");
	}
	CHECK_EQ("killed", kill(child, SIGKILL), 0);
	await_end(child);
	set_link(rig_left(0), "up");
	set_link(rig_right(0), "up");
	check_clean(rig_left(0));
	check_clean(rig_right(0));
}

int main(void)
{
	rig_setup(1);
	for (unsigned i = 0; i < ROUNDS; i++)
		round_of(i);
	return 0;
}
