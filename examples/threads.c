/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - several threads send on one queue: two workers allocate frames,
 * each from its own cache, write packets and hand them to the thread that owns
 * the socket. That thread sends them. Completed frames return to the workers
 * through the shared pool.
 *
 *   cc threads.c $(pkg-config --cflags --libs libzcxsk) -pthread -o threads
 *   ./threads eth1
 *
 *   eth1 in zero-copy mode
 *   worker 1: 500000 packets
 *   worker 2: 500000 packets
 *   1000000 packets sent, 0 not completed
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <zcxsk/zcxsk.h>

/* FRAMES is more than the ring, the handoff and the caches hold together. */
enum { BATCH = 64, WORKERS = 2, COUNT = 500000, PACKET_BYTES = 60, FRAMES = 16384 };

static const uint64_t second =
	1000000000; /* ns; no wait here takes that long unless something is broken */

/* Broadcast, locally administered source, EtherType 0x88B5 (local experiments), zeroes. */
static const unsigned char packet[PACKET_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
						   0x00, 0x00, 0x00, 0x00, 0x01, 0x88, 0xb5};

struct worker {
	struct zcxsk_cache *cache; /* of this worker only; the pool is shared */
	struct zcxsk_handoff *to_sender;
	unsigned char *base;
	pthread_t thread;
	uint32_t handed; /* packets */
};

static int fail(const struct zcxsk_error *error)
{
	char text[sizeof(*error)];

	zcxsk_error_format(error, text, sizeof(text));
	fprintf(stderr, "threads: %s\n", text);
	return 1;
}

/* Hands over one batch of at most n packets. Returns how many were accepted. */
static uint32_t hand_over(struct worker *w, uint32_t n)
{
	struct zcxsk_packet packets[BATCH];
	uint64_t frames[BATCH];
	uint32_t handed;
	int ret;

	n = zcxsk_cache_alloc(w->cache, frames, n < BATCH ? n : BATCH);
	for (uint32_t i = 0; i < n; i++) {
		packets[i] = (struct zcxsk_packet){frames[i], sizeof(packet), 0};
		memcpy(zcxsk_packet_data(w->base, &packets[i]), packet, sizeof(packet));
	}
	ret = zcxsk_handoff_push_wait_locked(w->to_sender, packets, n, second, &handed);
	if (ret)
		fprintf(stderr, "threads: handing over: %s\n", zcxsk_errno_name(ret));
	zcxsk_cache_free(w->cache, frames + handed, n - handed);
	return handed;
}

static void *work(void *argument)
{
	struct worker *w = argument;
	uint32_t n;

	while ((n = hand_over(w, COUNT - w->handed)))
		w->handed += n;
	return NULL;
}

/* Sends until all packets have arrived, or none for a second. Returns the number sent. */
static uint32_t send_all(struct zcxsk_socket *socket, struct zcxsk_handoff *handoff)
{
	struct zcxsk_packet packets[BATCH];
	uint32_t sent = 0, n, taken;
	int ret = 0;

	while (sent < WORKERS * COUNT && !ret) {
		/* Packets that wait for a kick must not wait for this thread to wake up. */
		if (!zcxsk_handoff_peek(handoff, packets, 1))
			zcxsk_tx_flush(socket);
		ret = zcxsk_handoff_pop_wait(handoff, packets, BATCH, second, &n);
		if (ret)
			break;
		ret = zcxsk_tx_wait(socket, packets, n, second, &taken);
		zcxsk_packet_release(socket, packets + taken, n - taken);
		sent += taken;
	}
	if (ret)
		fprintf(stderr, "threads: sending: %s\n", zcxsk_errno_name(ret));
	return sent;
}

static int start(struct worker *w, struct zcxsk_socket *socket, struct zcxsk_handoff *handoff)
{
	struct zcxsk_error error;

	w->to_sender = handoff;
	w->base = zcxsk_socket_base(socket);
	w->handed = 0;
	if (zcxsk_cache_create(&w->cache, zcxsk_cache_pool(zcxsk_socket_cache(socket)), &error))
		return fail(&error);
	if (!pthread_create(&w->thread, NULL, work, w))
		return 0;
	fprintf(stderr, "threads: cannot start a thread\n");
	return 1;
}

static int run(struct zcxsk_socket *socket, struct zcxsk_handoff *handoff)
{
	struct worker workers[WORKERS];
	struct zcxsk_packet packets[BATCH];
	uint32_t sent, out, n;

	for (int i = 0; i < WORKERS; i++)
		if (start(&workers[i], socket, handoff))
			exit(1);
	sent = send_all(socket, handoff);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(workers[i].thread, NULL);
		printf("worker %d: %" PRIu32 " packets\n", i + 1, workers[i].handed);
		zcxsk_cache_destroy(workers[i].cache);
	}
	/* The handoff is empty here unless an error occurred. */
	while ((n = zcxsk_handoff_pop(handoff, packets, BATCH)))
		zcxsk_packet_release(socket, packets, n);
	out = zcxsk_tx_drain(socket, second);
	printf("%" PRIu32 " packets sent, %" PRIu32 " not completed\n", sent, out);
	return sent == WORKERS * COUNT && !out ? 0 : 1;
}

/* The socket creates the packet memory that all threads share. */
int main(int argc, char **argv)
{
	struct zcxsk_umem_opts memory;
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *socket;
	struct zcxsk_handoff *handoff;
	struct zcxsk_error error;
	int status;

	if (argc != 2) {
		fprintf(stderr, "usage: threads IFACE\n");
		return 2;
	}
	zcxsk_umem_opts_init(&memory);
	memory.frames = FRAMES;
	zcxsk_socket_opts_init(&opts);
	opts.flags = ZCXSK_SOCKET_TX_ONLY;
	opts.umem_opts = &memory;
	if (zcxsk_socket_open(&socket, argv[1], 0, &opts, &error))
		return fail(&error);
	printf("%s in %s mode\n", argv[1], zcxsk_mode_name(zcxsk_socket_mode(socket)));
	if (zcxsk_handoff_create(&handoff, zcxsk_cache_pool(zcxsk_socket_cache(socket)), NULL,
				 &error))
		return fail(&error);
	status = run(socket, handoff);
	zcxsk_handoff_destroy(handoff);
	zcxsk_socket_close(socket);
	return status;
}
