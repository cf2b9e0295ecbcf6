/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - several threads send on one queue: two workers take frames, each
 * from a cache of its own, write packets and hand them to the thread that owns
 * the socket. That one sends them, and their frames come home by the pool that
 * all have in common.
 *
 *   cc threads.c $(pkg-config --cflags --libs libzcxsk) -pthread -o threads
 *   ./threads eth1
 *
 *   eth1 in zero-copy mode
 *   worker 1: 500000 packets
 *   worker 2: 500000 packets
 *   1000000 packets sent, 0 still out
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <zcxsk/zcxsk.h>

/* So many frames that ring, handoff and caches together hold less. */
enum { BATCH = 64, WORKERS = 2, COUNT = 500000, PACKET_BYTES = 60, FRAMES = 16384 };

static const uint64_t second = 1000000000; /* ns; more than any wait here should ever take */

/* Broadcast, from a made-up address, EtherType 0x88B5 (local experiments), zeroes. */
static const unsigned char packet[PACKET_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
						   0x00, 0x00, 0x00, 0x00, 0x01, 0x88, 0xb5};

struct worker {
	struct zcxsk_cache *cache; /* its own, of the pool that all have in common */
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

/* One batch, at most n packets. Returns how many were handed over. */
static uint32_t hand_over(struct worker *w, uint32_t n)
{
	struct zcxsk_packet packets[BATCH];
	uint64_t frames[BATCH];
	uint32_t handed;
	int rc;

	n = zcxsk_cache_alloc(w->cache, frames, n < BATCH ? n : BATCH);
	for (uint32_t i = 0; i < n; i++) {
		packets[i] = (struct zcxsk_packet){frames[i], sizeof(packet), 0};
		memcpy(zcxsk_packet_data(w->base, &packets[i]), packet, sizeof(packet));
	}
	rc = zcxsk_handoff_push_wait_locked(w->to_sender, packets, n, second, &handed);
	if (rc)
		fprintf(stderr, "threads: handing over: %s\n", zcxsk_errno_name(rc));
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

/* Until all have come, or none for a second. Returns how many packets were sent. */
static uint32_t send_all(struct zcxsk_socket *socket, struct zcxsk_handoff *handoff)
{
	struct zcxsk_packet packets[BATCH];
	uint32_t sent = 0, n, taken;
	int rc = 0;

	while (sent < WORKERS * COUNT && !rc) {
		/* What has gathered goes out before this thread sleeps. */
		if (!zcxsk_handoff_peek(handoff, packets, 1))
			zcxsk_tx_flush(socket);
		rc = zcxsk_handoff_pop_wait(handoff, packets, BATCH, second, &n);
		if (rc)
			break;
		rc = zcxsk_tx_wait(socket, packets, n, second, &taken);
		zcxsk_packet_release(socket, packets + taken, n - taken);
		sent += taken;
	}
	if (rc)
		fprintf(stderr, "threads: sending: %s\n", zcxsk_errno_name(rc));
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
	fprintf(stderr, "threads: there cannot be one more\n");
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
	/* Empty, unless something went wrong. */
	while ((n = zcxsk_handoff_pop(handoff, packets, BATCH)))
		zcxsk_packet_release(socket, packets, n);
	out = zcxsk_tx_drain(socket, second);
	printf("%" PRIu32 " packets sent, %" PRIu32 " still out\n", sent, out);
	return sent == WORKERS * COUNT && !out ? 0 : 1;
}

/* On memory that the socket makes, and all share. */
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
