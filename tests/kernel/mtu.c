/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mtu.c - packets must fit the frames: the largest MTU for small frames works to its last
 * byte, one byte more is refused, and the memory that a socket allocates itself suits the
 * interface. An MTU that was raised meanwhile is refused at the next open or rebuild. On
 * virtio-net also the limit of the driver.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "netns.h"
#include "rig.h"
#include "traffic.h"

#define MTU_NORMAL 1500u
#define MTU_LARGE 3000u
#define ETHERNET_HEADER 14u
#define KERNEL_HEADROOM 256u
#define AROUND 26u	     /* bytes: Ethernet, two VLAN tags and a checksum */
#define VIRTIO_RESERVED 610u /* bytes of the page that virtio_net receives into, with XDP */

/* Bytes: the frame is used up to a multiple of it. */
static uint32_t unit;

/* The largest MTU that frames hold. */
static uint32_t limit_of(uint32_t frame_size, uint32_t headroom)
{
	return (frame_size - KERNEL_HEADROOM - headroom) / unit * unit - AROUND;
}

static void set_mtu(uint32_t mtu)
{
	char setting[32];

	snprintf(setting, sizeof(setting), "mtu %u", mtu);
	rig_link(rig_left(0), setting);
	rig_link(rig_right(0), setting);
	/* Many drivers reset their link for it. */
	rig_await_link(rig_left(0));
	rig_await_link(rig_right(0));
}

/* Sends one packet of the MTU's length. */
static void check_longest(struct zcxsk_socket *a, struct zcxsk_socket *b, uint32_t mtu)
{
	uint32_t length = mtu + ETHERNET_HEADER, n;
	unsigned char sent[4096];
	struct zcxsk_packet p;

	traffic_write(sent, length, 0);
	CHECK_EQ("the longest packet is sent",
		 zcxsk_tx_send_wait(a, sent, length, TRAFFIC_PATIENCE_NS), 0);
	CHECK_EQ("the longest packet arrives", zcxsk_rx_wait(b, &p, 1, TRAFFIC_PATIENCE_NS, &n), 0);
	CHECK_EQ("the longest packet keeps its length", p.len, length);
	CHECK("the longest packet keeps its content",
	      !memcmp(zcxsk_packet_data(zcxsk_socket_base(b), &p), sent, length));
	zcxsk_packet_release(b, &p, 1);
}

/* For memory that is created before the socket. */
static void check_plan(enum zcxsk_mode mode, uint32_t frame_size)
{
	struct zcxsk_port_opts port;
	struct zcxsk_plan plan;
	struct rig_opts o;

	rig_opts(&o, mode);
	zcxsk_plan_init(&plan);
	CHECK_EQ("plan", zcxsk_socket_plan(rig_left(0), 0, &o.socket, &plan, NULL), 0);
	CHECK_EQ("the plan names the frames that suit the MTU", plan.frame_size, frame_size);
	zcxsk_port_opts_init(&port);
	port.socket_opts = &o.socket;
	zcxsk_plan_init(&plan);
	CHECK_EQ("plan", zcxsk_port_plan(rig_left(0), &port, &plan, NULL), 0);
	CHECK_EQ("likewise that of a port", plan.frame_size, frame_size);
}

static void works(enum zcxsk_mode mode, uint32_t mtu, uint32_t frame_asked, uint32_t frame_wanted)
{
	struct zcxsk_socket *a, *b;
	struct zcxsk_socket_info info;
	struct rig_opts o;

	printf("  MTU %u, frames of %u bytes\n", mtu, frame_wanted);
	set_mtu(mtu);
	rig_opts(&o, mode);
	o.umem.frame_size = frame_asked;
	a = rig_open(rig_left(0), 0, &o.socket);
	b = rig_open(rig_right(0), 0, &o.socket);
	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(a, &info), 0);
	CHECK_EQ("frames suit the MTU", info.frame_size, frame_wanted);
	CHECK_EQ("the MTU is reported", info.mtu, mtu);
	check_longest(a, b, mtu);
	check_longest(b, a, mtu);
	if (!frame_asked || frame_asked == 2048)
		check_plan(mode, frame_wanted);
	zcxsk_socket_close(a);
	zcxsk_socket_close(b);
}

