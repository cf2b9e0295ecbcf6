/* SPDX-License-Identifier: BSD-2-Clause */
/* netdev.c - asks the netdev family by generic netlink. */
#include "nic/netdev.h"

#include <errno.h>
#include <linux/genetlink.h>

#include "base/compat.h"
#include "nic/netlink.h"

/* Bytes: the kernel's messages are at most two pages unless it dumps a table. */
#define ANSWER_SIZE 8192
/* Bytes: a header and three short attributes. */
#define REQUEST_SIZE 256

static struct nlmsghdr *put_request(void *buf, uint16_t family, uint8_t command)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *generic;

	header->nlmsg_type = family;
	header->nlmsg_flags = NLM_F_REQUEST;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->cmd = command;
	generic->version = 1;
	return header;
}

/* An attribute to find in an answer, and its value once found. */
struct wanted {
	uint16_t type;
	enum mnl_attr_data_type data_type;
	bool found;
	uint64_t value; /* of a number */
};

static int take_attr(const struct nlattr *attr, void *data)
{
	struct wanted *wanted = data;

	if (mnl_attr_get_type(attr) != wanted->type)
		return MNL_CB_OK;
	if (mnl_attr_validate(attr, wanted->data_type) < 0)
		return MNL_CB_ERROR;
	if (wanted->data_type == MNL_TYPE_U16)
		wanted->value = mnl_attr_get_u16(attr);
	else if (wanted->data_type == MNL_TYPE_U64)
		wanted->value = mnl_attr_get_u64(attr);
	wanted->found = true;
	return MNL_CB_STOP;
}

static int take_message(const struct nlmsghdr *header, void *data)
{
	return mnl_attr_parse(header, sizeof(struct genlmsghdr), take_attr, data);
}

/* Sends the request and reads its one answer. Returns whether it has the attribute, or -errno. */
static int ask(struct mnl_socket *nl, const struct nlmsghdr *request, struct wanted *wanted)
{
	char buf[ANSWER_SIZE];
	ssize_t got;

	if (mnl_socket_sendto(nl, request, request->nlmsg_len) < 0)
		return -errno;
	got = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (got <= 0)
		return got ? -errno : -EPROTO;
	if (mnl_cb_run(buf, (size_t)got, 0, mnl_socket_get_portid(nl), take_message, wanted) < 0)
		return -errno;
	return wanted->found;
}

/* Starts a request of the family. Returns NULL if the kernel has none. */
static struct nlmsghdr *start(struct mnl_socket *nl, char *buf, uint8_t command)
{
	struct wanted family = {.type = CTRL_ATTR_FAMILY_ID, .data_type = MNL_TYPE_U16};
	struct nlmsghdr *request = put_request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);

	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, "netdev");
	if (ask(nl, request, &family) <= 0)
		return NULL;
	return put_request(buf, (uint16_t)family.value, command);
}

void netdev_read(struct nic *nic)
{
	struct wanted features = {.type = NETDEV_XDP_FEATURES, .data_type = MNL_TYPE_U64};
	struct mnl_socket *nl = netlink_open(NETLINK_GENERIC);
	struct nlmsghdr *request;
	char buf[REQUEST_SIZE];

	if (!nl)
		return;
	request = start(nl, buf, NETDEV_GET);
	if (request) {
		mnl_attr_put_u32(request, NETDEV_IFINDEX, nic->ifindex);
		nic->xdp_features_known = ask(nl, request, &features) > 0;
		nic->xdp_features = features.value;
	}
	mnl_socket_close(nl);
}

int netdev_queue_has_pool(const struct nic *nic, uint32_t queue)
{
	struct wanted pool = {.type = NETDEV_QUEUE_XSK, .data_type = MNL_TYPE_NESTED};
	struct mnl_socket *nl = netlink_open(NETLINK_GENERIC);
	struct nlmsghdr *request;
	char buf[REQUEST_SIZE];
	int ret = -EOPNOTSUPP;

	if (!nl)
		return -errno;
	request = nic_kernel_at_least(nic, 6, 15) ? start(nl, buf, NETDEV_QUEUE_GET) : NULL;
	if (request) {
		mnl_attr_put_u32(request, NETDEV_QUEUE_ID, queue);
		mnl_attr_put_u32(request, NETDEV_QUEUE_IFINDEX, nic->ifindex);
		mnl_attr_put_u32(request, NETDEV_QUEUE_TYPE, NETDEV_QUEUE_RX);
		ret = ask(nl, request, &pool);
	}
	mnl_socket_close(nl);
	return ret;
}
