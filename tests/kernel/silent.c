// SPDX-License-Identifier: BSD-2-Clause
/*
 * silent.c - a device that takes packets and never completes them: the sender
 * fills up and says so, every wait ends at its deadline, the close works, and
 * the interface can be used again. For the guest: a card alone on its hub,
 * named by ZCXSK_TEST_IFACES.
 */
#include <errno.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define FRAMES 8192u /* more than both rings hold: the ring is what fills up */
#define SHORT_NS 100000000ull
#define LATE_NS 1000000000ull
#define FULL_NS 300000000ull /* without a packet taken, the sender is full */

/* Sends until nothing more is taken. Returns how many were. */
static uint32_t fill_up(struct zcxsk_socket *s)
{
	uint64_t last = rig_now();
	uint32_t sent = 0;

	while (rig_now() - last < FULL_NS) {
		uint32_t n = traffic_send(s, sent, TRAFFIC_BURST);

		if (n)
			last = rig_now();
		sent += n;
	}
	return sent;
}

static void never_completes(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s;
	struct zcxsk_packet p;
	struct zcxsk_stats st;
	struct rig_opts o;
	uint32_t sent, out, count;
	uint64_t start;

	rig_opts(&o, mode);
	o.umem.frames = FRAMES;
	s = rig_open(rig_left(0), 0, &o.socket);
	sent = fill_up(s);
	st = rig_stats(s);
	printf("  %u taken, %u out, %llu in the ring\n", sent, zcxsk_tx_outstanding(s),
	       (unsigned long long)st.in_tx_ring);
	CHECK("the sender fills up", sent >= 256);
	CHECK("a full sender is counted", st.tx_ring_full > 0);
	rig_check_places("frames that do not come back balance", s);
	start = rig_now();
	out = zcxsk_tx_drain(s, SHORT_NS);
	CHECK("a drain ends at its deadline", rig_now() - start < SHORT_NS + LATE_NS);
	CHECK_EQ("a drain tells how many are out", out, zcxsk_tx_outstanding(s));
	CHECK("a device that never completes keeps frames", out > 0);
	CHECK_EQ("a free frame", zcxsk_tx_alloc(s, &p, 1), 1);
	p.len = traffic_length(0);
	start = rig_now();
	CHECK_EQ("a waiting sender ends at its deadline", zcxsk_tx_wait(s, &p, 1, SHORT_NS, &count),
		 -ETIMEDOUT);
	CHECK("a waiting sender waits for its deadline",
	      rig_now() - start >= SHORT_NS && rig_now() - start < SHORT_NS + LATE_NS);
	CHECK_EQ("release", zcxsk_packet_release(s, &p, 1), 1);
	start = rig_now();
	CHECK_EQ("a close tells how many are out", zcxsk_socket_close(s), out);
	CHECK("a close ends in time", rig_now() - start < 4 * LATE_NS);
	CHECK_EQ("a close takes the program away", rig_program(rig_left(0)), 0);
}

static void usable_again(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);

	CHECK("the interface takes packets again", traffic_send(s, 0, TRAFFIC_BURST) > 0);
	zcxsk_socket_close(s);
}

int main(void)
{
	rig_setup(0);
	rig_each_mode(never_completes);
	rig_each_mode(usable_again);
	return 0;
}
