/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_processes.c - how the program was started, and what it may see, changes neither
 * that its session is found nor that a rule that does not touch it is accepted.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zcxsk/redirect.h>

#include "guard_rig.h"
#include "netns.h"

#define NOBODY 65534u
#define PORT 2222

static void enter(void)
{
	int ret = netns_enter();

	if (ret == -EPERM)
		cr_skip_test("network namespaces and BPF need root");
	cr_assert_eq(ret, 0, "namespaces: %d", ret);
	unsetenv("SSH_CONNECTION");
}

TestSuite(guard_processes, .init = enter);

/* ---- what a program of a test expects ------------------------------------------------- */

static int refused(const char *rules, const char *words)
{
	struct zcxsk_error error = {0};
	int ret = guard_rig_take(rules, 0, &error);

	if (ret == -EPERM && strstr(error.cause, words) && strstr(error.remedy, "--give-up"))
		return 0;
	fprintf(stderr, "'%s' returned %d: '%s' lacks '%s'\n", rules, ret, error.cause, words);
	return 1;
}

static int accepted(const char *rules, uint64_t give_up)
{
	struct zcxsk_error error = {0};
	int ret = guard_rig_take(rules, give_up, &error);

	if (ret)
		fprintf(stderr, "'%s' returned %d: '%s' %s\n", rules, ret, error.cause,
			error.remedy);
	return ret != 0;
}

/* The session is refused by `words`, and the rest is accepted. Returns the failures. */
static int judge(const char *rules, const char *words)
{
	return refused(rules, words) + refused("take any", words) +
	       accepted(rules, ZCXSK_GIVE_UP_SSH) + accepted("take any", ZCXSK_GIVE_UP_ALL) +
	       accepted("take udp dport 7777", 0) + accepted("take tcp dport 7777", 0) +
	       accepted("take icmp type 8", 0);
}

/* Runs it in a child of this process, and returns what it does. */
static int in_child(int (*run)(const struct guard_session *session),
		    const struct guard_session *session)
{
	int status;
	pid_t child = fork();

	if (!child)
		_exit(run(session));
	cr_assert_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const struct guard_rig on_22 = {
	.near = {"ip addr add 192.0.2.1/24 dev near"},
	.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up"},
	.server = "192.0.2.1",
};

static const struct guard_rig on_2222 = {
	.near = {"ip addr add 192.0.2.1/24 dev near"},
	.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up"},
	.server = "192.0.2.1",
	.port = PORT,
};

/* This process has the session, and the program of the test is its child. */
static void play(const struct guard_rig *rig, int (*run)(const struct guard_session *session))
{
	struct guard_session session;

	cr_assert(guard_rig_set_up(rig, &session));
	guard_rig_connect(rig, &session);
	cr_expect_eq(in_child(run, &session), 0);
	cr_expect(guard_rig_lives(&session), "the session is dead");
	guard_rig_end(&session);
}

/* ---- the ways to be started --------------------------------------------------------------- */

static int as_child(const struct guard_session *session)
{
	return judge("take tcp dport 2222", session->name);
}

Test(guard_processes, the_session_of_an_ancestor_on_another_port)
{
	play(&on_2222, as_child);
}

static int as_grandchild(const struct guard_session *session)
{
	return in_child(as_child, session);
}

Test(guard_processes, the_session_of_an_ancestor_further_up)
{
	play(&on_2222, as_grandchild);
}

/* As a program of a terminal multiplexer, or one of cron: no ancestor has the session. */
static int as_orphan(const struct guard_session *session)
{
	int pipes[2], failures = -1;

	if (pipe(pipes))
		return 1;
	if (!fork()) {
		setsid();
		if (fork())
			_exit(0);
		while (getppid() == getpgrp())
			sched_yield();
		failures = judge("take tcp dport 22", session->name);
		if (write(pipes[1], &failures, sizeof(failures)) < 0)
			_exit(1);
		_exit(0);
	}
	wait(NULL);
	return read(pipes[0], &failures, sizeof(failures)) == sizeof(failures) ? failures : -1;
}

Test(guard_processes, a_daemon)
{
	play(&on_22, as_orphan);
}

/* ---- a server by its name -------------------------------------------------------------------- */

/* A process of that name has the sockets, this one and its children have not. */
static pid_t hand_over(struct guard_session *session, const char *name)
{
	int ready[2];
	char byte;
	pid_t server;

	cr_assert_eq(pipe(ready), 0);
	server = fork();
	if (!server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		close(ready[0]);
		close(ready[1]);
		pause();
		_exit(0);
	}
	close(ready[1]);
	cr_assert_eq(read(ready[0], &byte, 1), 0);
	close(session->fd);
	close(session->listener);
	session->fd = session->listener = -1;
	return server;
}

static void play_server(const char *name, int (*run)(const struct guard_session *session))
{
	struct guard_session session;
	pid_t server;

	cr_assert(guard_rig_set_up(&on_2222, &session));
	guard_rig_connect(&on_2222, &session);
	server = hand_over(&session, name);
	cr_expect_eq(in_child(run, &session), 0);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	guard_rig_end(&session);
}

Test(guard_processes, a_server_on_another_port)
{
	play_server("sshd", as_child);
	play_server("sshd-session", as_child);
	play_server("dropbear", as_child);
}

static int no_loss(const struct guard_session *session)
{
	(void)session;
	return accepted("take tcp dport 2222", 0);
}

Test(guard_processes, a_server_of_something_else)
{
	play_server("postgres", no_loss);
}

/* ---- what the program may see --------------------------------------------------------------- */

/* An ordinary user with the capabilities that the library needs. */
static bool become_user(void)
{
	const uint64_t kept =
		1ull << CAP_NET_ADMIN | 1ull << CAP_NET_RAW | 1ull << CAP_BPF | 1ull << CAP_PERFMON;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{.effective = (uint32_t)kept, .permitted = (uint32_t)kept},
		{.effective = (uint32_t)(kept >> 32), .permitted = (uint32_t)(kept >> 32)},
	};

	return !prctl(PR_SET_KEEPCAPS, 1) && !setresgid(NOBODY, NOBODY, NOBODY) &&
	       !setresuid(NOBODY, NOBODY, NOBODY) && !syscall(SYS_capset, &header, data);
}

