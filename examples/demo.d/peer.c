/* SPDX-License-Identifier: BSD-2-Clause */
/* peer.c - runs libxdp-loop and reads the JSON object that it prints. */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "net.h"

#define TX_RING "1024"	/* entries and frames: the library's default */
#define ANSWER_MAX 1024 /* bytes; the object has about 350 */
#define NUMBER_MAX 16	/* bytes of a number as an argument */
/* Time besides the turn itself: to start, to wait for a busy queue, to end. */
#define GRACE_NS 6000000000ull

/* Becomes the program; does not return. */
static void become(const char *program, const char *ifname, uint32_t batch, uint32_t sleep_ms,
		   double seconds, int out)
{
	char packets[NUMBER_MAX], ms[NUMBER_MAX], duration[NUMBER_MAX];

	snprintf(packets, sizeof(packets), "%u", batch);
	snprintf(ms, sizeof(ms), "%u", sleep_ms);
	snprintf(duration, sizeof(duration), "%.3f", seconds);
	if (dup2(out, STDOUT_FILENO) >= 0)
		execl(program, program, "-i", ifname, "-M", "zero-copy", "-w", "poll", "-t", ms,
		      "-b", packets, "-f", TX_RING, "-r", TX_RING, "-d", duration, "--json",
		      (char *)NULL);
	fprintf(stderr, "zcxsk-demo: %s: %s\n", program, strerror(errno));
	_exit(127);
}

/* Reads to the end of the program's output. 0 or -errno. */
static int read_answer(int in, uint64_t deadline, char answer[ANSWER_MAX])
{
	size_t length = 0;

	for (;;) {
		struct pollfd p = {.fd = in, .events = POLLIN};
		uint64_t now = clock_now_ns();
		ssize_t n;
		int ready;

		if (now >= deadline || length == ANSWER_MAX - 1)
			return -ETIMEDOUT;
		ready = poll(&p, 1, (int)((deadline - now) / 1000000 + 1));
		if (ready < 0)
			return -errno;
		if (!ready)
			continue;
		n = read(in, answer + length, ANSWER_MAX - 1 - length);
		if (n < 0)
			return -errno;
		if (!n)
			break;
		length += (size_t)n;
	}
	answer[length] = 0;
	return 0;
}

static int parse_answer(const char *answer, struct peer_result *result)
{
	json_t *object = json_loads(answer, 0, NULL);
	double completed, duration;
	int ret = json_unpack(object, "{s:F, s:F, s:F}", "completed", &completed, "duration_s",
			      &duration, "longest_gap_us", &result->gap_us);

	json_decref(object);
	if (ret || duration <= 0)
		return -EIO;
	result->pps = completed / duration;
	return 0;
}

/* Waits for the child, which is killed first if its output is incomplete. */
static int end(pid_t child, int ret)
{
	int status;

	if (ret)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (!ret && (!WIFEXITED(status) || WEXITSTATUS(status)))
		return -ECHILD;
	return ret;
}

int peer_send(const char *program, const char *ifname, uint32_t batch, uint32_t sleep_ms,
	      double seconds, struct peer_result *result, struct zcxsk_error *error)
{
	uint64_t deadline = clock_now_ns() + (uint64_t)(seconds * 1e9) + GRACE_NS;
	char answer[ANSWER_MAX];
	int ends[2], ret;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return fail(error, -errno, "peer", "cannot create a pipe");
	child = fork();
	if (!child)
		become(program, ifname, batch, sleep_ms, seconds, ends[1]);
	ret = child < 0 ? -errno : 0;
	close(ends[1]);
	if (!ret) {
		ret = end(child, read_answer(ends[0], deadline, answer));
		if (!ret)
			ret = parse_answer(answer, result);
	}
	close(ends[0]);
	return ret ? fail(error, ret, "peer", "the loop on libxdp failed or did not end") : 0;
}
