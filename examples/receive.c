/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * receive.c - receives the packets that match the rules from queue 0 of an
 * interface for ten seconds and counts them. The kernel gets all others.
 *
 *   cc receive.c $(pkg-config --cflags --libs libzcxsk) -o receive
 *   ./receive eth1 'take udp dport 4000'
 *
 *   eth1 in zero-copy mode
 *   1000 packets, 60000 bytes
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <zcxsk/zcxsk.h>

enum { BATCH = 64, SECONDS = 10 };

static int fail(const struct zcxsk_error *error)
{
	char text[sizeof(*error)];

	zcxsk_error_format(error, text, sizeof(text));
	fprintf(stderr, "receive: %s\n", text);
	return 1;
}

int main(int argc, char **argv)
{
	struct zcxsk_redirect_opts redirect;
	struct zcxsk_socket_opts opts;
	const struct zcxsk_packet *packets;
	struct zcxsk_socket *socket;
	struct zcxsk_error error;
	uint64_t count = 0, bytes = 0;
	time_t end;

	if (argc != 3) {
		fprintf(stderr, "usage: receive IFACE RULES\n");
		return 2;
	}
	zcxsk_redirect_opts_init(&redirect);
	redirect.rules_text = argv[2];
	zcxsk_socket_opts_init(&opts);
	opts.flags = ZCXSK_SOCKET_RX_ONLY;
	opts.redirect_opts = &redirect;
	if (zcxsk_socket_open(&socket, argv[1], 0, &opts, &error))
		return fail(&error);
	printf("%s in %s mode\n", argv[1], zcxsk_mode_name(zcxsk_socket_mode(socket)));

	end = time(NULL) + SECONDS;
	while (time(NULL) < end) {
		uint32_t n = 0;
		int ret = zcxsk_rx_view_wait(socket, &packets, BATCH, 100 * 1000 * 1000, &n);

		if (ret && ret != -ETIMEDOUT) {
			fprintf(stderr, "receive: %s\n", zcxsk_errno_name(ret));
			break;
		}
		for (uint32_t i = 0; i < n; i++)
			bytes += packets[i].len;
		count += n;
		zcxsk_packet_release(socket, packets, n);
	}
	printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", count, bytes);
	zcxsk_socket_close(socket);
	return 0;
}