static int as_user(const struct guard_session *session)
{
	return become_user() ? judge("take tcp dport 22", session->name) : -1;
}

Test(guard_processes, an_ordinary_user_with_capabilities)
{
	play(&on_22, as_user);
}

/* It cannot tell whose the connection is, and says so. */
static int as_user_of_another_port(const struct guard_session *session)
{
	char words[128];

	snprintf(words, sizeof(words), "%s, maybe SSH", session->client);
	return become_user() ? judge("take tcp dport 2222", words) : -1;
}

Test(guard_processes, an_ordinary_user_who_cannot_read_the_server)
{
	play(&on_2222, as_user_of_another_port);
	play_server("sshd", as_user_of_another_port);
}

/* Runs it in new PID and mount namespaces, as in a container on the network of the host. */
static int in_container(int (*run)(const struct guard_session *session),
			const struct guard_session *session)
{
	if (unshare(CLONE_NEWPID | CLONE_NEWNS))
		return -1;
	return in_child(run, session);
}

static int contained(const struct guard_session *session)
{
	return mount("proc", "/proc", "proc", 0, NULL) ? -1
						       : judge("take tcp dport 22", session->name);
}

static int contained_of_another_port(const struct guard_session *session)
{
	(void)session;
	return mount("proc", "/proc", "proc", 0, NULL)
		       ? -1
		       : judge("take tcp dport 2222", "another PID namespace");
}

static int in_container_22(const struct guard_session *session)
{
	return in_container(contained, session);
}

static int in_container_2222(const struct guard_session *session)
{
	return in_container(contained_of_another_port, session);
}

Test(guard_processes, a_container)
{
	play(&on_22, in_container_22);
	play(&on_2222, in_container_2222);
}

static int hide(const char *folder)
{
	return unshare(CLONE_NEWNS) || mount("tmpfs", folder, "tmpfs", 0, NULL);
}

static int without_proc(const struct guard_session *session)
{
	return hide("/proc") ? -1 : judge("take tcp dport 22", session->name);
}

static int without_proc_on_another_port(const struct guard_session *session)
{
	return hide("/proc") ? -1 : judge("take tcp dport 2222", session->client);
}

Test(guard_processes, no_proc)
{
	play(&on_22, without_proc);
	play(&on_2222, without_proc_on_another_port);
}

/* libbpf cannot load a program then. */
static int without_sys(const struct guard_session *session)
{
	return hide("/sys") ? -1
			    : refused("take tcp dport 22", session->name) +
				      refused("take any", session->name);
}

Test(guard_processes, no_sys)
{
	play(&on_22, without_sys);
}
