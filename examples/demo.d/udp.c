/* SPDX-License-Identifier: BSD-2-Clause */
/* udp.c - sends with the kernel's UDP, and builds the same packet as a frame. */
#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "net.h"

#define DATA_BYTES 18u
#define SENDER 0xc6120001u   /* 198.18.0.1, of the range for benchmarks */
#define RECEIVER 0xc6120002u /* 198.18.0.2 */
#define PORT 9u		     /* discard */
#define TTL 64u		     /* Linux's default */

/* Packets between two reads of the clock, a system call in an emulated machine. */
#define CLOCK_EVERY 256u

/* Locally administered. */
static const uint8_t receiver_mac[MAC_BYTES] = {2, 0, 0, 0, 0, 2};

_Static_assert(sizeof(struct ethhdr) + sizeof(struct iphdr) + sizeof(struct udphdr) == UDP_DATA_AT,
	       "data follows the headers");
_Static_assert(UDP_DATA_AT + DATA_BYTES == UDP_FRAME_BYTES, "the frame is full");

int udp_prepare(const char *ifname)
{
	int ret = net_address(ifname, SENDER);

	if (!ret)
		ret = net_up(ifname);
	if (!ret)
		ret = net_neighbour(ifname, RECEIVER, receiver_mac);
	return ret;
}

static uint16_t ip_checksum(const void *header)
{
	const uint8_t *bytes = header;
	uint32_t sum = 0;

	for (uint32_t i = 0; i < sizeof(struct iphdr); i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffffu) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static int make_frame(const char *ifname, uint8_t frame[UDP_FRAME_BYTES])
{
	struct ethhdr eth = {.h_proto = htons(ETH_P_IP)};
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tot_len = htons(UDP_FRAME_BYTES - sizeof(eth)),
		.ttl = TTL,
		.protocol = IPPROTO_UDP,
		.saddr = htonl(SENDER),
		.daddr = htonl(RECEIVER),
	};
	struct udphdr udp = {
		.source = htons(PORT),
		.dest = htons(PORT),
		.len = htons(sizeof(udp) + DATA_BYTES), /* no checksum, as IPv4 allows */
	};
	int ret = net_mac(ifname, eth.h_source);

	memcpy(eth.h_dest, receiver_mac, MAC_BYTES);
	ip.check = ip_checksum(&ip);
	memset(frame, 0, UDP_FRAME_BYTES);
	memcpy(frame, &eth, sizeof(eth));
	memcpy(frame + sizeof(eth), &ip, sizeof(ip));
	memcpy(frame + sizeof(eth) + sizeof(ip), &udp, sizeof(udp));
	return ret;
}

int udp_write_frames(const char *ifname, struct zcxsk_socket *socket)
{
	const struct zcxsk_umem *umem = zcxsk_socket_umem(socket);
	unsigned char *at = zcxsk_umem_base(umem);
	uint8_t frame[UDP_FRAME_BYTES];
	int ret = make_frame(ifname, frame);

	for (uint64_t i = 0; !ret && i < zcxsk_umem_frames(umem); i++) {
		memcpy(at, frame, UDP_FRAME_BYTES);
		at += zcxsk_umem_frame_size(umem);
	}
	return ret;
}

/* Sends until end_ns. *count is the number of packets that the kernel accepted. */
static int send_until(int fd, uint64_t end_ns, uint64_t *count)
{
	static const char data[DATA_BYTES];

	do {
		for (uint32_t i = 0; i < CLOCK_EVERY; i++) {
			if (send(fd, data, sizeof(data), 0) >= 0)
				++*count;
			else if (errno != ENOBUFS && errno != EAGAIN)
				return -errno;
		}
	} while (clock_now_ns() < end_ns);
	return 0;
}

int udp_send(double seconds, double *pps)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = {htonl(RECEIVER)}};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t count = 0, start;
	int ret;

	if (fd < 0)
		return -errno;
	start = clock_now_ns();
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		ret = -errno;
	else
		ret = send_until(fd, start + (uint64_t)(seconds * 1e9), &count);
	*pps = (double)count * 1e9 / (double)(clock_now_ns() - start);
	close(fd);
	return ret;
}
