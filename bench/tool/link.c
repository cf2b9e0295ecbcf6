/* SPDX-License-Identifier: BSD-2-Clause */
/* link.c - interfaces: veth pairs, addresses, neighbours, features, routes. */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	MESSAGE_BYTES = 4096, /* many times the size of a message here */
	LINE_BYTES = 512,     /* a line of /proc/net/route has 128, of ipv6_route 150 */
};

#define NETMASK 0xffffff00u

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
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {address}};

	memcpy(target, &in, sizeof(in));
}

/* Sends a request with NLM_F_ACK and waits for its answer. */
static int talk(struct nlmsghdr *message)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char answer[MESSAGE_BYTES];
	ssize_t length = -1;
	int ret;

	if (!nl)
		return -errno;
	message->nlmsg_seq = (uint32_t)time(NULL);
	if (!mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) &&
	    mnl_socket_sendto(nl, message, message->nlmsg_len) >= 0)
		length = mnl_socket_recvfrom(nl, answer, sizeof(answer));
	ret = length < 0 || mnl_cb_run(answer, (size_t)length, message->nlmsg_seq,
				       mnl_socket_get_portid(nl), NULL, NULL) < 0
		      ? -errno
		      : 0;
	mnl_socket_close(nl);
	return ret;
}

static void put_end(struct nlmsghdr *message, const char *ifname)
{
	mnl_attr_put_strz(message, IFLA_IFNAME, ifname);
	mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, 1);
	mnl_attr_put_u32(message, IFLA_NUM_RX_QUEUES, 1);
}

int link_make_veth(const char *near, const char *far, int far_namespace)
{
	char buffer[MESSAGE_BYTES] = {0};
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nlattr *info, *data, *peer;

	message->nlmsg_type = RTM_NEWLINK;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	put_end(message, near);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	put_end(message, far);
	mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t)far_namespace);
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, info);
	return talk(message);
}

int link_move(const char *ifname, int to_namespace)
{
	char buffer[MESSAGE_BYTES] = {0};
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *header;

	message->nlmsg_type = RTM_NEWLINK;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->ifi_index = (int)if_nametoindex(ifname);
	if (!header->ifi_index)
		return -errno;
	mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t)to_namespace);
	return talk(message);
}

int link_up(const char *ifname)
{
	struct ifreq r = request_of(ifname);
	int ret = request(SIOCGIFFLAGS, &r);

	if (ret)
		return ret;
	r.ifr_flags |= IFF_UP;
	return request(SIOCSIFFLAGS, &r);
}

int link_mac(const char *ifname, uint8_t mac[6])
{
	struct ifreq r = request_of(ifname);
	int ret = request(SIOCGIFHWADDR, &r);

	if (!ret)
		memcpy(mac, r.ifr_hwaddr.sa_data, 6);
	return ret;
}

int link_set_address(const char *ifname, uint32_t address)
{
	struct ifreq r = request_of(ifname);
	int ret;

	put_address(&r.ifr_addr, address);
	ret = request(SIOCSIFADDR, &r);
	if (ret)
		return ret;
	put_address(&r.ifr_netmask, htonl(NETMASK));
	return request(SIOCSIFNETMASK, &r);
}

int link_address(const char *ifname, uint32_t *address)
{
	struct ifreq r = request_of(ifname);
	struct sockaddr_in in;
	int ret = request(SIOCGIFADDR, &r);

	if (ret)
		return ret;
	memcpy(&in, &r.ifr_addr, sizeof(in));
	*address = in.sin_addr.s_addr;
	return 0;
}

int link_set_neighbour(const char *ifname, uint32_t address, const uint8_t mac[6])
{
	struct arpreq r = {.arp_flags = ATF_PERM | ATF_COM};

	put_address(&r.arp_pa, address);
	r.arp_ha.sa_family = ARPHRD_ETHER;
	memcpy(r.arp_ha.sa_data, mac, 6);
	strncpy(r.arp_dev, ifname, sizeof(r.arp_dev) - 1);
	return request(SIOCSARP, &r);
}

int link_ethtool(const char *ifname, void *data)
{
	struct ifreq r = request_of(ifname);

	r.ifr_data = data;
	return request(SIOCETHTOOL, &r);
}

/* IPv4: NAME DESTINATION ..., IPv6: DESTINATION PREFIX ... NAME; zeros for a default. */
static bool is_default_route(const char *line, const char *ifname, bool ipv6)
{
	char name[IFNAMSIZ] = "";
	unsigned destination, mask, flags, prefix;

	if (ipv6)
		return sscanf(line, "%*s %x %*s %*s %*s %*s %*s %*s %x %15s", &prefix, &flags,
			      name) == 3 &&
		       !strncmp(line, "00000000000000000000000000000000 ", 33) && !prefix &&
		       flags & 1 && !strcmp(name, ifname);
	return sscanf(line, "%15s %x %*s %x %*s %*s %*s %x", name, &destination, &flags, &mask) ==
		       4 &&
	       !destination && !mask && !strcmp(name, ifname);
}

static bool has_default(const char *path, const char *ifname, bool ipv6)
{
	char line[LINE_BYTES];
	FILE *file = fopen(path, "re");
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = is_default_route(line, ifname, ipv6);
	if (file)
		fclose(file);
	return found;
}

bool link_has_default_route(const char *ifname)
{
	return has_default("/proc/thread-self/net/route", ifname, false) ||
	       has_default("/proc/thread-self/net/ipv6_route", ifname, true);
}
