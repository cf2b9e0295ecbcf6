/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auto.c [MODE] - sockets that are opened without options get the best mode of the card, which
 * is MODE if it is given: packets of all lengths flow both ways, and the longest ones are
 * compared byte by byte.
 */
#include "check.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 500u
#define LONGEST 1514u /* bytes, at the usual MTU */
#define LONG_ONES 32u

/* Nothing is chosen but the packets, so that the other traffic of the card passes. */
static struct zcxsk_socket *open_auto(const char *ifname, const char *mode)
{
	struct zcxsk_redirect_opts redirect;
	struct zcxsk_socket_info info;
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *s;

	zcxsk_socket_opts_init(&opts);
	zcxsk_redirect_opts_init(&redirect);
	redirect.rules = rig_rules("take ethertype 34998");
	opts.redirect_opts = &redirect;
	s = rig_open(ifname, 0, &opts);
	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
	printf("  %s: %s, link after %llu ms\n", ifname, zcxsk_mode_name(zcxsk_socket_mode(s)),
	       (unsigned long long)info.carrier_wait_ns / 1000000);
	CHECK_EQ("the queue was tested", info.untested, 0);
	if (mode)
		CHECK("the best mode is used",
		      !strcmp(zcxsk_mode_name(zcxsk_socket_mode(s)), mode));
	return s;
}

static void send_longest(struct zcxsk_socket *from, struct zcxsk_socket *to)
{
	unsigned char data[LONGEST];
	struct zcxsk_packet p;
	uint32_t n;

	for (uint32_t i = 0; i < LONG_ONES; i++) {
		traffic_write(data, LONGEST, i);
		CHECK_EQ("the longest packet is sent",
			 zcxsk_tx_send_wait(from, data, LONGEST, TRAFFIC_PATIENCE_NS), 0);
		CHECK_EQ("it arrives", zcxsk_rx_wait(to, &p, 1, TRAFFIC_PATIENCE_NS, &n), 0);
		CHECK_EQ("with its length", p.len, LONGEST);
		CHECK("and its content",
		      !memcmp(zcxsk_packet_data(zcxsk_socket_base(to), &p), data, LONGEST));
		CHECK_EQ("release", zcxsk_packet_release(to, &p, n), n);
	}
}

static void run(struct zcxsk_socket *from, struct zcxsk_socket *to)
{
	traffic_run(from, to, PACKETS);
	send_longest(from, to);
	rig_check_quiet("all are completed", from);
	rig_check_places("frames balance", from);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : NULL;
	struct zcxsk_socket *a, *b;

	rig_setup(1);
	a = open_auto(rig_left(0), mode);
	b = open_auto(rig_right(0), mode);
	run(a, b);
	run(b, a);
	CHECK_EQ("close", zcxsk_socket_close(a), 0);
	CHECK_EQ("close", zcxsk_socket_close(b), 0);
	return 0;
}
