/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name.c - finds an interface by any of its names. Short names by ioctl, which works where
 * a filter forbids netlink; longer ones, always alternative, by rtnetlink.
 */
#include "nic/name.h"

#include <ctype.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/ioctl.h>

#include "nic/netlink.h"

/* Characters of an alternative name, with the terminating zero (the kernel's ALTIFNAMSIZ). */
#define NAME_SIZE 128

/* Bytes: the kernel's description of one interface, without statistics, needs a few hundred. */
#define ANSWER_SIZE 32768

bool name_is_valid(const char *name)
{
	size_t length;

	if (!name)
		return false;
	length = strnlen(name, NAME_SIZE);
	if (length == 0 || length == NAME_SIZE)
		return false;
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (size_t i = 0; i < length; i++)
		if (name[i] == '/' || name[i] == ':' || isspace((unsigned char)name[i]))
			return false;
	return true;
}

static int take_index(const struct nlmsghdr *header, void *data)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);
	uint32_t *index = data;

	if (header->nlmsg_type == RTM_NEWLINK)
		*index = (uint32_t)link->ifi_index;
	return MNL_CB_STOP;
}

/* Sends the request and reads its one answer. */
static int ask(struct mnl_socket *nl, const struct nlmsghdr *request, uint32_t *index)
{
	char answer[ANSWER_SIZE];
	ssize_t got;

	if (mnl_socket_sendto(nl, request, request->nlmsg_len) < 0)
		return -errno;
	do
		got = mnl_socket_recvfrom(nl, answer, sizeof(answer));
	while (got < 0 && errno == EINTR);
	if (got < 0 ||
	    mnl_cb_run(answer, (size_t)got, 0, mnl_socket_get_portid(nl), take_index, index) < 0)
		return -errno;
	return *index ? 0 : -ENODEV;
}

static int ask_alternative(const char *name, uint32_t *index)
{
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE);
	char buf[256]; /* a header and two short attributes */
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);
	int ret;

	if (!nl)
		return -errno;
	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	mnl_attr_put_strz(request, IFLA_ALT_IFNAME, name);
	ret = ask(nl, request, index);
	mnl_socket_close(nl);
	/* Kernels before 5.5 know no alternative names. */
	return ret == -EINVAL ? -ENODEV : ret;
}

int name_to_index(int fd, const char *name, uint32_t *index)
{
	struct ifreq ifr = {0};
	size_t length = strlen(name);

	*index = 0;
	if (length >= sizeof(ifr.ifr_name))
		return ask_alternative(name, index);
	memcpy(ifr.ifr_name, name, length);
	if (ioctl(fd, SIOCGIFINDEX, &ifr))
		return -errno;
	*index = (uint32_t)ifr.ifr_ifindex;
	return 0;
}

int name_of_index(int fd, uint32_t index, char name[IFNAMSIZ])
{
	struct ifreq ifr = {.ifr_ifindex = (int)index};

	if (ioctl(fd, SIOCGIFNAME, &ifr))
		return errno == ENXIO ? -ENODEV : -errno;
	memcpy(name, ifr.ifr_name, IFNAMSIZ);
	return 0;
}
