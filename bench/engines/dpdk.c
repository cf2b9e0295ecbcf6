/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dpdk.c - DPDK's AF_XDP driver, by its own test program: dpdk-testpmd runs as
 * a child, on the same processor, for the time of a turn, and tells at its end
 * what it has sent or received. Only where it is installed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"
#include "kernel_socket.h"

enum {
	OUTPUT_MAX = 64 << 10, /* bytes that it prints, a few lines in fact */
	READY_MS = 30000,      /* to set up its memory and port */
	BURST_MAX = 512,       /* packets, its own limit */
};

struct testpmd {
	pid_t pid;
	int in, out; /* its standard input and output */
	size_t length;
	char output[OUTPUT_MAX];
};

static bool is_installed(void)
{
	char path[4096], *rest = path, *folder;
	const char *list = getenv("PATH");

	snprintf(path, sizeof(path), "%s", list ? list : "/usr/bin:/usr/local/bin");
	while ((folder = strsep(&rest, ":"))) {
		char file[4200];

		snprintf(file, sizeof(file), "%s/dpdk-testpmd", folder);
		if (!access(file, X_OK))
			return true;
	}
	return false;
}

/* A veth pair has no zero copy, which testpmd would keep to itself. */
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
	/* The first one only waits for the end; the second moves the packets. */
	snprintf(cores, sizeof(cores), "%d,%d", s->place->far_cpu, s->place->cpu);
	snprintf(burst, sizeof(burst), "--burst=%u", s->batch);
	snprintf(size, sizeof(size), "--txpkts=%u", s->packet_size);
	execlp("dpdk-testpmd", "dpdk-testpmd", "--no-pci", "--no-huge", "-m", "256",
	       "--no-telemetry", "--file-prefix=zcxsk-bench", "-l", cores, device, "--",
	       "--total-num-mbufs=16384", "--nb-cores=1", burst, size, forward_mode, (char *)NULL);
	_exit(127);
}

static int start(struct testpmd *t, const struct engine_setup *s, const char *forward_mode,
		 char *why)
{
	int in[2], out[2];

	*t = (struct testpmd){.pid = -1};
	if (pipe2(in, O_CLOEXEC))
		return engine_fails(why, "pipe", errno);
	if (pipe2(out, O_CLOEXEC)) {
		close(in[0]);
		close(in[1]);
		return engine_fails(why, "pipe", errno);
	}
	t->pid = fork();
	if (!t->pid) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		exec_testpmd(s, forward_mode);
	}
	close(in[0]);
	close(out[1]);
	t->in = in[1];
	t->out = out[0];
	return t->pid < 0 ? engine_fails(why, "fork", errno) : 0;
}

/* Reads until `words` come, or its output ends. False at the end or in time out. */
static bool read_until(struct testpmd *t, const char *words, int timeout_ms)
{
	uint64_t give_up_ns = meter_now_ns() + (uint64_t)timeout_ms * NS_PER_MS;
	struct pollfd p = {.fd = t->out, .events = POLLIN};

	while (meter_now_ns() < give_up_ns && t->length < OUTPUT_MAX - 1) {
		ssize_t got;

		if (words && strstr(t->output, words))
			return true;
		if (poll(&p, 1, WAIT_MS) <= 0)
			continue;
		got = read(t->out, t->output + t->length, OUTPUT_MAX - 1 - t->length);
		if (got <= 0)
			return false;
		t->length += (size_t)got;
	}
	return false;
}

/* The number behind the last such word of the final statistics. */
static uint64_t number_after(const struct testpmd *t, const char *word)
{
	const char *at = strstr(t->output, "Accumulated forward statistics");

	at = at ? strstr(at, word) : NULL;
	return at ? strtoull(at + strlen(word), NULL, 10) : 0;
}

static uint64_t children_cpu_ns(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * NS_PER_S +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * NS_PER_US;
}

/* Enter ends it; what it says then is read to the end. */
static void stop(struct testpmd *t)
{
	ssize_t written = write(t->in, "\n", 1);

	if (written != 1 || read_until(t, NULL, READY_MS) || t->length == OUTPUT_MAX - 1)
		kill(t->pid, SIGKILL);
	close(t->in);
	close(t->out);
	while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int refusal(const struct engine_setup *setup, char *why)
{
	const char *mode = mode_of(setup);

	if (setup->batch > BURST_MAX)
		snprintf(why, WHY_BYTES, "its bursts have at most %d packets", BURST_MAX);
	else if (!strcmp(mode, "generic-copy") ||
		 (setup->place->kind == PLACE_VETH && !strcmp(mode, "zero-copy")))
		snprintf(why, WHY_BYTES, "it cannot be told to use %s here", mode);
	else
		return 0;
	return -EOPNOTSUPP;
}

static int run(const struct engine_setup *setup, const char *forward_mode, const char *counter,
	       uint64_t ns, struct engine_turn *turn, char *why)
{
	uint64_t cpu_ns = children_cpu_ns();
	struct engine_setup spinning = *setup;
	struct meter meter;
	struct testpmd *t;
	bool ready;
	int rc;

	rc = refusal(setup, why);
	if (rc)
		return rc;
	t = malloc(sizeof(*t));
	rc = t ? start(t, setup, forward_mode, why) : engine_fails(why, "memory", ENOMEM);
	if (rc) {
		free(t);
		return rc;
	}
	ready = read_until(t, "Press enter to exit", READY_MS);
	spinning.spin = false;
	meter_start(&meter, &spinning, ns, 0);
	if (ready)
		meter_pass(&meter, ns);
	meter_stop(&meter, turn);
	stop(t);
	turn->packets = number_after(t, counter);
	turn->cpu_ns = children_cpu_ns() - cpu_ns;
	snprintf(turn->mode, sizeof(turn->mode), "%s", mode_of(setup));
	if (!ready)
		snprintf(why, WHY_BYTES, "dpdk-testpmd did not start: %.100s",
			 t->length > 100 ? t->output + t->length - 100 : t->output);
	free(t);
	return ready ? 0 : -EOPNOTSUPP;
}

static int dpdk_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		     struct engine_turn *turn, char *why)
{
	if (rate) {
		snprintf(why, WHY_BYTES, "dpdk-testpmd does not send at a rate");
		return -EOPNOTSUPP;
	}
	return run(setup, "--forward-mode=txonly", "TX-packets:", ns, turn, why);
}

static int dpdk_receive(const struct engine_setup *setup, uint64_t ns, struct engine_turn *turn,
			char *why)
{
	return run(setup, "--forward-mode=rxonly", "RX-packets:", ns, turn, why);
}

static int dpdk_forward(const struct engine_setup *setup, uint64_t ns, struct engine_turn *turn,
			char *why)
{
	return run(setup, "--forward-mode=macswap", "TX-packets:", ns, turn, why);
}

const struct engine engine_dpdk = {
	.name = "dpdk",
	.words = "DPDK's AF_XDP driver, by dpdk-testpmd",
	.is_here = is_installed,
	.has_modes = true,
	.send = dpdk_send,
	.receive = dpdk_receive,
	.forward = dpdk_forward,
};
