/* SPDX-License-Identifier: BSD-2-Clause */
/* zcxsk.c - the engine on this library: burst calls and waits, with the defaults. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel_socket.h"
#include "zcxsk_socket.h"

enum {
	OUT_WAIT_MS = 10, /* how long forwarding waits for a full TX ring */
	ECHOES = 64,	  /* received at a time */
};

struct sender {
	struct zcxsk_socket *socket;
	struct meter *meter;
	uint64_t taken;	    /* packets given to the kernel */
	uint64_t completed; /* as last seen, for the gaps */
	uint32_t size;
	bool spin;
};

/* Derives completions from the packets no longer in flight. */
static void watch_gaps(struct sender *s)
{
	uint64_t completed = s->taken - zcxsk_tx_outstanding(s->socket);

	if (completed != s->completed)
		meter_progress(s->meter);
	s->completed = completed;
}

/* Sends n packets, waiting for room. Returns how many, or -errno. */
static int send_batch(struct sender *s, struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t sent, more = 0;
	int ret = 0;

	if (s->meter->gaps && !zcxsk_tx_outstanding(s->socket))
		meter_depart(s->meter);
	n = zcxsk_tx_alloc(s->socket, packets, n, s->size);
	sent = zcxsk_tx_burst(s->socket, packets, n);
	if (sent < n && !s->spin)
		ret = zcxsk_tx_wait(s->socket, packets + sent, n - sent, WAIT_MS * NS_PER_MS,
				    &more);
	sent += more;
	if (sent < n)
		zcxsk_packet_release(s->socket, packets + sent, n - sent);
	s->taken += sent;
	if (s->meter->gaps)
		watch_gaps(s);
	ret = zcxsk_engine_serious(ret);
	return ret ? ret : (int)sent;
}

/* Waits: no packet is due for this long. */
static void idle(struct sender *s, uint64_t ns)
{
	if (s->spin)
		zcxsk_tx_reap(s->socket);
	else
		zcxsk_tx_flush(s->socket);
	meter_pass(s->meter, ns);
}

static int send_loop(struct sender *s, const struct engine_setup *setup)
{
	struct zcxsk_packet packets[ZCXSK_ENGINE_BATCH_MAX];
	int sent = 0;

	while (meter_goes_on(s->meter) && sent >= 0) {
		uint64_t early_ns = meter_early_ns(s->meter, setup->batch);

		if (early_ns) {
			idle(s, early_ns);
			continue;
		}
		sent = send_batch(s, packets, setup->batch);
		if (sent >= 0 && (uint32_t)sent < setup->batch)
			meter_defer(s->meter, setup->batch - (uint32_t)sent);
	}
	if (zcxsk_tx_outstanding(s->socket))
		meter_progress(s->meter);
	return sent < 0 ? sent : 0;
}

/* Packets completed, of those sent; the self-test's packet may be in flight, too. */
static uint64_t completed(struct zcxsk_socket *socket, uint64_t sent)
{
	uint32_t out = zcxsk_tx_drain(socket, DRAIN_MS * NS_PER_MS);

	return sent > out ? sent - out : 0;
}

static int zcxsk_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		      struct engine_turn *turn, char *why)
{
	struct meter meter;
	struct sender s = {.meter = &meter, .size = setup->packet_size};
	int ret = zcxsk_engine_open(&s.socket, setup, ZCXSK_SOCKET_TX_ONLY, turn, why);

	if (ret)
		return ret;
	zcxsk_engine_fill_in(s.socket, setup);
	meter_start(&meter, setup, ns, rate);
	s.spin = meter.spin;
	ret = send_loop(&s, setup);
	turn->packets = completed(s.socket, s.taken);
	meter_stop(&meter, turn);
	zcxsk_engine_count_calls(s.socket, turn);
	zcxsk_socket_close(s.socket);
	return ret ? engine_fails(why, "sending", -ret) : 0;
}

