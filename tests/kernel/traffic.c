/* SPDX-License-Identifier: BSD-2-Clause */
/* traffic.c - sends numbered packets from one socket to another. */
#include "traffic.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "check.h"
#include "rig.h"

#define LENGTH_MIN 60u	  /* bytes: the shortest Ethernet frame without its checksum */
#define LENGTH_SPAN 1455u /* up to 1514, a full frame at an MTU of 1500 */
#define SHORT_SPAN 64u /* most packets are short, because the guest is slow at checking content */
#define LONG_EVERY 16u
#define NUMBER_AT 16u /* after the Ethernet header, aligned */
#define BODY_AT 20u
#define MIXER 2654435761u /* spreads the number over the bits of a word */

uint32_t traffic_length(uint32_t number)
{
	return LENGTH_MIN + number * 7u % (number % LONG_EVERY ? SHORT_SPAN : LENGTH_SPAN);
}

/* Word i of the body of packet number n. */
static uint32_t word(uint32_t number, uint32_t i)
{
	return (number + 1) * MIXER + i;
}

/* Broadcast, because network cards drop packets for other addresses. */
static void write_header(unsigned char *bytes, uint32_t number)
{
	uint16_t type = htons(RIG_ETHERTYPE);

	memset(bytes, 0xff, 6);
	memcpy(bytes + 6, "\x02zcxsk", 6);
	memcpy(bytes + 12, &type, sizeof(type));
	memset(bytes + 14, 0, 2);
	memcpy(bytes + NUMBER_AT, &number, sizeof(number));
}

void traffic_write(void *data, uint32_t length, uint32_t number)
{
	unsigned char *bytes = data;

	write_header(bytes, number);
	for (uint32_t at = BODY_AT, i = 0; at < length; at += 4, i++) {
		uint32_t w = word(number, i);

		memcpy(bytes + at, &w, length - at < 4 ? length - at : 4);
	}
}

uint32_t traffic_number(const void *data)
{
	uint32_t number;

	memcpy(&number, (const unsigned char *)data + NUMBER_AT, sizeof(number));
	return number;
}

void traffic_check(const void *data, uint32_t length, uint32_t number)
{
	unsigned char header[BODY_AT];
	const unsigned char *bytes = data;
	uint32_t wrong = 0;

	CHECK("no packet is truncated", length >= LENGTH_MIN);
	CHECK_EQ("packets arrive in order, none lost or duplicated", traffic_number(data), number);
	CHECK_EQ("packets keep their length", length, traffic_length(number));
	write_header(header, number);
	CHECK("packets keep their header", !memcmp(data, header, BODY_AT));
	for (uint32_t at = BODY_AT, i = 0; at < length; at += 4, i++) {
		uint32_t w = word(number, i), is = w;

		memcpy(&is, bytes + at, length - at < 4 ? length - at : 4);
		wrong += is != w;
	}
	CHECK_EQ("packets keep their content", wrong, 0);
}

uint32_t traffic_send(struct zcxsk_socket *socket, uint32_t first, uint32_t n)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t got = zcxsk_tx_alloc(socket, p, n < TRAFFIC_BURST ? n : TRAFFIC_BURST, 0), taken;

	for (uint32_t i = 0; i < got; i++) {
		p[i].len = traffic_length(first + i);
		traffic_write(zcxsk_packet_data(zcxsk_socket_base(socket), &p[i]), p[i].len,
			      first + i);
	}
	taken = zcxsk_tx_burst(socket, p, got);
	CHECK_EQ("frames not sent can be released",
		 zcxsk_packet_release(socket, p + taken, got - taken), got - taken);
	return taken;
}

void traffic_send_all(struct zcxsk_socket *socket, uint32_t first, uint32_t n)
{
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;

	for (uint32_t sent = 0; sent < n;) {
		CHECK("all packets are accepted in time", rig_now() < deadline);
		sent += traffic_send(socket, first + sent, n - sent);
	}
}

uint32_t traffic_receive(struct zcxsk_socket *socket, uint32_t first)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n;

	CHECK_EQ("packets arrive", zcxsk_rx_wait(socket, p, TRAFFIC_BURST, TRAFFIC_PATIENCE_NS, &n),
		 0);
	for (uint32_t i = 0; i < n; i++) {
		CHECK_EQ("received packets have no flags", p[i].flags, 0);
		traffic_check(zcxsk_packet_data(zcxsk_socket_base(socket), &p[i]), p[i].len,
			      first + i);
	}
	CHECK_EQ("received frames can be released", zcxsk_packet_release(socket, p, n), n);
	return n;
}

void traffic_receive_all(struct zcxsk_socket *socket, uint32_t first, uint32_t n)
{
	for (uint32_t got = 0; got < n;)
		got += traffic_receive(socket, first + got);
}

void traffic_run(struct zcxsk_socket *from, struct zcxsk_socket *to, uint32_t n)
{
	uint32_t sent = 0, got = 0;

	while (got < n) {
		if (sent < n && sent - got < TRAFFIC_WINDOW)
			sent += traffic_send(from, sent, n - sent);
		got += traffic_receive(to, got);
	}
}
