/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lifetime.c - a queue and an interface are free again after a close, after a kill, and
 * while a child of the program is still running.
 */
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "prompt.h"
#include "rig.h"
#include "traffic.h"

#define REOPENS 20u
#define CLEAN_NS 1000000000ull /* after a kill the interface is clean by then */
#define PAUSE_MS 5

/* The same queue can be opened and used immediately after a close. */
static void reopened(enum zcxsk_mode mode)
{
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	uint64_t longest = 0;

	for (uint32_t i = 0; i < REOPENS; i++) {
		struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
		struct zcxsk_socket_info info;

		zcxsk_socket_info_init(&info);
		CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
		longest = info.busy_wait_ns > longest ? info.busy_wait_ns : longest;
		traffic_send_all(s, i, 1);
		traffic_receive_all(peer, i, 1);
		zcxsk_socket_close(s);
	}
	printf("  longest wait for the queue: %llu ms\n", (unsigned long long)longest / 1000000);
	zcxsk_socket_close(peer);
}

static struct prompt clean = {.what = "a killed user's program is removed"};

/* Sends endlessly. */
static void use(void *mode)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), *(enum zcxsk_mode *)mode);

	for (uint32_t i = 0;; i += traffic_send(s, i, TRAFFIC_BURST))
		if (i == 0)
			child_ready();
}

static void killed(enum zcxsk_mode mode)
{
	pid_t child = child_start(use, &mode);
	uint64_t start;

	CHECK("a running user has its program on the interface", rig_program(rig_left(0)));
	child_kill(child);
	for (start = rig_now(); rig_program(rig_left(0)); poll(NULL, 0, PAUSE_MS))
		CHECK(clean.what, rig_now() - start < TRAFFIC_PATIENCE_NS);
	prompt_note(&clean, rig_now() - start);
	zcxsk_socket_close(rig_open_plain(rig_left(0), mode));
}

/* Like a daemon: closes inherited descriptors and keeps the memory. */
static void live_on(void *argument)
{
	(void)argument;
	dup2(child_ready_fd(), STDIN_FILENO);
	CHECK_EQ("close_range", syscall(SYS_close_range, 3u, ~0u, 0u), 0);
	CHECK_EQ("ready", write(STDIN_FILENO, "", 1), 1);
	for (;;)
		pause();
}

/* Executes another program; close-on-exec closes the library's descriptors. */
static void become_another(void *argument)
{
	(void)argument;
	dup2(child_ready_fd(), STDOUT_FILENO);
	execl("/bin/sh", "sh", "-c", "printf x; exec tail -f /dev/null", (char *)NULL);
}

static void child_lives_on(enum zcxsk_mode mode, void (*run)(void *argument))
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	pid_t child = child_start(run, NULL);

	zcxsk_socket_close(s);
	CHECK_EQ("a child keeps no program on the interface", rig_program(rig_left(0)), 0);
	zcxsk_socket_close(rig_open_plain(rig_left(0), mode));
	child_kill(child);
}

static void with_children(enum zcxsk_mode mode)
{
	child_lives_on(mode, live_on);
	child_lives_on(mode, become_another);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(reopened);
	rig_each_mode(killed);
	prompt_check(&clean, CLEAN_NS);
	rig_each_mode(with_children);
	return 0;
}