/* Receives packets, polling the device or sleeping once. Returns how many, or -errno. */
static int receive_batch(struct zcxsk_socket *socket, const struct zcxsk_packet **packets,
			 const struct engine_setup *setup, uint64_t *polls)
{
	uint32_t n = zcxsk_rx_view(socket, packets, setup->batch);
	int ret;

	if (n)
		return (int)n;
	if (setup->busy_poll) {
		++*polls;
		recvfrom(zcxsk_socket_fd(socket), NULL, 0, MSG_DONTWAIT, NULL, NULL);
	}
	if (setup->busy_poll || setup->spin)
		return (int)zcxsk_rx_view(socket, packets, setup->batch);
	ret = zcxsk_engine_serious(
		zcxsk_rx_view_wait(socket, packets, setup->batch, WAIT_MS * NS_PER_MS, &n));
	return ret ? ret : (int)n;
}

/* Sends received frames as they are. Returns how many, or -errno. */
static int forward_batch(struct sender *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint8_t *base = zcxsk_socket_base(s->socket);
	uint32_t sent, more = 0;
	int ret = 0;

	for (uint32_t i = 0; i < n; i++)
		packet_turn_back(zcxsk_packet_data(base, &packets[i]), packets[i].len);
	sent = zcxsk_tx_burst(s->socket, packets, n);
	if (sent < n)
		ret = zcxsk_tx_wait(s->socket, packets + sent, n - sent, OUT_WAIT_MS * NS_PER_MS,
				    &more);
	sent += more;
	if (sent < n)
		zcxsk_packet_release(s->socket, packets + sent, n - sent);
	s->taken += sent;
	ret = zcxsk_engine_serious(ret);
	return ret ? ret : (int)sent;
}

static int zcxsk_move(const struct engine_setup *setup, bool forwards, uint64_t ns,
		      struct engine_turn *turn, char *why)
{
	const struct zcxsk_packet *packets;
	struct meter meter;
	struct sender s = {.meter = &meter};
	uint64_t polls = 0;
	int n = zcxsk_engine_open(&s.socket, setup, forwards ? 0 : ZCXSK_SOCKET_RX_ONLY, turn, why);

	if (n)
		return n;
	meter_start(&meter, setup, ns, 0);
	while (meter_goes_on(&meter)) {
		n = receive_batch(s.socket, &packets, setup, &polls);
		if (n > 0 && forwards) {
			n = forward_batch(&s, packets, (uint32_t)n);
		} else if (n > 0) {
			zcxsk_packet_release(s.socket, packets, (uint32_t)n);
			s.taken += (uint32_t)n;
		}
		if (n < 0)
			break;
		if (!n)
			meter_look_soon(&meter);
	}
	turn->packets = forwards ? completed(s.socket, s.taken) : s.taken;
	meter_stop(&meter, turn);
	zcxsk_engine_count_calls(s.socket, turn);
	turn->calls += polls;
	zcxsk_socket_close(s.socket);
	return n < 0 ? engine_fails(why, forwards ? "forwarding" : "receiving", -n) : 0;
}

/* Waits for the echo of the packet in flight. */
static bool await_echo(struct zcxsk_socket *socket, const struct engine_setup *setup,
		       const struct pings *pings)
{
	uint8_t *base = zcxsk_socket_base(socket);
	const struct zcxsk_packet *packet;
	uint64_t polls = 0; /* not reported for round trips */

	while (meter_now_ns() < pings->give_up_ns) {
		int n = receive_batch(socket, &packet, setup, &polls);
		uint64_t got;

		if (n < 0)
			return false;
		if (!n)
			continue;
		got = packet_number_of(zcxsk_packet_data(base, packet), packet->len);
		zcxsk_packet_release(socket, packet, 1);
		if (got == pings->number)
			return true;
	}
	return false;
}

/* Writes a numbered packet into a free frame; false if there is none. */
static bool make_packet(struct zcxsk_socket *socket, struct zcxsk_packet *packet,
			const uint8_t *bytes, uint32_t size, uint64_t number)
{
	uint8_t *data;

	if (!zcxsk_tx_alloc(socket, packet, 1, 0))
		return false;
	data = zcxsk_packet_data(zcxsk_socket_base(socket), packet);
	memcpy(data, bytes, size);
	packet_number(data, number);
	packet->len = size;
	return true;
}

