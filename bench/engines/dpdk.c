/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dpdk.c - DPDK's AF_XDP driver, run by dpdk-testpmd as a child on the same
 * processor. Commands start and stop it; then it prints the packets that it sent or
 * received.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "case.h"
#include "meter.h"

enum {
	OUTPUT_MAX = 64 << 10, /* bytes that it prints; more than enough */
	READY_MS = 30000,      /* to set up memory and port; half a second on an idle machine */
	ANSWER_MS = 5000,      /* to a command */
	BURST_MAX = 512,       /* packets, its limit */
};

static const char prompt[] = "testpmd> ";

struct testpmd {
	pid_t pid;
	int in, out; /* its standard input, a pipe; its output, a terminal */
	size_t length;
	size_t seen; /* bytes of the output consumed by earlier commands */
	char output[OUTPUT_MAX];
};

static bool is_installed(void)
{
	return !system("command -v dpdk-testpmd >/dev/null");
}

/* testpmd would not report that a veth pair cannot do zero copy. */
static const char *mode_of(const struct engine_setup *setup)
{
	if (setup->mode)
		return setup->mode;
	return setup->place->kind == PLACE_VETH ? "native-copy" : "zero-copy";
}

static void exec_testpmd(const struct engine_setup *s, const char *forward_mode)
{
	bool copies = strcmp(mode_of(s), "zero-copy") != 0;
	char device[128], cores[32], burst[32], size[32];

	snprintf(device, sizeof(device),
		 "--vdev=net_af_xdp0,iface=%s,start_queue=%u,queue_count=1%s", s->ifname, s->queue,
		 copies ? ",force_copy=1" : "");
	/* The first core only waits for the end; the second moves the packets. */
	snprintf(cores, sizeof(cores), "%d,%d", s->place->far_cpu, s->place->cpu);
	snprintf(burst, sizeof(burst), "--burst=%u", s->batch);
	snprintf(size, sizeof(size), "--txpkts=%u", s->packet_size);
	execlp("dpdk-testpmd", "dpdk-testpmd", "--no-pci", "--no-huge", "-m", "256",
	       "--no-telemetry", "--file-prefix=zcxsk-bench", "-l", cores, device, "--", "-i",
	       "--total-num-mbufs=16384", "--nb-cores=1", burst, size, forward_mode, (char *)NULL);
	_exit(127);
}

/* In its own session, so that it does not get the signals of the bench's terminal. */
static void become_testpmd(const struct engine_setup *s, const char *forward_mode, int in, int out)
{
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	exec_testpmd(s, forward_mode);
}

static int start(struct testpmd *t, const struct engine_setup *s, const char *forward_mode,
		 char *why)
{
	int in[2], out, ret;

	/* A pseudoterminal, since output to a pipe would be buffered. */
	if (openpty(&t->out, &out, NULL, NULL, NULL))
		return engine_fails(why, "terminal", errno);
	fcntl(t->out, F_SETFD, FD_CLOEXEC);
	fcntl(out, F_SETFD, FD_CLOEXEC);
	if (pipe2(in, O_CLOEXEC)) {
		ret = engine_fails(why, "pipe", errno);
		close(t->out);
		close(out);
		return ret;
	}
	t->length = t->seen = 0;
	t->in = in[1];
	t->pid = fork();
	if (!t->pid)
		become_testpmd(s, forward_mode, in[0], out);
	ret = t->pid < 0 ? engine_fails(why, "fork", errno) : 0;
	close(in[0]);
	close(out);
	if (ret) {
		close(t->in);
		close(t->out);
	}
	return ret;
}

/* Reads until `words` appear. False if the output ends or the time is over. */
static bool read_until(struct testpmd *t, const char *words, int timeout_ms)
{
	uint64_t give_up_ns = meter_now_ns() + (uint64_t)timeout_ms * NS_PER_MS;
	struct pollfd p = {.fd = t->out, .events = POLLIN};

	while (meter_now_ns() < give_up_ns && t->length < OUTPUT_MAX - 1) {
		const char *found = words ? strstr(t->output + t->seen, words) : NULL;
		ssize_t got;

		if (found) {
			t->seen = (size_t)(found - t->output) + strlen(words);
			return true;
		}
		if (poll(&p, 1, WAIT_MS) <= 0)
			continue;
		got = read(t->out, t->output + t->length, OUTPUT_MAX - 1 - t->length);
		if (got <= 0)
			return false;
		t->length += (size_t)got;
		t->output[t->length] = '\0';
	}
	return false;
}

/* Sends a command and waits for the answer. */
static bool tell(struct testpmd *t, const char *command, const char *answer)
{
	size_t length = strlen(command);

	return write(t->in, command, length) == (ssize_t)length && read_until(t, answer, ANSWER_MS);
}

