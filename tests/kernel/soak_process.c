/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_process.c - starts, orders, kills and ends the soak's worker. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "rig.h"
#include "soak.h"

#define ANSWER_MS 120000	/* the slowest order, on a slow guest */
#define CLEAN_NS 20000000000ull /* until a killed worker's program is gone */
#define PAUSE_MS 2
#define NUMBER_TEXT 12u

static _Noreturn void become_worker(int orders, int memory)
{
	char text[2][NUMBER_TEXT];
	char *arguments[] = {"soak", "--worker", text[0], text[1], NULL};

	fcntl(orders, F_SETFD, 0);
	fcntl(memory, F_SETFD, 0);
	snprintf(text[0], NUMBER_TEXT, "%d", orders);
	snprintf(text[1], NUMBER_TEXT, "%d", memory);
	execv("/proc/self/exe", arguments);
	_exit(127);
}

void soak_start_worker(struct soak *s)
{
	int ends[2];

	CHECK_EQ("socket pair", socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	s->sh->workers++;
	s->worker = fork();
	CHECK("fork", s->worker >= 0);
	if (!s->worker)
		become_worker(ends[1], s->memory);
	close(ends[1]);
	s->orders = ends[0];
	soak_order(s, SOAK_OPEN, 0);
}

void soak_send_order(struct soak *s, enum soak_order order, uint32_t value)
{
	struct soak_message m = {order, value};

	CHECK_EQ("an order", send(s->orders, &m, sizeof(m), MSG_NOSIGNAL), sizeof(m));
}

void soak_await_answer(struct soak *s)
{
	struct pollfd fd = {.fd = s->orders, .events = POLLIN};
	struct soak_message m;

	CHECK_EQ("the worker obeys in time", poll(&fd, 1, ANSWER_MS), 1);
	/* The worker has printed the reason. */
	CHECK_EQ("the worker obeys", recv(s->orders, &m, sizeof(m), 0), sizeof(m));
	soak_note_objects(s);
}

void soak_order(struct soak *s, enum soak_order order, uint32_t value)
{
	soak_send_order(s, order, value);
	soak_await_answer(s);
}

void soak_kill_worker(struct soak *s)
{
	uint64_t deadline = rig_now() + CLEAN_NS;
	int status;

	CHECK_EQ("kill", kill(s->worker, SIGKILL), 0);
	CHECK_EQ("wait", waitpid(s->worker, &status, 0), s->worker);
	CHECK("the worker was alive until then", WIFSIGNALED(status));
	close(s->orders);
	s->sh->leaked = 0; /* nobody can check the accounts of the dead */
	for (; rig_program(SOAK_NEAR); poll(NULL, 0, PAUSE_MS))
		CHECK("a killed worker's program leaves the card", rig_now() < deadline);
}

void soak_end_worker(struct soak *s)
{
	int status;

	soak_send_order(s, SOAK_QUIT, 0);
	CHECK_EQ("wait", waitpid(s->worker, &status, 0), s->worker);
	CHECK_EQ("the worker leaves nothing", status, 0);
	close(s->orders);
	CHECK_EQ("nor a program on the card", rig_program(SOAK_NEAR), 0);
}
