/* SPDX-License-Identifier: BSD-2-Clause */
/* ring_zcxsk.c - cycles of this library on rings in memory. */
#include <zcxsk/zcxsk.h>

#include "meter.h"
#include "ring.h"

uint64_t ring_bytes_seen;

static int no_call(void *context)
{
	(void)context;
	return 0;
}

static int no_event(void *context, short events, uint64_t timeout_ns)
{
	(void)context;
	(void)events;
	(void)timeout_ns;
	return 0;
}

uint64_t ring_clock_step_ns;

/* The real clock by default: a policy that reads it should pay for that. */
static uint64_t read_clock(void *context)
{
	static uint64_t counted;

	(void)context;
	return ring_clock_step_ns ? counted += ring_clock_step_ns : meter_now_ns();
}

static struct zcxsk_kernel_ring shared(struct ring_shared *r)
{
	return (struct zcxsk_kernel_ring){&r->producer, &r->consumer, &r->flags, r->entries,
					  r->size};
}

static void *open_zcxsk(struct ring_memory *m, uint32_t frames)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_umem_opts umem;
	struct zcxsk_kernel kernel;
	struct zcxsk_socket *socket;

	zcxsk_kernel_init(&kernel);
	kernel.mode = ZCXSK_MODE_ZERO_COPY;
	kernel.kick = no_call;
	kernel.receive = no_call;
	kernel.wait = no_event;
	kernel.now = read_clock;
	kernel.rings = (struct zcxsk_kernel_rings){shared(&m->fill), shared(&m->completion),
						   shared(&m->rx), shared(&m->tx)};
	zcxsk_umem_opts_init(&umem);
	umem.frames = frames;
	zcxsk_socket_opts_init(&opts);
	opts.umem_opts = &umem;
	return zcxsk_socket_open_on(&socket, &kernel, &opts, NULL) ? NULL : socket;
}

/* Ignores an error: packets still in flight have no kernel to complete them. */
static void close_zcxsk(void *handle)
{
	(void)zcxsk_socket_close(handle);
}

__attribute__((noinline)) uint32_t ring_tx_zcxsk(void *handle, uint32_t batch);
__attribute__((noinline)) uint32_t ring_rx_zcxsk(void *handle, uint32_t batch);

/* Never reached in a cycle. */
static __attribute__((noinline, cold)) uint32_t
unsent(void *handle, const struct zcxsk_packet *packets, uint32_t n, uint32_t sent)
{
	(void)zcxsk_packet_release(handle, packets + sent, n - sent);
	return sent;
}

uint32_t ring_tx_zcxsk(void *handle, uint32_t batch)
{
	struct zcxsk_packet packets[RING_BATCH_MAX];
	uint32_t n = zcxsk_tx_alloc(handle, packets, batch, RING_PACKET);
	uint32_t sent = zcxsk_tx_burst(handle, packets, n);

	return sent < n ? unsent(handle, packets, n, sent) : sent;
}

uint32_t ring_rx_zcxsk(void *handle, uint32_t batch)
{
	const struct zcxsk_packet *packets;
	uint32_t n = zcxsk_rx_view(handle, &packets, batch);
	uint64_t bytes = 0;

	if (!n)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		bytes += packets[i].len;
	ring_bytes_seen += bytes;
	(void)zcxsk_packet_release(handle, packets, n);
	return n;
}

const struct ring_user ring_user_zcxsk = {.name = "zcxsk",
					  .tx_name = "ring_tx_zcxsk",
					  .rx_name = "ring_rx_zcxsk",
					  .open = open_zcxsk,
					  .close = close_zcxsk,
					  .tx = ring_tx_zcxsk,
					  .rx = ring_rx_zcxsk};
