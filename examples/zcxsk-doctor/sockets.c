/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sockets.c - the AF_XDP sockets on the queues of an interface: which queues have one by the
 * netdev family, all of this network namespace by sock_diag, and the processes that have them
 * open by /proc. Each of these may be missing.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/xdp_diag.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "card.h"
#include "json_text.h"
#include "nic/netdev.h"
#include "nic/netlink.h"
#include "redirect/guard_proc.h"

#define ANSWER_SIZE 32768 /* bytes, as other dumps of netlink use */

struct search {
	uint32_t ifindex;
	json_t *list; /* objects with queue, zero_copy, inode, pid, process */
};

/* ---- sock_diag --------------------------------------------------------------- */

struct found {
	bool bound;
	struct xdp_diag_info info;
	struct xdp_diag_umem umem;
};

static void copy_attr(const struct nlattr *attr, void *to, size_t size)
{
	size_t length = mnl_attr_get_payload_len(attr);

	memcpy(to, mnl_attr_get_payload(attr), length < size ? length : size);
}

static int see_attr(const struct nlattr *attr, void *data)
{
	struct found *found = data;

	if (mnl_attr_get_type(attr) == XDP_DIAG_INFO) {
		copy_attr(attr, &found->info, sizeof(found->info));
		found->bound = true;
	} else if (mnl_attr_get_type(attr) == XDP_DIAG_UMEM) {
		copy_attr(attr, &found->umem, sizeof(found->umem));
	}
	return MNL_CB_OK;
}

static int see_socket(const struct nlmsghdr *header, void *data)
{
	const struct xdp_diag_msg *msg = mnl_nlmsg_get_payload(header);
	struct search *search = data;
	struct found found = {0};

	mnl_attr_parse(header, sizeof(*msg), see_attr, &found);
	if (found.bound && found.info.ifindex == search->ifindex)
		json_array_append_new(search->list,
				      json_pack("{s:I, s:b, s:I, s:n, s:n}", "queue",
						(json_int_t)found.info.queue_id, "zero_copy",
						found.umem.flags & XDP_DU_F_ZEROCOPY, "inode",
						(json_int_t)msg->xdiag_ino, "pid", "process"));
	return MNL_CB_OK;
}

static int put_request(struct mnl_socket *nl, char *buf)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buf);
	struct xdp_diag_req *request;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = (uint32_t)time(NULL);
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = AF_XDP;
	request->xdiag_show = XDP_SHOW_INFO | XDP_SHOW_UMEM;
	return mnl_socket_sendto(nl, header, header->nlmsg_len) < 0 ? -errno : 0;
}

static int dump(struct mnl_socket *nl, struct search *search)
{
	char *buf = malloc(ANSWER_SIZE);
	ssize_t got;
	int ret = buf ? put_request(nl, buf) : -ENOMEM;

	if (!ret)
		ret = MNL_CB_OK;
	while (ret == MNL_CB_OK) {
		got = mnl_socket_recvfrom(nl, buf, ANSWER_SIZE);
		ret = got < 0 ? MNL_CB_ERROR
			      : mnl_cb_run(buf, (size_t)got, 0, 0, see_socket, search);
		if (ret == MNL_CB_ERROR)
			ret = -errno;
	}
	free(buf);
	return ret;
}

static int list_sockets(struct search *search)
{
	struct mnl_socket *nl = netlink_open(NETLINK_SOCK_DIAG);
	int ret;

	if (!nl)
		return -errno;
	ret = dump(nl, search);
	mnl_socket_close(nl);
	return ret;
}

/* ---- processes --------------------------------------------------------------- */

