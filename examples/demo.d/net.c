/* SPDX-License-Identifier: BSD-2-Clause */
/* net.c - brings interfaces up, sets addresses and neighbours, reads drop counters. */
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
#include <unistd.h>

#define NETMASK 0xffffff00u
#define LINE_MAX_BYTES 512 /* a line of /proc/net/dev has about 130 */

static int request(unsigned long number, void *argument)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return -errno;
	ret = ioctl(fd, number, argument) ? -errno : 0;
	close(fd);
	return ret;
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
	int ret = request(SIOCGIFFLAGS, &r);

	if (ret)
		return ret;
	r.ifr_flags |= IFF_UP;
	return request(SIOCSIFFLAGS, &r);
}

int net_mac(const char *ifname, uint8_t mac[MAC_BYTES])
{
	struct ifreq r = request_of(ifname);
	int ret = request(SIOCGIFHWADDR, &r);

	if (!ret)
		memcpy(mac, r.ifr_hwaddr.sa_data, MAC_BYTES);
	return ret;
}

int net_address(const char *ifname, uint32_t address)
{
	struct ifreq r = request_of(ifname);
	int ret;

	put_address(&r.ifr_addr, address);
	ret = request(SIOCSIFADDR, &r);
	if (ret)
		return ret;
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
	int ret = -ENODEV;

	if (!file)
		return -errno;
	while (ret == -ENODEV && fgets(line, sizeof(line), file)) {
		const char *name = line + strspn(line, " ");

		if (strncmp(name, ifname, length) || name[length] != ':')
			continue;
		ret = sscanf(name + length + 1,
			     "%*u %*u %*u %" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64,
			     &drops->rx, &drops->tx) == 2
			      ? 0
			      : -EIO;
	}
	fclose(file);
	return ret;
}
