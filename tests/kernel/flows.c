/* SPDX-License-Identifier: BSD-2-Clause */
/* flows.c - sends numbered UDP packets of many flows from one port to another. */
#include "flows.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "check.h"
#include "traffic.h"

#define LENGTH 64u    /* bytes: headers, a number, and some more */
#define NUMBER_AT 44u /* after the UDP header, aligned */
#define FLOWS 64u     /* enough for a hash to reach all of four queues */
#define TEXT 1200u    /* bytes of an explanation with all its parts */

static const struct zcxsk_rules *ipv4;

/*
 * Writes broadcast Ethernet, IPv4 with a valid checksum, which a bridge between the ends
 * may check, and UDP from the flow's source port to port 7777.
 */
static void write_packet(unsigned char *bytes, uint32_t number)
{
	static const unsigned char headers[NUMBER_AT] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,	  'z',	'c', 'x',  's',	 'k', 8,  0,   0x45,
		0,    0,    50,	  0,	0,    0,    0,	  64,	17,  0x26, 0x51, 198, 51, 100, 1,
		198,  51,   100,  2,	0,    0,    0x1e, 0x61, 0,   30,   0,	 0,   0,  0,
	};
	uint16_t source = htons((uint16_t)(1024 + number % FLOWS));

	memset(bytes, 0, LENGTH);
	memcpy(bytes, headers, sizeof(headers));
	memcpy(bytes + 34, &source, sizeof(source));
	memcpy(bytes + NUMBER_AT, &number, sizeof(number));
}

void flows_opts(struct port_rig *o, enum zcxsk_mode mode)
{
	rig_opts(&o->rig, mode);
	zcxsk_port_opts_init(&o->port);
	if (!ipv4)
		ipv4 = rig_rules("take ip");
	o->rig.redirect.rules = ipv4;
	o->port.socket_opts = &o->rig.socket;
}

struct zcxsk_port *flows_open(const char *ifname, const struct port_rig *o)
{
	struct zcxsk_error error = {0};
	struct zcxsk_port *port;
	char text[TEXT];

	if (zcxsk_port_open(&port, ifname, &o->port, &error)) {
		zcxsk_error_format(&error, text, sizeof(text));
		fprintf(stderr, "%s: %s\n", ifname, text);
		exit(1);
	}
	for (uint32_t q = 0; q < zcxsk_port_queues(port); q++)
		CHECK_EQ("all sockets are in the requested mode",
			 zcxsk_socket_mode(zcxsk_port_socket(port, q)), o->rig.socket.modes);
	return port;
}

uint32_t flows_send(struct zcxsk_socket *s, uint32_t first, uint32_t n)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t got = zcxsk_tx_alloc(s, p, n < TRAFFIC_BURST ? n : TRAFFIC_BURST, 0), taken;

	for (uint32_t i = 0; i < got; i++) {
		p[i].len = LENGTH;
		write_packet(zcxsk_packet_data(zcxsk_socket_base(s), &p[i]), first + i);
	}
	taken = zcxsk_tx_burst(s, p, got);
	CHECK_EQ("frames not sent can be released", zcxsk_packet_release(s, p + taken, got - taken),
		 got - taken);
	return taken;
}

void flows_send_all(struct zcxsk_port *port, uint32_t first, uint32_t n)
{
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;

	for (uint32_t q = 0, sent = 0; sent < n; q = (q + 1) % zcxsk_port_queues(port)) {
		CHECK("all packets are taken in time", rig_now() < deadline);
		sent += flows_send(zcxsk_port_socket(port, q), first + sent, n - sent);
	}
}

uint32_t flows_take(struct zcxsk_socket *s, struct flows *flows)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	unsigned char wanted[LENGTH];
	uint32_t n = zcxsk_rx_burst(s, p, TRAFFIC_BURST);

	for (uint32_t i = 0; i < n; i++) {
		unsigned char *data = zcxsk_packet_data(zcxsk_socket_base(s), &p[i]);
		uint32_t number;

		CHECK_EQ("packets keep their length", p[i].len, LENGTH);
		memcpy(&number, data + NUMBER_AT, sizeof(number));
		CHECK("no foreign packet arrives", number < FLOWS_MAX);
		CHECK_EQ("no packet arrives twice", flows->seen[number]++, 0);
		write_packet(wanted, number);
		CHECK("packets keep their content", !memcmp(data, wanted, LENGTH));
	}
	CHECK_EQ("received frames can be released", zcxsk_packet_release(s, p, n), n);
	flows->got += n;
	return n;
}

uint32_t flows_take_all(struct zcxsk_port *port, struct flows *flows)
{
	uint32_t n = 0;

	for (uint32_t q = 0; q < zcxsk_port_queues(port); q++)
		n += flows_take(zcxsk_port_socket(port, q), flows);
	return n;
}

void flows_run(struct zcxsk_port *from, struct zcxsk_port *to, uint32_t n)
{
	struct flows *flows = calloc(1, sizeof(*flows));
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	uint32_t sent = 0, q = 0;

	CHECK("memory", flows);
	while (flows->got < n) {
		if (sent < n && sent - flows->got < TRAFFIC_WINDOW) {
			sent += flows_send(zcxsk_port_socket(from, q), sent, n - sent);
			q = (q + 1) % zcxsk_port_queues(from);
		}
		if (flows_take_all(to, flows))
			deadline = rig_now() + TRAFFIC_PATIENCE_NS;
		CHECK("packets of all flows arrive", rig_now() < deadline);
	}
	free(flows);
}

struct zcxsk_stats flows_stats(const char *behaviour, struct zcxsk_port *port)
{
	struct zcxsk_stats st;

	zcxsk_stats_init(&st);
	CHECK_EQ(behaviour, zcxsk_port_read_stats(port, &st), 0);
	CHECK_EQ(behaviour,
		 st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring + st.in_tx_ring +
			 st.in_kernel_tx + st.in_completion_ring + st.in_lost +
			 (uint64_t)st.in_application + st.in_cache + st.in_pool,
		 st.frames);
	return st;
}
