/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_netlink.c - one question to the kernel by netlink, and its answers. */
#include "redirect/guard_netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nic/netlink.h"

/* The kernel fits the messages of a dump into the buffer, up to this size. */
#define ANSWER_SIZE 32768u

/* A dump takes milliseconds; devices and routes do not change this often meanwhile. */
#define ATTEMPTS 8

struct nlmsghdr *guard_request(char *buf, uint16_t type, uint16_t flags, size_t size, void *extra)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	void *header;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = 1;
	header = mnl_nlmsg_put_extra_header(nlh, size);
	memcpy(extra, &header, sizeof(header));
	return nlh;
}

/* A dump that breaks off says so in its last message, which libmnl takes for its end. */
static int see_done(const struct nlmsghdr *nlh, void *data)
{
	const int *code = mnl_nlmsg_get_payload(nlh);

	(void)data;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*code) || *code >= 0)
		return MNL_CB_STOP;
	errno = -*code;
	return MNL_CB_ERROR;
}

/* libmnl ignores the control messages below the end of on_control that it does not name. */
static int see_error(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

	(void)data;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(*error) && !error->error)
		return MNL_CB_STOP;
	errno = mnl_nlmsg_get_payload_len(nlh) < sizeof(*error) ? EBADMSG : -error->error;
	return MNL_CB_ERROR;
}

static int receive(struct mnl_socket *nl, const struct nlmsghdr *request, char *buf, mnl_cb_t see,
		   void *data)
{
	mnl_cb_t on_control[NLMSG_MIN_TYPE] = {
		[NLMSG_ERROR] = see_error,
		[NLMSG_DONE] = see_done,
	};
	bool dump = request->nlmsg_flags & NLM_F_DUMP;
	int ret;

	do {
		ssize_t got = mnl_socket_recvfrom(nl, buf, ANSWER_SIZE);

		ret = got < 0 ? -1
			      : mnl_cb_run2(buf, (size_t)got, request->nlmsg_seq,
					    mnl_socket_get_portid(nl), see, data, on_control,
					    NLMSG_MIN_TYPE);
	} while (ret > 0 && dump);
	return ret < 0 ? -errno : 0;
}

static int ask_once(int bus, const struct nlmsghdr *request, mnl_cb_t see, void *data)
{
	struct mnl_socket *nl = netlink_open(bus);
	char *buf;
	int ret;

	if (!nl)
		return -errno;
	buf = malloc(ANSWER_SIZE);
	if (!buf)
		ret = -ENOMEM;
	else if (mnl_socket_sendto(nl, request, request->nlmsg_len) < 0)
		ret = -errno;
	else
		ret = receive(nl, request, buf, see, data);
	free(buf);
	mnl_socket_close(nl);
	return ret;
}

/* A kernel without what was asked about runs modprobe before it says so. */
static bool is_final(int ret)
{
	return !ret || ret == -ENOENT || ret == -EPROTONOSUPPORT;
}

int guard_ask(int bus, struct nlmsghdr *request, mnl_cb_t see, void *data, struct guard_list *list)
{
	uint32_t before = list ? list->count : 0;
	int ret = -EINTR, failures = 0;

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		if (list)
			list->count = before;
		ret = ask_once(bus, request, see, data);
		if (is_final(ret) || (ret != -EINTR && failures++))
			break;
	}
	return ret;
}
