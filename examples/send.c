/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send.c - sends a million small frames on queue 0 of an interface: allocates
 * frames, writes a packet into each and submits them. The library returns the
 * frames to the pool when the kernel has completed them.
 *
 *   cc send.c $(pkg-config --cflags --libs libzcxsk) -o send
 *   ./send eth1
 *
 *   eth1 in zero-copy mode
 *   1000000 packets sent, 0 not completed
 */
#include <inttypes.h>
#include <stdio.h>
#include <zcxsk/zcxsk.h>

enum { BATCH = 64, COUNT = 1000000, PACKET_BYTES = 60 };

/* Broadcast, locally administered source, EtherType 0x88B5 (local experiments), zeroes. */
static const unsigned char packet[PACKET_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
						   0x00, 0x00, 0x00, 0x00, 0x01, 0x88, 0xb5};

static int fail(const struct zcxsk_error *error)
{
	char text[sizeof(*error)];

	zcxsk_error_format(error, text, sizeof(text));
	fprintf(stderr, "send: %s\n", text);
	return 1;
}

int main(int argc, char **argv)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_packet packets[BATCH];
	struct zcxsk_socket *socket;
	struct zcxsk_error error;
	uint32_t sent = 0, out;
	void *base;
	int ret = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: send IFACE\n");
		return 2;
	}
	zcxsk_socket_opts_init(&opts);
	opts.flags = ZCXSK_SOCKET_TX_ONLY;
	if (zcxsk_socket_open(&socket, argv[1], 0, &opts, &error))
		return fail(&error);
	printf("%s in %s mode\n", argv[1], zcxsk_mode_name(zcxsk_socket_mode(socket)));
	base = zcxsk_socket_base(socket);

	while (sent < COUNT && !ret) {
		uint32_t want = COUNT - sent < BATCH ? COUNT - sent : BATCH, taken = 0;
		uint32_t n = zcxsk_tx_alloc(socket, packets, want, sizeof(packet));

		for (uint32_t i = 0; i < n; i++)
			memcpy(zcxsk_packet_data(base, &packets[i]), packet, sizeof(packet));
		/* Waits while the ring is full. A working device never needs a second. */
		ret = zcxsk_tx_wait(socket, packets, n, 1000 * 1000 * 1000, &taken);
		zcxsk_packet_release(socket, packets + taken, n - taken);
		sent += taken;
	}
	if (ret)
		fprintf(stderr, "send: %s\n", zcxsk_errno_name(ret));
	out = zcxsk_tx_drain(socket, 1000 * 1000 * 1000);
	printf("%" PRIu32 " packets sent, %" PRIu32 " not completed\n", sent, out);
	zcxsk_socket_close(socket);
	return ret ? 1 : 0;
}