/* A descriptor of a process: notes the process if this is one of the sockets. */
static void check_descriptor(struct search *search, const char *process, const char *target)
{
	unsigned long inode;
	char path[64], name[64];
	json_t *socket;
	size_t i;

	if (sscanf(target, "socket:[%lu]", &inode) != 1)
		return;
	json_array_foreach(search->list, i, socket)
	{
		if ((unsigned long)json_integer_value(json_object_get(socket, "inode")) != inode)
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/comm", process);
		if (guard_proc_read(path, name, sizeof(name)) < 0)
			name[0] = '\0';
		name[strcspn(name, "\n")] = '\0';
		json_object_set_new(socket, "pid", json_integer(atoll(process)));
		json_object_set_new(socket, "process", json_text(name));
	}
}

static void check_process(struct search *search, const char *process)
{
	char path[64], target[64];
	struct dirent *entry;
	ssize_t length;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", process);
	fds = opendir(path);
	while (fds && (entry = readdir(fds))) {
		length = readlinkat(dirfd(fds), entry->d_name, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		check_descriptor(search, process, target);
	}
	if (fds)
		closedir(fds);
}

static void find_processes(struct search *search)
{
	struct dirent *entry;
	DIR *proc = json_array_size(search->list) ? opendir("/proc") : NULL;

	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			check_process(search, entry->d_name);
	if (proc)
		closedir(proc);
}

/* ---- findings ---------------------------------------------------------------- */

static void find_sockets(struct card *card, const struct search *search)
{
	json_t *socket, *process;
	size_t i;

	json_array_foreach(search->list, i, socket)
	{
		process = json_object_get(socket, "process");
		facts_find(&card->facts, SEVERITY_NOTE, "",
			   "queue %lld has an AF_XDP socket of %s%s%lld%s",
			   (long long)json_integer_value(json_object_get(socket, "queue")),
			   json_is_null(process) ? "a process that is hidden or not in this /proc"
						 : json_string_value(process),
			   json_is_null(process) ? ", inode " : " (pid ",
			   (long long)json_integer_value(json_object_get(
				   socket, json_is_null(process) ? "inode" : "pid")),
			   json_is_null(process) ? "" : ")");
	}
}

/*
 * Sets the queues that have a socket. Returns how many, or -errno if that is unknown. Without
 * an answer for one queue there is none for the others either.
 */
static int read_taken(struct card *card)
{
	json_t *list = json_array();
	int taken = 0, ret = 0;

	for (uint32_t queue = 0; ret >= 0 && queue < card->nic.rx_queues; queue++) {
		ret = netdev_queue_has_pool(&card->nic, queue);
		if (ret <= 0)
			continue;
		json_array_append_new(list, json_integer(queue));
		taken++;
	}
	if (ret >= 0) {
		facts_set(&card->facts, "sockets", "queues_taken", list);
		return taken;
	}
	json_decref(list);
	facts_unknown(&card->facts, "sockets", "queues_taken", ret);
	return ret;
}

/* Without sock_diag the owners are hidden, and without the other answer everything is. */
static void find_unlisted(struct card *card, int taken, int code)
{
	const char *remedy = code == -ENOENT ? "Load the module that lists them: `modprobe "
					       "xsk_diag`."
					     : "";

	facts_unknown(&card->facts, "sockets", "list", code);
	if (taken > 0)
		facts_find(&card->facts, SEVERITY_UNKNOWN, remedy,
			   "AF_XDP sockets of unknown processes are on this number of queues: %d",
			   taken);
	else if (taken < 0 && card->nic.up)
		facts_find(&card->facts, SEVERITY_UNKNOWN, remedy,
			   "it cannot be seen whether other programs have AF_XDP sockets here");
}

void card_read_sockets(struct card *card)
{
	struct search search = {.ifindex = card->nic.ifindex, .list = json_array()};
	int taken = read_taken(card), ret = list_sockets(&search);

	if (ret < 0) {
		json_decref(search.list);
		find_unlisted(card, taken, ret);
		return;
	}
	find_processes(&search);
	find_sockets(card, &search);
	facts_set(&card->facts, "sockets", "list", search.list);
}
