/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * echo.c - sends every frame of EtherType 0x88B5 (local experiments) back to
 * its sender, until Ctrl-C. It sends the received frame itself, with the two MAC
 * addresses swapped, and copies nothing.
 *
 *   cc echo.c $(pkg-config --cflags --libs libzcxsk) -o echo
 *   ./echo eth1
 *
 *   eth1 in zero-copy mode, Ctrl-C to stop
 *   1000 packets sent back, 0 dropped
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <zcxsk/zcxsk.h>

enum { BATCH = 64, MAC = 6 };

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static int fail(const struct zcxsk_error *error)
{
	char text[sizeof(*error)];

	zcxsk_error_format(error, text, sizeof(text));
	fprintf(stderr, "echo: %s\n", text);
	return 1;
}

static void swap_macs(unsigned char *frame)
{
	unsigned char mac[MAC];

	memcpy(mac, frame, MAC);
	memcpy(frame, frame + MAC, MAC);
	memcpy(frame + MAC, mac, MAC);
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = stop};
	struct zcxsk_redirect_opts redirect;
	struct zcxsk_socket_opts opts;
	struct zcxsk_packet packets[BATCH];
	struct zcxsk_socket *socket;
	struct zcxsk_error error;
	uint64_t returned = 0, dropped = 0;
	void *base;

	if (argc != 2) {
		fprintf(stderr, "usage: echo IFACE\n");
		return 2;
	}
	zcxsk_redirect_opts_init(&redirect);
	redirect.rules_text = "take ethertype 0x88b5";
	zcxsk_socket_opts_init(&opts);
	opts.redirect_opts = &redirect;
	if (zcxsk_socket_open(&socket, argv[1], 0, &opts, &error))
		return fail(&error);
	printf("%s in %s mode, Ctrl-C to stop\n", argv[1],
	       zcxsk_mode_name(zcxsk_socket_mode(socket)));
	base = zcxsk_socket_base(socket);

	sigaction(SIGINT, &action, NULL);
	while (!stopped) {
		uint32_t n = 0, sent;
		int ret = zcxsk_rx_wait(socket, packets, BATCH, 100 * 1000 * 1000, &n);

		if (ret && ret != -ETIMEDOUT && ret != -EINTR) {
			fprintf(stderr, "echo: %s\n", zcxsk_errno_name(ret));
			break;
		}
		for (uint32_t i = 0; i < n; i++)
			swap_macs(zcxsk_packet_data(base, &packets[i]));
		sent = zcxsk_tx_burst(socket, packets, n);
		/* The program still owns the packets that the ring had no room for. */
		zcxsk_packet_release(socket, packets + sent, n - sent);
		returned += sent;
		dropped += n - sent;
	}
	printf("%" PRIu64 " packets sent back, %" PRIu64 " dropped\n", returned, dropped);
	zcxsk_socket_close(socket);
	return 0;
}