/* The number after the first such word of the final statistics. */
static uint64_t number_after(const struct testpmd *t, const char *word)
{
	const char *at = strstr(t->output, "Accumulated forward statistics");

	at = at ? strstr(at, word) : NULL;
	return at ? strtoull(at + strlen(word), NULL, 10) : 0;
}

/* Of all its threads. */
static uint64_t cpu_ns_of(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		return 0;
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void stop(struct testpmd *t)
{
	if (tell(t, "quit\n", "Bye..."))
		read_until(t, NULL, WAIT_MS);
	kill(t->pid, SIGKILL);
	close(t->in);
	close(t->out);
	while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Reports the first line of its output that looks like an error, else the last one. */
static int explain(struct testpmd *t, char *why)
{
	static const char *const signs[] = {"failed", "Failed", "annot", "rror"};
	const char *told = "no output";
	char *rest = t->output, *line;

	if (strstr(t->output, "failed to parse device \"net_af_xdp"))
		return engine_refuses(why, EOPNOTSUPP,
				      "DPDK's AF_XDP driver is not installed "
				      "(Debian package: librte-net-af-xdp23)");
	while ((line = strsep(&rest, "\r\n"))) {
		told = line[0] ? line : told;
		for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
			if (strstr(line, signs[i]))
				rest = NULL;
	}
	return engine_refuses(why, EOPNOTSUPP, "dpdk-testpmd did not start: %.150s", told);
}

static int refusal(const struct engine_setup *setup, char *why)
{
	const char *mode = mode_of(setup);

	if (setup->batch > BURST_MAX)
		return engine_refuses(why, EOPNOTSUPP, "its bursts have at most %d packets",
				      BURST_MAX);
	if (!strcmp(mode, "generic-copy") ||
	    (setup->place->kind == PLACE_VETH && !strcmp(mode, "zero-copy")))
		return engine_refuses(why, EOPNOTSUPP, "it cannot be set to %s here", mode);
	return 0;
}

/* It prints the prompt after its thread has started, and "Waiting" when it stops. */
static bool take_turn(struct testpmd *t, const struct engine_setup *setup, uint64_t ns,
		      struct engine_turn *turn)
{
	struct engine_setup asleep = *setup;
	struct meter meter;
	bool stopped;
	uint64_t cpu_ns;

	asleep.spin = asleep.busy_poll = false;
	if (!tell(t, "start\n", prompt))
		return false;
	meter_start(&meter, &asleep, ns, 0);
	cpu_ns = cpu_ns_of(t->pid);
	meter_pass(&meter, ns);
	cpu_ns = cpu_ns_of(t->pid) - cpu_ns;
	stopped = tell(t, "stop\n", "Waiting for lcores");
	meter_stop(&meter, turn);
	turn->cpu_ns = cpu_ns;
	return stopped && read_until(t, prompt, ANSWER_MS);
}

static int run(const struct engine_setup *setup, const char *forward_mode, const char *counter,
	       uint64_t ns, struct engine_turn *turn, char *why)
{
	struct testpmd *t;
	int ret = refusal(setup, why);

	if (ret)
		return ret;
	t = malloc(sizeof(*t));
	ret = t ? start(t, setup, forward_mode, why) : engine_fails(why, "memory", ENOMEM);
	if (ret) {
		free(t);
		return ret;
	}
	if (!read_until(t, prompt, READY_MS))
		ret = explain(t, why);
	else if (!take_turn(t, setup, ns, turn))
		ret = engine_fails(why, "dpdk-testpmd does not answer", EIO);
	turn->packets = ret ? 0 : number_after(t, counter);
	snprintf(turn->mode, sizeof(turn->mode), "%s", mode_of(setup));
	stop(t);
	free(t);
	return ret;
}

static int dpdk_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		     struct engine_turn *turn, char *why)
{
	if (rate)
		return engine_refuses(why, EOPNOTSUPP, "dpdk-testpmd does not send at a rate");
	return run(setup, "--forward-mode=txonly", "TX-packets:", ns, turn, why);
}

static int dpdk_move(const struct engine_setup *setup, bool forwards, uint64_t ns,
		     struct engine_turn *turn, char *why)
{
	return run(setup, forwards ? "--forward-mode=macswap" : "--forward-mode=rxonly",
		   forwards ? "TX-packets:" : "RX-packets:", ns, turn, why);
}

const struct engine engine_dpdk = {
	.name = "dpdk",
	.words = "DPDK's AF_XDP driver, run by dpdk-testpmd",
	.is_here = is_installed,
	.packages = "dpdk-dev, librte-net-af-xdp23",
	.has_modes = true,
	.send = dpdk_send,
	.move = dpdk_move,
	.receives = true,
	.forwards = true,
};