/* Sends one numbered packet. 0 or -errno. */
static int send_ping(struct zcxsk_socket *socket, const uint8_t *bytes, uint32_t size,
		     uint64_t number)
{
	struct zcxsk_packet packet;
	uint32_t sent;

	if (!make_packet(socket, &packet, bytes, size, number))
		return -EAGAIN;
	return zcxsk_tx_wait(socket, &packet, 1, WAIT_MS * NS_PER_MS, &sent);
}

static int zcxsk_ping(const struct engine_setup *setup, uint32_t count, struct engine_turn *turn,
		      uint64_t *round_trips_ns, char *why)
{
	struct engine_setup one = *setup;
	struct zcxsk_socket *socket;
	uint8_t bytes[PACKET_MAX];
	struct pings pings;
	int ret;

	one.batch = 1;
	ret = zcxsk_engine_open(&socket, &one, 0, turn, why);
	if (ret)
		return ret;
	packet_make(bytes, setup->place, true, setup->packet_size);
	pings_init(&pings, round_trips_ns, count);
	while (!ret && pings_go_on(&pings)) {
		pings_start(&pings);
		ret = zcxsk_engine_serious(
			send_ping(socket, bytes, setup->packet_size, pings.number));
		pings_end(&pings, !ret && await_echo(socket, &one, &pings));
	}
	zcxsk_socket_close(socket);
	return ret ? engine_fails(why, "sending", -ret) : 0;
}

struct probe {
	struct zcxsk_socket *socket;
	const uint8_t *bytes; /* of the packet */
	uint32_t size;
	uint64_t sent;
	uint64_t *delays_ns;
	uint32_t count, room;
};

/* The number of the packet is the time of sending. */
static void send_probe(struct probe *p)
{
	struct zcxsk_packet packet;

	if (!make_packet(p->socket, &packet, p->bytes, p->size, meter_now_ns()))
		return;
	if (zcxsk_tx_burst(p->socket, &packet, 1))
		p->sent++;
	else
		zcxsk_packet_release(p->socket, &packet, 1);
}

static void take_echoes(struct probe *p)
{
	struct zcxsk_packet packets[ECHOES];
	uint32_t n = zcxsk_rx_burst(p->socket, packets, ECHOES);
	uint64_t now = n ? meter_now_ns() : 0;

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *data = zcxsk_packet_data(zcxsk_socket_base(p->socket), &packets[i]);
		uint64_t then = packet_number_of(data, packets[i].len);

		if (then <= now && p->count < p->room)
			p->delays_ns[p->count++] = now - then;
	}
	zcxsk_packet_release(p->socket, packets, n);
}

static int find_rate(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		     struct engine_turn *turn, uint64_t *delays_ns, uint32_t *count, char *why)
{
	struct probe p = {.size = setup->packet_size, .delays_ns = delays_ns, .room = *count};
	uint8_t bytes[PACKET_MAX];
	struct meter meter;
	int ret = zcxsk_engine_open(&p.socket, setup, 0, turn, why);

	if (ret)
		return ret;
	packet_make(bytes, setup->place, true, setup->packet_size);
	p.bytes = bytes;
	meter_start(&meter, setup, ns, rate);
	while (meter_goes_on(&meter)) {
		if (!meter_early_ns(&meter, 1))
			send_probe(&p);
		take_echoes(&p);
	}
	turn->packets = completed(p.socket, p.sent);
	meter_stop(&meter, turn);
	zcxsk_engine_count_calls(p.socket, turn);
	*count = p.count;
	zcxsk_socket_close(p.socket);
	return 0;
}

const struct engine engine_zcxsk = {
	.name = "zcxsk",
	.words = "this library, default kick policy",
	.has_modes = true,
	.send = zcxsk_send,
	.move = zcxsk_move,
	.receives = true,
	.forwards = true,
	.ping = zcxsk_ping,
	.probe = find_rate,
};
