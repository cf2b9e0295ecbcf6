/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bad_packets.c - invalid packets never reach the kernel: the packets before one are sent,
 * the status gives the reason, and sending works afterwards.
 */
#include <errno.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define FRAME ((uint64_t)rig_frame_size())

/* How a valid packet is made invalid. The application keeps its frame. */
enum spoil { OUTSIDE, FAR_OUTSIDE, ACROSS, TOO_LONG, EMPTY, FLAG_MORE, FLAG_METADATA, FLAG_ODD };

static const char *const names[] = {
	[OUTSIDE] = "a packet past the UMEM",
	[FAR_OUTSIDE] = "a packet at the end of the address space",
	[ACROSS] = "a packet across the end of its frame",
	[TOO_LONG] = "a packet longer than any frame",
	[EMPTY] = "a packet of length 0",
	[FLAG_MORE] = "a packet with a continuation",
	[FLAG_METADATA] = "a packet with metadata",
	[FLAG_ODD] = "a packet with an unknown flag",
};

static void spoil(struct zcxsk_packet *p, enum spoil how, uint64_t umem_size)
{
	switch (how) {
	case OUTSIDE:
		p->addr = umem_size;
		break;
	case FAR_OUTSIDE:
		p->addr = UINT64_MAX - 30;
		break;
	case ACROSS:
		p->addr += FRAME - p->len + 1;
		break;
	case TOO_LONG:
		p->len = UINT32_MAX;
		break;
	case EMPTY:
		p->len = 0;
		break;
	case FLAG_MORE:
		p->flags = ZCXSK_PACKET_MORE;
		break;
	case FLAG_METADATA:
		p->flags = ZCXSK_PACKET_METADATA;
		break;
	case FLAG_ODD:
		p->flags = 1u << 31;
		break;
	}
}

/* Sends three packets, the first one numbered `number` and the second one invalid. */
static void one_of_three(struct zcxsk_socket *tx, struct zcxsk_socket *rx, enum spoil how,
			 uint32_t number)
{
	struct zcxsk_packet p[3], right;
	struct zcxsk_stats before = rig_stats(tx), after;
	uint32_t count;

	CHECK_EQ("alloc", zcxsk_tx_alloc(tx, p, 3, 0), 3);
	for (uint32_t i = 0; i < 3; i++) {
		p[i].len = traffic_length(number + i);
		traffic_write(zcxsk_packet_data(zcxsk_socket_base(tx), &p[i]), p[i].len,
			      number + i);
	}
	right = p[1];
	spoil(&p[1], how, zcxsk_umem_size(zcxsk_socket_umem(tx)));
	CHECK_EQ(names[how], zcxsk_tx_burst(tx, p, 3), 1);
	CHECK_EQ(names[how], zcxsk_socket_status(tx), -EINVAL);
	CHECK_EQ(names[how], zcxsk_tx_wait(tx, p + 1, 2, TRAFFIC_PATIENCE_NS, &count), -EINVAL);
	CHECK_EQ(names[how], count, 0);
	after = rig_stats(tx);
	CHECK_EQ(names[how], after.tx_packets - before.tx_packets, 1);
	CHECK("rejected packets are counted", after.tx_rejected > before.tx_rejected);
	p[1] = right;
	CHECK_EQ("the corrected packets are sent", zcxsk_tx_burst(tx, p + 1, 2), 2);
	CHECK_EQ("the status is 0 again", zcxsk_socket_status(tx), 0);
	traffic_receive_all(rx, number, 3);
}

static void bad_ones(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);
	uint32_t number = 0;

	for (enum spoil how = OUTSIDE; how <= FLAG_ODD; how++, number += 3)
		one_of_three(tx, rx, how, number);
	rig_check_quiet("the kernel saw no invalid descriptor", tx);
	rig_check_places("no frame is lost with an invalid packet", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

/* The first and the last byte of the UMEM and of a frame can be sent. */
static void edges(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);
	struct zcxsk_packet p;

	CHECK_EQ("alloc", zcxsk_tx_alloc(tx, &p, 1, 0), 1);
	p.len = traffic_length(0);
	p.addr += FRAME - p.len;
	traffic_write(zcxsk_packet_data(zcxsk_socket_base(tx), &p), p.len, 0);
	CHECK_EQ("a packet up to the last byte of its frame is sent", zcxsk_tx_burst(tx, &p, 1), 1);
	traffic_receive_all(rx, 0, 1);
	rig_check_quiet("its frame is completed", tx);
	rig_check_places("its frame is in the pool again", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(bad_ones);
	rig_each_mode(edges);
	return 0;
}
