/* SPDX-License-Identifier: BSD-2-Clause */
/* queue_use.c - asks the netdev family, and on older kernels sock_diag, whose module may lack. */
#include "nic/queue_use.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <linux/xdp_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "base/compat.h"
#include "nic/netdev.h"
#include "nic/netlink.h"

/* Bytes: the kernel's own limit for one part of a dump. */
#define ANSWER_SIZE 32768

struct search {
	uint32_t ifindex;
	uint32_t queue;
	bool found;
};

static int see_attribute(const struct nlattr *attr, void *data)
{
	struct search *search = data;
	struct xdp_diag_info info;

	if (mnl_attr_get_type(attr) != XDP_DIAG_INFO ||
	    mnl_attr_get_payload_len(attr) < sizeof(info))
		return MNL_CB_OK;
	memcpy(&info, mnl_attr_get_payload(attr), sizeof(info));
	search->found |= info.ifindex == search->ifindex && info.queue_id == search->queue;
	return MNL_CB_OK;
}

static int see_socket(const struct nlmsghdr *header, void *data)
{
	return mnl_attr_parse(header, sizeof(struct xdp_diag_msg), see_attribute, data);
}

/* Returns 0, or -errno: -ENOENT without the module xsk_diag. */
static int dump(struct mnl_socket *nl, struct search *search)
{
	char buf[ANSWER_SIZE];
	struct nlmsghdr *header = mnl_nlmsg_put_header(buf);
	struct xdp_diag_req *request;
	ssize_t got;
	int ret = MNL_CB_OK;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = AF_XDP;
	request->xdiag_show = XDP_SHOW_INFO;
	if (mnl_socket_sendto(nl, header, header->nlmsg_len) < 0)
		return -errno;
	while (ret == MNL_CB_OK) {
		got = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		ret = got < 0 ? MNL_CB_ERROR
			      : mnl_cb_run(buf, (size_t)got, 0, 0, see_socket, search);
	}
	return ret == MNL_CB_ERROR ? -errno : 0;
}

static int ask_sock_diag(const struct nic *nic, uint32_t queue)
{
	struct mnl_socket *nl = netlink_open(NETLINK_SOCK_DIAG);
	struct search search = {.ifindex = nic->ifindex, .queue = queue};
	int ret;

	if (!nl)
		return -errno;
	ret = dump(nl, &search);
	mnl_socket_close(nl);
	return ret ? ret : search.found;
}

int queue_is_used(const struct nic *nic, uint32_t queue)
{
	int ret;

	if (nic->elsewhere)
		return -EXDEV;
	ret = netdev_queue_has_pool(nic, queue);
	return ret < 0 ? ask_sock_diag(nic, queue) : ret;
}
