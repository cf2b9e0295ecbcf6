/* SPDX-License-Identifier: BSD-2-Clause */
/* libxdp.c - the engine that a careful user of libxdp would write, on plain.c's socket. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel_socket.h"
#include "plain.h"

static int open_plain(struct plain *p, const struct engine_setup *s, bool sends, bool receives,
		      struct engine_turn *turn, char *why)
{
	struct plain_opts opts = {.ifname = s->ifname,
				  .mode = s->mode,
				  .queue = s->queue,
				  .ring_size = s->ring_size,
				  .packet_size = s->packet_size,
				  .sends = sends,
				  .receives = receives,
				  .busy_poll = s->busy_poll};
	uint8_t packet[PACKET_MAX];
	int ret;

	if (s->batch > PLAIN_BATCH_MAX)
		return engine_fails(why, "batch", EOPNOTSUPP);
	ret = plain_open_best(p, &opts, why);
	if (ret)
		return ret;
	snprintf(turn->mode, sizeof(turn->mode), "%s", opts.mode);
	packet_make(packet, s->place, true, s->packet_size);
	plain_fill_in(p, packet, s->packet_size);
	return 0;
}

static int libxdp_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		       struct engine_turn *turn, char *why)
{
	struct plain p;
	struct meter meter;
	int sent = open_plain(&p, setup, true, false, turn, why);

	if (sent)
		return sent;
	p.meter = &meter;
	meter_start(&meter, setup, ns, rate);
	while (meter_goes_on(&meter) && sent >= 0) {
		if (meter_is_early(&meter, setup->batch))
			continue;
		plain_reap(&p);
		sent = plain_send(&p, setup->batch, setup->packet_size, meter.spin);
		if (!sent)
			meter_defer(&meter, setup->batch);
	}
	if (p.outstanding)
		meter_progress(&meter);
	plain_drain(&p);
	turn->packets = p.completed;
	turn->calls = p.calls;
	meter_stop(&meter, turn);
	plain_close(&p);
	return sent < 0 ? engine_fails(why, "sending", -sent) : 0;
}

/* Returns received frames to the fill ring. Returns how many packets. */
static int receive_batch(struct plain *p, uint32_t batch, bool spin)
{
	uint64_t frames[PLAIN_BATCH_MAX];
	uint32_t at, n = plain_peek(p, batch, spin, &at);

	if (!n)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		frames[i] = xsk_ring_cons__rx_desc(&p->rx, at + i)->addr &
			    ~(uint64_t)(p->frame_size - 1);
	xsk_ring_cons__release(&p->rx, n);
	plain_refill(p, frames, n);
	return (int)n;
}

/* Sends received frames as they are; free ones replace them. Returns how many, or -errno. */
static int forward_batch(struct plain *p, uint32_t batch, bool spin)
{
	uint64_t frames[PLAIN_BATCH_MAX];
	uint32_t from, to, n;
	int ret;

	plain_reap(p);
	if (p->free_count < batch)
		return plain_wait_to_send(p, spin);
	n = plain_peek(p, batch, spin, &from);
	if (!n)
		return 0;
	while (xsk_ring_prod__reserve(&p->tx, n, &to) != n) {
		ret = plain_wait_to_send(p, spin);
		if (ret || stop_requested())
			return ret ? ret : -EINTR;
	}
	plain_turn_around(p, from, to, n, frames, packet_turn_back);
	ret = plain_submit(p, n);
	plain_refill(p, frames, n);
	return ret ? ret : (int)n;
}

static int libxdp_move(const struct engine_setup *setup, bool forwards, uint64_t ns,
		       struct engine_turn *turn, char *why)
{
	struct plain p;
	struct meter meter;
	int n = open_plain(&p, setup, forwards, true, turn, why);

	if (n)
		return n;
	meter_start(&meter, setup, ns, 0);
	while (meter_goes_on(&meter) && n >= 0) {
		n = (forwards ? forward_batch : receive_batch)(&p, setup->batch, meter.spin);
		if (!n)
			meter_look_soon(&meter);
		if (n > 0 && !forwards)
			turn->packets += (uint32_t)n;
	}
	if (forwards) {
		plain_drain(&p);
		turn->packets = p.completed;
	}
	turn->calls = p.calls;
	meter_stop(&meter, turn);
	plain_close(&p);
	return n < 0 ? engine_fails(why, forwards ? "forwarding" : "receiving", -n) : 0;
}

/* Waits for the echo of the packet in flight. */
static bool await_echo(struct plain *p, bool spin, const struct pings *pings)
{
	while (meter_now_ns() < pings->give_up_ns) {
		uint32_t at, n = plain_peek(p, 1, spin, &at);
		const struct xdp_desc *d;
		uint64_t frame, got;

		if (!n)
			continue;
		d = xsk_ring_cons__rx_desc(&p->rx, at);
		got = packet_number_of(p->area + d->addr, d->len);
		frame = d->addr & ~(uint64_t)(p->frame_size - 1);
		xsk_ring_cons__release(&p->rx, n);
		plain_refill(p, &frame, 1);
		if (got == pings->number)
			return true;
	}
	return false;
}

static int libxdp_ping(const struct engine_setup *setup, uint32_t count, struct engine_turn *turn,
		       uint64_t *round_trips_ns, char *why)
{
	bool spin = setup->spin || setup->busy_poll;
	struct pings pings;
	struct plain p;
	int sent = open_plain(&p, setup, true, true, turn, why);

	if (sent)
		return sent;
	pings_init(&pings, round_trips_ns, count);
	while (sent >= 0 && pings_go_on(&pings)) {
		pings_start(&pings);
		plain_reap(&p);
		packet_number(p.area + p.free_frames[p.free_count - 1], pings.number);
		sent = plain_send(&p, 1, setup->packet_size, spin);
		pings_end(&pings, sent > 0 && await_echo(&p, spin, &pings));
	}
	plain_drain(&p);
	plain_close(&p);
	return sent < 0 ? engine_fails(why, "sending", -sent) : 0;
}

const struct engine engine_libxdp = {
	.name = "libxdp",
	.words = "plain loop on libxdp, one kick a batch",
	.has_modes = true,
	.send = libxdp_send,
	.move = libxdp_move,
	.receives = true,
	.forwards = true,
	.ping = libxdp_ping,
};
