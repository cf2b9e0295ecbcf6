/* SPDX-License-Identifier: BSD-2-Clause */
/* passed_peer.c - the sender, and the kernel's sockets. */
#include "passed_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "netns.h"
#include "rig.h"

#define PASSED 8888u /* UDP port of the kernel's socket */
#define PASSES 20u   /* packets that the kernel must get, one after the other */
#define PATIENCE_MS 5000
#define LOST_MS 200

static int raw;	      /* sends on the other end of the link */
static int kernel_fd; /* the kernel's UDP socket */
static int taken_fd;  /* the same for packets that a rule takes while it is in force */
static uint8_t mac[6];
static uint16_t source_port = 1000; /* changes, so that a card spreads the packets */

static uint16_t checksum(const uint8_t *data, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void send_udp(uint16_t port)
{
	static const uint8_t addresses[] = {10, 5, 0, 2, 10, 5, 0, 1};
	uint8_t frame[FRAME_BYTES] = {[6] = 2, [11] = 9, [12] = 8}, *ip = frame + 14;
	struct pollfd p = {.fd = raw, .events = POLLOUT};
	uint64_t deadline = rig_now() + DEADLINE_NS;

	memcpy(frame, mac, sizeof(mac));
	ip[0] = 0x45;
	put16(ip + 2, FRAME_BYTES - 14);
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	memcpy(ip + 12, addresses, sizeof(addresses));
	put16(ip + 10, checksum(ip, 20));
	put16(ip + 20, source_port++ % 30000u + 1000u);
	put16(ip + 22, port);
	put16(ip + 24, FRAME_BYTES - 34);
	while (send(raw, frame, sizeof(frame), MSG_DONTWAIT) < 0) {
		CHECK("the peer sends", errno == EAGAIN || errno == ENOBUFS);
		CHECK("the device takes packets", rig_now() < deadline);
		poll(&p, 1, 1);
	}
}

static void write_zero(const char *path)
{
	FILE *f = fopen(path, "we");

	CHECK(path, f && fputs("0", f) >= 0 && !fclose(f));
}

static int open_kernel_socket(uint16_t port)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	CHECK_EQ("the kernel's socket", bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
	return fd;
}

void open_peer(void)
{
	struct sockaddr_ll link = {.sll_family = AF_PACKET};
	struct ifreq ifr = {0};
	char path[80];

	CHECK_EQ("an address", netns_run("ip addr add 10.5.0.1/24 dev %s", rig_left(0)), 0);
	write_zero("/proc/sys/net/ipv4/conf/all/rp_filter");
	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", rig_left(0));
	write_zero(path);
	kernel_fd = open_kernel_socket(PASSED);
	taken_fd = open_kernel_socket(TAKEN);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", rig_left(0));
	CHECK_EQ("MAC address", ioctl(kernel_fd, SIOCGIFHWADDR, &ifr), 0);
	memcpy(mac, ifr.ifr_hwaddr.sa_data, sizeof(mac));
	raw = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	link.sll_ifindex = (int)if_nametoindex(rig_right(0));
	CHECK_EQ("the peer", bind(raw, (struct sockaddr *)&link, sizeof(link)), 0);
}

/* Without an address the kernel sends nothing that other tests could receive. */
void close_peer(void)
{
	CHECK_EQ("no address", netns_run("ip addr flush dev %s", rig_left(0)), 0);
	close(raw);
	close(kernel_fd);
	close(taken_fd);
}

static bool discard_all(int fd)
{
	bool any = false;

	while (recv(fd, NULL, 0, 0) >= 0)
		any = true;
	return any;
}

/*
 * The kernel gets each of some packets, one after the other. patience_ns: until then packets
 * may be lost, and it starts again.
 */
static void await_passed(const char *behaviour, uint64_t patience_ns)
{
	uint64_t deadline = rig_now() + patience_ns;
	struct pollfd p = {.fd = kernel_fd, .events = POLLIN};

	discard_all(kernel_fd);
	for (uint32_t row = 0; row < PASSES; row++) {
		send_udp(PASSED);
		while (poll(&p, 1, patience_ns ? LOST_MS : PATIENCE_MS) != 1) {
			CHECK(behaviour, rig_now() < deadline);
			row = 0;
			send_udp(PASSED);
		}
		discard_all(kernel_fd);
	}
	printf("  %s: the kernel got %u of %u\n", behaviour, PASSES, PASSES);
}

void check_passed(const char *behaviour)
{
	await_passed(behaviour, 0);
}

void check_closed(void)
{
	await_passed("after the close", DEADLINE_NS);
}

bool kernel_gets_taken(void)
{
	return discard_all(taken_fd);
}
