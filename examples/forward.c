/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forward.c - forwards every IPv4 packet between two interfaces, in both
 * directions, with one thread and one packet memory. The program copies
 * nothing: both sockets share one cache of frames. Checksums that a virtual
 * interface left unfinished are completed.
 *
 *   cc forward.c $(pkg-config --cflags --libs libzcxsk) -o forward
 *   ./forward eth1 eth2
 *
 *   eth1 in zero-copy mode
 *   eth2 in zero-copy mode
 *   ^C1000 packets forwarded, 0 dropped
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <zcxsk/zcxsk.h>

enum { BATCH = 64, FRAMES = 16384, WAIT_MS = 1000, EVENTS = 16 };

static volatile sig_atomic_t stopped;
static uint64_t forwarded, dropped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static int fail(const struct zcxsk_error *error)
{
	char text[sizeof(*error)];

	zcxsk_error_format(error, text, sizeof(text));
	fprintf(stderr, "forward: %s\n", text);
	return 1;
}

static int open_socket(struct zcxsk_socket **socket, const char *ifname, struct zcxsk_cache *cache,
		       struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts redirect;
	struct zcxsk_socket_opts opts;

	zcxsk_redirect_opts_init(&redirect);
	redirect.rules_text = "take ip";
	zcxsk_socket_opts_init(&opts);
	opts.cache = cache;
	opts.redirect_opts = &redirect;
	if (zcxsk_socket_open(socket, ifname, 0, &opts, error))
		return fail(error);
	printf("%s in %s mode\n", ifname, zcxsk_mode_name(zcxsk_socket_mode(*socket)));
	return 0;
}

/* Forwards one batch. Returns the number of packets received. */
static uint32_t move(struct zcxsk_socket *from, struct zcxsk_socket *to, bool unfinished)
{
	const struct zcxsk_packet *packets;
	uint32_t n = zcxsk_rx_view(from, &packets, BATCH), sent;
	void *base = zcxsk_socket_base(from);

	for (uint32_t i = 0; unfinished && i < n; i++)
		zcxsk_checksum_finish(zcxsk_packet_data(base, &packets[i]), packets[i].len);
	sent = zcxsk_tx_burst(to, packets, n);
	zcxsk_packet_release(from, packets + sent, n - sent);
	forwarded += sent;
	dropped += n - sent;
	return n;
}

/* Lets the library do what is due. False if the device is gone. */
static bool serve(struct zcxsk_socket *socket)
{
	struct zcxsk_event events[EVENTS];
	uint32_t n;

	zcxsk_socket_service(socket, events, EVENTS, &n);
	for (uint32_t i = 0; i < n; i++) {
		if (events[i].type == ZCXSK_EVENT_LINK_DOWN)
			printf("a link is down\n");
		if (events[i].type == ZCXSK_EVENT_LINK_UP)
			printf("a link is up\n");
		/* Some drivers need this after they have set up their rings again. */
		if (events[i].type == ZCXSK_EVENT_PROGRAM_SILENT &&
		    !zcxsk_redirect_reattach(zcxsk_socket_redirect(socket), NULL))
			printf("the program was attached again\n");
	}
	return zcxsk_socket_status(socket) != -ENXIO;
}

/* Packets of both interfaces have to fit; 0, the default, if that cannot be found out. */
static uint32_t frame_size(const char *a, const char *b)
{
	struct zcxsk_plan plans[2];

	zcxsk_plan_init(&plans[0]);
	zcxsk_plan_init(&plans[1]);
	if (zcxsk_socket_plan(a, 0, NULL, &plans[0], NULL) ||
	    zcxsk_socket_plan(b, 0, NULL, &plans[1], NULL))
		return 0;
	return plans[0].frame_size > plans[1].frame_size ? plans[0].frame_size
							 : plans[1].frame_size;
}

static void loop(struct zcxsk_socket *a, struct zcxsk_socket *b)
{
	struct pollfd fds[2] = {{.fd = zcxsk_socket_service_fd(a), .events = POLLIN},
				{.fd = zcxsk_socket_service_fd(b), .events = POLLIN}};
	/* Packets from virtual interfaces; also if that cannot be found out. */
	bool finish_a = zcxsk_socket_trait(a, ZCXSK_TRAIT_UNFINISHED, NULL) != 0;
	bool finish_b = zcxsk_socket_trait(b, ZCXSK_TRAIT_UNFINISHED, NULL) != 0;

	while (!stopped && (poll(fds, 2, WAIT_MS) >= 0 || errno == EINTR) && serve(a) && serve(b))
		while (move(a, b, finish_a) + move(b, a, finish_b) && !stopped)
			;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = stop};
	struct zcxsk_socket *a = NULL, *b = NULL;
	struct zcxsk_umem_opts memory;
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
	struct zcxsk_error error;
	int status;

	if (argc != 3) {
		fprintf(stderr, "usage: forward IFACE IFACE\n");
		return 2;
	}
	zcxsk_umem_opts_init(&memory);
	memory.frames = FRAMES;
	memory.frame_size = frame_size(argv[1], argv[2]);
	if (zcxsk_umem_create(&umem, &memory, &error) ||
	    zcxsk_pool_create(&pool, umem, NULL, &error) ||
	    zcxsk_cache_create(&cache, pool, &error))
		return fail(&error);
	sigaction(SIGINT, &action, NULL);
	status = open_socket(&a, argv[1], cache, &error) || open_socket(&b, argv[2], cache, &error);
	if (!status) {
		loop(a, b);
		printf("%" PRIu64 " packets forwarded, %" PRIu64 " dropped\n", forwarded, dropped);
	}
	zcxsk_socket_close(b);
	zcxsk_socket_close(a);
	zcxsk_cache_destroy(cache);
	zcxsk_pool_destroy(pool);
	zcxsk_umem_destroy(umem);
	return status;
}
