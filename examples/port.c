/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port.c - receives on all queues of an interface with several threads, and
 * counts the IPv4 packets of each queue. If the number of queues changes
 * (ethtool -L), the threads pause and the port follows the change.
 *
 *   cc port.c $(pkg-config --cflags --libs libzcxsk) -pthread -o port
 *   ./port eth1 2
 *
 *   eth1: 4 queues in zero-copy mode, 2 threads
 *   eth1: 8 queues
 *   ^C1000 packets, queue by queue: 120 131 129 118 124 126 125 127
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <zcxsk/zcxsk.h>

enum { BATCH = 64, QUEUES_MAX = 256, THREADS_MAX = 64, WAIT_MS = 10, CHECK_MS = 200 };

struct worker {
	struct zcxsk_port *port;
	uint32_t number, workers;
	pthread_t thread;
};

static volatile sig_atomic_t stopped;
static bool paused;
static uint64_t packets[QUEUES_MAX]; /* each written by one thread only */

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static int fail(const struct zcxsk_error *error)
{
	char text[sizeof(*error)];

	zcxsk_error_format(error, text, sizeof(text));
	fprintf(stderr, "port: %s\n", text);
	return 1;
}

/* The queues that this program counts. */
static uint32_t queues_of(const struct zcxsk_port *port)
{
	return zcxsk_port_queues(port) < QUEUES_MAX ? zcxsk_port_queues(port) : QUEUES_MAX;
}

/* Serves every workers'th queue. Only this thread uses their sockets until it ends. */
static void *work(void *argument)
{
	struct worker *w = argument;
	struct zcxsk_packet burst[BATCH];
	struct pollfd fds[QUEUES_MAX];
	uint32_t n = 0;

	for (uint32_t q = w->number; q < queues_of(w->port); q += w->workers)
		fds[n++] = (struct pollfd){.fd = zcxsk_socket_fd(zcxsk_port_socket(w->port, q)),
					   .events = POLLIN};
	while (!__atomic_load_n(&paused, __ATOMIC_RELAXED)) {
		poll(fds, n, WAIT_MS);
		for (uint32_t q = w->number; q < queues_of(w->port); q += w->workers) {
			struct zcxsk_socket *socket = zcxsk_port_socket(w->port, q);
			uint32_t got = zcxsk_rx_burst(socket, burst, BATCH);

			zcxsk_packet_release(socket, burst, got);
			packets[q] += got;
		}
	}
	return NULL;
}

static void start_workers(struct worker *w, uint32_t n, struct zcxsk_port *port)
{
	__atomic_store_n(&paused, false, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < n; i++) {
		w[i] = (struct worker){.port = port, .number = i, .workers = n};
		if (pthread_create(&w[i].thread, NULL, work, &w[i]))
			abort();
	}
}

static void pause_workers(struct worker *w, uint32_t n)
{
	__atomic_store_n(&paused, true, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < n; i++)
		pthread_join(w[i].thread, NULL);
}

/* Runs until Ctrl-C, or until the interface is gone. */
static int run(struct zcxsk_port *port, const char *ifname, uint32_t threads)
{
	struct worker workers[THREADS_MAX];
	struct zcxsk_error error;
	int ret = 0;

	while (!stopped && !ret) {
		start_workers(workers, threads, port);
		while (!stopped && !zcxsk_port_check(port))
			poll(NULL, 0, CHECK_MS);
		pause_workers(workers, threads);
		if (!stopped) {
			ret = zcxsk_port_refresh(port, NULL, &error);
			printf("%s: %u queues\n", ifname, zcxsk_port_queues(port));
		}
	}
	return ret ? fail(&error) : 0;
}

static void report(uint32_t queues)
{
	uint64_t sum = 0;

	for (uint32_t q = 0; q < queues; q++)
		sum += packets[q];
	printf("%" PRIu64 " packets, queue by queue:", sum);
	for (uint32_t q = 0; q < queues; q++)
		printf(" %" PRIu64, packets[q]);
	printf("\n");
}

int main(int argc, char **argv)
{
	uint32_t threads = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	struct sigaction action = {.sa_handler = stop};
	struct zcxsk_redirect_opts redirect;
	struct zcxsk_socket_opts socket;
	struct zcxsk_port_opts opts;
	struct zcxsk_port *port;
	struct zcxsk_error error;
	int status;

	if (!threads || threads > THREADS_MAX) {
		fprintf(stderr, "usage: port IFACE THREADS (1 to %d)\n", THREADS_MAX);
		return 2;
	}
	zcxsk_redirect_opts_init(&redirect);
	redirect.rules_text = "take ip";
	zcxsk_socket_opts_init(&socket);
	socket.flags = ZCXSK_SOCKET_RX_ONLY;
	socket.redirect_opts = &redirect;
	zcxsk_port_opts_init(&opts);
	opts.socket_opts = &socket;
	if (zcxsk_port_open(&port, argv[1], &opts, &error))
		return fail(&error);
	sigaction(SIGINT, &action, NULL);
	printf("%s: %u queues in %s mode, %u threads\n", argv[1], zcxsk_port_queues(port),
	       zcxsk_mode_name(zcxsk_socket_mode(zcxsk_port_socket(port, 0))), threads);
	status = run(port, argv[1], threads);
	report(queues_of(port));
	zcxsk_port_close(port);
	return status;
}