static void refused(enum zcxsk_mode mode, uint32_t mtu, uint32_t headroom)
{
	struct zcxsk_error error;
	struct rig_opts o;
	char number[16];

	snprintf(number, sizeof(number), "%u", mtu);
	set_mtu(mtu);
	rig_opts(&o, mode);
	o.umem.frame_size = 2048;
	o.umem.headroom = headroom;
	rig_open_refused("an MTU too large for the frames", rig_left(0), 0, &o.socket, -EMSGSIZE,
			 &error);
	CHECK_NAMES("the refusal names the MTU", error.cause, number);
	CHECK_NAMES("the refusal names the frame size", error.cause, "2048");
	CHECK_NAMES("the remedy names the larger frames", error.remedy, "4096");
}

/*
 * Not every kernel refuses this: 6.1 attaches, and drops packets longer than a page. Where pages
 * are larger than frames, these decide.
 */
static void largest(enum zcxsk_mode mode)
{
	uint32_t of_driver = (uint32_t)sysconf(_SC_PAGESIZE) - VIRTIO_RESERVED;
	bool native = mode != ZCXSK_MODE_GENERIC_COPY && of_driver < limit_of(4096, 0);
	uint32_t mtu = native ? of_driver : limit_of(4096, 0);
	char number[16], setting[32];
	struct zcxsk_error error;
	struct rig_opts o;

	works(mode, mtu, 4096, 4096);
	set_mtu(mtu + 1);
	rig_opts(&o, mode);
	o.umem.frame_size = 4096;
	rig_open_refused("an MTU too large", rig_left(0), 0, &o.socket,
			 native ? -EINVAL : -EMSGSIZE, &error);
	snprintf(number, sizeof(number), "%u", mtu + 1);
	snprintf(setting, sizeof(setting), "mtu %u", mtu);
	CHECK_NAMES("the refusal names the MTU", error.cause, number);
	CHECK_NAMES("the remedy names the largest", error.remedy, setting);
}

/*
 * Raises the MTU of sockets that were opened with a small one. igb refuses that while a program
 * is attached, because its buffers have been chosen.
 */
static bool raise_mtu(enum zcxsk_mode mode)
{
	if (mode != ZCXSK_MODE_ZERO_COPY || !rig_has_driver("igb")) {
		set_mtu(MTU_LARGE);
		return true;
	}
	CHECK("the driver refuses a larger MTU",
	      netns_run("ip link set %s mtu %u", rig_left(0), MTU_LARGE));
	return false;
}

static void rebuild_refused(struct zcxsk_socket *s, enum zcxsk_mode mode)
{
	struct zcxsk_error error;
	struct rig_opts given;

	CHECK_EQ("a rebuild", zcxsk_socket_rebuild(s, &error), -EMSGSIZE);
	CHECK_NAMES("the refusal names the MTU", error.cause, "3000");
	rig_opts(&given, mode);
	given.umem.frame_size = 2048;
	given.socket.redirect_opts = NULL;
	given.socket.redirect = zcxsk_socket_redirect(s);
	rig_open_refused("a redirect from before", rig_left(0), 0, &given.socket, -EMSGSIZE,
			 &error);
}

/* Neither a rebuild nor a second socket accepts what an open refuses. */
static void raised_while_open(enum zcxsk_mode mode)
{
	struct zcxsk_error error;
	struct zcxsk_socket *a, *b;
	struct rig_opts o;

	set_mtu(limit_of(2048, 0));
	rig_opts(&o, mode);
	o.umem.frame_size = 2048;
	a = rig_open(rig_left(0), 0, &o.socket);
	b = rig_open(rig_right(0), 0, &o.socket);
	if (raise_mtu(mode))
		rebuild_refused(a, mode);
	/* The socket goes on, within its limit. */
	check_longest(a, b, limit_of(2048, 0));
	check_longest(b, a, limit_of(2048, 0));
	set_mtu(limit_of(2048, 0));
	CHECK_EQ("a rebuild", zcxsk_socket_rebuild(a, &error), 0);
	check_longest(a, b, limit_of(2048, 0));
	check_longest(b, a, limit_of(2048, 0));
	zcxsk_socket_close(a);
	zcxsk_socket_close(b);
}

static void boundary(enum zcxsk_mode mode)
{
	uint32_t small;

	unit = mode == ZCXSK_MODE_ZERO_COPY && rig_has_driver("igb") ? 1024 : 128;
	small = limit_of(2048, 0);
	works(mode, small, 2048, 2048);
	refused(mode, small + 1, 0);
	/* So much headroom that a unit is lost. */
	refused(mode, small, (2048 - KERNEL_HEADROOM) % unit + 1);
	works(mode, small + 1, 0, 4096);
	works(mode, MTU_LARGE, 0, 4096);
	raised_while_open(mode);
	if (rig_has_driver("virtio_net"))
		largest(mode);
	set_mtu(MTU_NORMAL);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(boundary);
	return 0;
}
