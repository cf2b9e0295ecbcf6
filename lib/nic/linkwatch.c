/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linkwatch.c - subscribes to rtnetlink's link group, filtered to one interface, and reads
 * its messages.
 */
#include "nic/linkwatch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/fd.h"
#include "base/minmax.h"

#define READ_SIZE 8192 /* bytes; a message about an interface has some 1500 */

/* ---- the descriptor -------------------------------------------------------- */

/*
 * Passes messages about one interface only: on a host with many containers the others
 * would keep waking the sleeper. Those of another family, as of a bridge that the interface
 * leaves, say nothing about the interface itself. BPF loads are big-endian.
 */
static int filter_interface(int fd, uint32_t ifindex)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(NLMSG_ERROR), 4, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_family)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNSPEC, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_index)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(ifindex), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* Two sockets are in one network namespace; also true if the kernel cannot tell. */
static bool same_namespace(int a, int b)
{
	uint64_t one = 0, other = 0;
	socklen_t length = sizeof(one);

	return getsockopt(a, SOL_SOCKET, SO_NETNS_COOKIE, &one, &length) ||
	       getsockopt(b, SOL_SOCKET, SO_NETNS_COOKIE, &other, &length) || one == other;
}

/* Asks for the state of the interface: the answer has the form of a change. */
static bool ask(struct linkwatch *w)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg body;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_GETLINK,
			   .nlmsg_flags = NLM_F_REQUEST},
		.body = {.ifi_family = AF_UNSPEC, .ifi_index = (int)w->ifindex},
	};

	w->ask = send(w->fd, &request, sizeof(request), MSG_DONTWAIT) < 0;
	return !w->ask;
}

void linkwatch_init(struct linkwatch *w)
{
	*w = (struct linkwatch){.fd = -1, .up = true};
}

static int subscribe(struct linkwatch *w, int beside)
{
	struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};

	if (beside >= 0 && !same_namespace(w->fd, beside))
		return -EXDEV;
	if (filter_interface(w->fd, w->ifindex) ||
	    bind(w->fd, (struct sockaddr *)&group, sizeof(group)))
		return -errno;
	return 0;
}

int linkwatch_open(struct linkwatch *w, uint32_t ifindex, int beside)
{
	int ret;

	linkwatch_init(w);
	w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (w->fd < 0) {
		ret = -errno;
		w->fd = -1;
		return ret;
	}
	w->ifindex = ifindex;
	ret = subscribe(w, beside);
	if (ret) {
		linkwatch_close(w);
		return ret;
	}
	linkwatch_refresh(w);
	return 0;
}

void linkwatch_close(struct linkwatch *w)
{
	fd_close(&w->fd);
	linkwatch_init(w);
}

/* ---- messages -------------------------------------------------------------- */

/* In the kernel's order of precedence: in the driver, generic, in the device. */
static int take_program(const struct nlattr *attr, void *data)
{
	uint32_t *id = data;
	uint16_t type = mnl_attr_get_type(attr);

	if ((type == IFLA_XDP_DRV_PROG_ID || type == IFLA_XDP_SKB_PROG_ID ||
	     type == IFLA_XDP_HW_PROG_ID) &&
	    !*id && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		*id = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* The contents of a message; not every one has the program and the name. */
struct news {
	const char *ifname;
	bool has_program;
	uint32_t program_id;
	bool has_carrier;
	uint8_t carrier;
	uint32_t carrier_ups; /* times that it came */
	uint8_t link_mode;
	uint8_t state; /* RFC 2863 */
};

static void take_byte(const struct nlattr *attr, uint8_t *value)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U8) >= 0)
		*value = mnl_attr_get_u8(attr);
}

static int take_attr(const struct nlattr *attr, void *data)
{
	struct news *n = data;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			n->ifname = mnl_attr_get_str(attr);
		break;
	case IFLA_XDP:
		n->has_program = true;
		mnl_attr_parse_nested(attr, take_program, &n->program_id);
		break;
	case IFLA_CARRIER:
		n->has_carrier = true;
		take_byte(attr, &n->carrier);
		break;
	case IFLA_CARRIER_UP_COUNT:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			n->carrier_ups = mnl_attr_get_u32(attr);
		break;
	case IFLA_LINKMODE:
		take_byte(attr, &n->link_mode);
		break;
	case IFLA_OPERSTATE:
		take_byte(attr, &n->state);
		break;
	}
	return MNL_CB_OK;
}

/*
 * The driver reports a carrier, and its loss, at once; IFF_RUNNING and its message may follow a
 * second later, since the kernel limits their rate. Until then the state is that from before.
 */
static bool is_running(const struct ifinfomsg *link, const struct news *n)
{
	if (n->has_carrier && !n->carrier)
		return false;
	if (link->ifi_flags & IFF_RUNNING)
		return true;
	return n->carrier && !n->link_mode && !(link->ifi_flags & IFF_DORMANT) &&
	       (n->state == IF_OPER_DOWN || n->state == IF_OPER_LOWERLAYERDOWN);
}

static uint32_t take_state(struct linkwatch *w, const struct nlmsghdr *header)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);
	uint32_t changes = 0;
	struct news n = {0};
	bool up;

	mnl_attr_parse(header, sizeof(*link), take_attr, &n);
	up = link->ifi_flags & IFF_UP && is_running(link, &n);
	if (up != w->up)
		changes |= up ? LINKWATCH_UP : LINKWATCH_DOWN;
	w->up = up;
	w->had_carrier |= n.carrier_ups != 0;
	if (n.has_program)
		w->program_id = n.program_id;
	if (n.ifname && strcmp(n.ifname, w->ifname)) {
		changes |= LINKWATCH_RENAMED;
		snprintf(w->ifname, sizeof(w->ifname), "%s", n.ifname);
	}
	return changes;
}

static uint32_t take_gone(struct linkwatch *w)
{
	bool was_up = w->up;

	w->gone = true;
	w->up = false;
	return LINKWATCH_GONE | (was_up ? LINKWATCH_DOWN : 0);
}

static uint32_t take_message(struct linkwatch *w, const struct nlmsghdr *header)
{
	const struct nlmsgerr *answer = mnl_nlmsg_get_payload(header);

	if (w->gone || mnl_nlmsg_get_payload_len(header) < sizeof(struct ifinfomsg))
		return 0;
	switch (header->nlmsg_type) {
	case RTM_NEWLINK:
		return take_state(w, header);
	case RTM_DELLINK:
		return take_gone(w);
	case NLMSG_ERROR: /* the answer to a question */
		return answer->error == -ENODEV ? take_gone(w) : 0;
	default:
		return 0;
	}
}

bool linkwatch_next(struct linkwatch *w, uint32_t *changes)
{
	union {
		struct nlmsghdr header;
		char bytes[READ_SIZE];
	} m;
	ssize_t n;

	if (w->fd < 0)
		return false;
	do
		n = recv(w->fd, &m, sizeof(m), MSG_DONTWAIT);
	while (n < 0 && errno == EAGAIN && w->ask && ask(w));
	if (n >= (ssize_t)NLMSG_HDRLEN) {
		/* A longer message loses its last attributes. */
		m.header.nlmsg_len = min_u32(m.header.nlmsg_len, (uint32_t)n);
		*changes = take_message(w, &m.header);
		return true;
	}
	/* An overflow is reported once, before the messages that were kept. */
	w->ask |= errno == ENOBUFS;
	*changes = LINKWATCH_LOST;
	return errno == ENOBUFS;
}

void linkwatch_refresh(struct linkwatch *w)
{
	uint32_t changes;

	w->ask = true;
	while (linkwatch_next(w, &changes))
		;
}
