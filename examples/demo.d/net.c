/* SPDX-License-Identifier: BSD-2-Clause */
/* net.c - interfaces up, addresses, neighbours, drop counters, the clock. */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NETMASK 0xffffff00u
#define LINE_MAX_BYTES 512 /* a line of /proc/net/dev has about 130 */

static int request(unsigned long number, void *argument)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -errno;
	rc = ioctl(fd, number, argument) ? -errno : 0;
	close(fd);
	return rc;
}

static struct ifreq request_of(const char *ifname)
{
	struct ifreq r = {0};

	strncpy(r.ifr_name, ifname, IFNAMSIZ - 1);
	return r;
}

static void put_address(struct sockaddr *target, uint32_t address)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(address)}};

	memcpy(target, &in, sizeof(in));
}

int net_up(const char *ifname)
{
	struct ifreq r = request_of(ifname);
	int rc = request(SIOCGIFFLAGS, &r);

	if (rc)
		return rc;
	r.ifr_flags |= IFF_UP;
	return request(SIOCSIFFLAGS, &r);
}

int net_mac(const char *ifname, uint8_t mac[MAC_BYTES])
{
	struct ifreq r = request_of(ifname);
	int rc = request(SIOCGIFHWADDR, &r);

	if (!rc)
		memcpy(mac, r.ifr_hwaddr.sa_data, MAC_BYTES);
	return rc;
}

int net_address(const char *ifname, uint32_t address)
{
	struct ifreq r = request_of(ifname);
	int rc;

	put_address(&r.ifr_addr, address);
	rc = request(SIOCSIFADDR, &r);
	if (rc)
		return rc;
	put_address(&r.ifr_netmask, NETMASK);
	return request(SIOCSIFNETMASK, &r);
}

int net_neighbour(const char *ifname, uint32_t address, const uint8_t mac[MAC_BYTES])
{
	struct arpreq r = {.arp_flags = ATF_PERM | ATF_COM};

	put_address(&r.arp_pa, address);
	r.arp_ha.sa_family = ARPHRD_ETHER;
	memcpy(r.arp_ha.sa_data, mac, MAC_BYTES);
	strncpy(r.arp_dev, ifname, sizeof(r.arp_dev) - 1);
	return request(SIOCSARP, &r);
}

/* Columns after "NAME:": bytes, packets, errors, dropped, of 8 in, then 8 out. */
int net_read_drops(const char *ifname, struct net_drops *drops)
{
	FILE *file = fopen("/proc/net/dev", "re");
	size_t length = strlen(ifname);
	char line[LINE_MAX_BYTES];
	int rc = -ENODEV;

	if (!file)
		return -errno;
	while (rc == -ENODEV && fgets(line, sizeof(line), file)) {
		const char *name = line + strspn(line, " ");

		if (strncmp(name, ifname, length) || name[length] != ':')
			continue;
		rc = sscanf(name + length + 1,
			    "%*u %*u %*u %" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64,
			    &drops->rx, &drops->tx) == 2
			     ? 0
			     : -EIO;
	}
	fclose(file);
	return rc;
}

uint64_t net_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
