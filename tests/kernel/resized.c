/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resized.c - a socket in zero copy is rebuilt after the device's ring has changed, and while
 * the application holds all the frames that it can get: its own rings keep their sizes, and
 * the floor follows the device's ring.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 300u
#define HELD_MAX 16384u
#define SMALL_RING 64u
#define ABOVE_FLOOR 64u /* frames: the least that a receiver needs above the floor */
#define HELD 100u

static struct zcxsk_packet held[HELD_MAX];

/* Returns the size of the device's RX ring; sets it before if `entries` is not 0. */
static uint32_t device_ring(const char *ifname, uint32_t entries)
{
	struct ethtool_ringparam ring = {.cmd = ETHTOOL_GRINGPARAM};
	struct ifreq r = {.ifr_data = (void *)&ring};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", ifname);
	CHECK_EQ("the device's rings are read", ioctl(fd, SIOCETHTOOL, &r), 0);
	if (entries) {
		ring.cmd = ETHTOOL_SRINGPARAM;
		ring.rx_pending = entries;
		CHECK_EQ("the device's RX ring changes", ioctl(fd, SIOCETHTOOL, &r), 0);
	}
	close(fd);
	return ring.rx_pending;
}

static struct zcxsk_socket_info info_of(const struct zcxsk_socket *s)
{
	struct zcxsk_socket_info info;

	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
	return info;
}

static void rebuild(struct zcxsk_socket *s)
{
	struct zcxsk_error error = {0};
	int ret = zcxsk_socket_rebuild(s, &error);

	if (ret)
		fprintf(stderr, "%s: %s\n", error.step, error.cause);
	CHECK_EQ("a socket is rebuilt", ret, 0);
}

static void check_works(struct zcxsk_socket *s, struct zcxsk_socket *peer)
{
	traffic_run(s, peer, PACKETS);
	traffic_run(peer, s, PACKETS);
	rig_check_places("the frames balance", s);
}

static void while_frames_are_held(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket_info before = info_of(s), after;
	uint32_t count = 0, n;

	while ((n = zcxsk_tx_alloc(s, held + count, 64, 60)))
		count += n;
	rebuild(s);
	after = info_of(s);
	CHECK_EQ("the RX ring keeps its size", after.rx_ring_size, before.rx_ring_size);
	CHECK_EQ("the fill ring keeps its size", after.fill_ring_size, before.fill_ring_size);
	CHECK_EQ("as many frames are to be posted", after.posted, before.posted);
	CHECK_EQ("held frames can be released", zcxsk_packet_release(s, held, count), count);
	check_works(s, peer);
	zcxsk_socket_close(s);
	zcxsk_socket_close(peer);
}

static void after_a_change_of_the_device(enum zcxsk_mode mode)
{
	uint32_t initial = device_ring(rig_left(0), 0);
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket_info before = info_of(s), after;

	for (uint32_t ring = initial / 2; ring <= initial; ring *= 2) {
		device_ring(rig_left(0), ring);
		rebuild(s);
		after = info_of(s);
		CHECK_EQ("the socket knows the device's ring", after.device_rx_ring, ring);
		CHECK_EQ("the RX ring keeps its size", after.rx_ring_size, before.rx_ring_size);
		CHECK_EQ("the floor follows the device's ring", after.floor,
			 after.rx_ring_size + ring);
		check_works(s, peer);
	}
	zcxsk_socket_close(s);
	zcxsk_socket_close(peer);
}

/* Holds HELD packets from the peer, which come one by one, so that the RX ring has room. */
static void receive_and_hold(struct zcxsk_socket *s, struct zcxsk_socket *peer)
{
	uint32_t n;

	for (uint32_t got = 0; got < HELD; got++) {
		traffic_send_all(peer, got, 1);
		CHECK_EQ("packets arrive", zcxsk_rx_wait(s, held + got, 1, TRAFFIC_PATIENCE_NS, &n),
			 0);
	}
}

/* Before Linux 7.2, virtio_net writes behind an array that was as large as the ring at bind. */
static bool may_outgrow_the_bind(void)
{
	struct utsname name;
	unsigned major, minor;

	CHECK_EQ("the kernel's name", uname(&name), 0);
	CHECK_EQ("its version", sscanf(name.release, "%u.%u", &major, &minor), 2);
	return major > 7 || (major == 7 && minor >= 2);
}

/*
 * The device's ring becomes so large that the frames which the application holds are needed,
 * too. They are enough once it has released them, as the remedy says.
 */
static void while_too_many_are_held(enum zcxsk_mode mode)
{
	uint32_t initial = device_ring(rig_left(0), 0), floor = SMALL_RING + initial;
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode), *s;
	struct zcxsk_error error = {0};
	struct rig_opts o;
	char cause[128];

	device_ring(rig_left(0), initial / 2);
	rig_opts(&o, mode);
	o.socket.flags = ZCXSK_SOCKET_RX_ONLY;
	o.socket.rx_ring_size = SMALL_RING;
	o.umem.frames = floor + ABOVE_FLOOR;
	s = rig_open(rig_left(0), 0, &o.socket);
	receive_and_hold(s, peer);
	device_ring(rig_left(0), initial);
	CHECK_EQ("too few frames", zcxsk_socket_rebuild(s, &error), -ENOMEM);
	snprintf(cause, sizeof(cause),
		 "queue 0 of %s needs %u frames at once in zero copy, and %u are free", rig_left(0),
		 floor, floor + ABOVE_FLOOR - HELD);
	CHECK_NAMES("the numbers are named", error.cause, cause);
	CHECK_NAMES("the remedy", error.remedy,
		    "Release received and allocated frames, and rebuild again");
	CHECK_EQ("it still receives", zcxsk_socket_status(s), 0);
	CHECK_EQ("held frames can be released", zcxsk_packet_release(s, held, HELD), HELD);
	rebuild(s);
	/* No more at a time than its small ring holds: the kernel drops the others. */
	for (uint32_t got = 0; got < PACKETS; got += SMALL_RING / 2) {
		traffic_send_all(peer, got, SMALL_RING / 2);
		traffic_receive_all(s, got, SMALL_RING / 2);
	}
	rig_check_places("the frames balance", s);
	zcxsk_socket_close(s);
	zcxsk_socket_close(peer);
}

/* It receives nothing, but the device has buffers only from its frames. */
static void of_a_sender(enum zcxsk_mode mode)
{
	struct zcxsk_socket_info info;
	struct zcxsk_socket *s;
	uint32_t count = 0, n;
	struct zcxsk_stats st;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.flags = ZCXSK_SOCKET_TX_ONLY;
	s = rig_open(rig_left(0), 0, &o.socket);
	info = info_of(s);
	while ((n = zcxsk_tx_alloc(s, held + count, 64, 60)))
		count += n;
	st = rig_stats(s);
	CHECK_EQ("the floor is the device's ring", info.floor, info.device_rx_ring);
	CHECK("the kernel keeps the floor", st.in_fill_ring + st.in_kernel_rx >= info.floor);
	CHECK_EQ("held frames can be released", zcxsk_packet_release(s, held, count), count);
	zcxsk_socket_close(s);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(while_frames_are_held);
	rig_each_mode(after_a_change_of_the_device);
	if (may_outgrow_the_bind())
		rig_each_mode(while_too_many_are_held);
	rig_each_mode(of_a_sender);
	return 0;
}
