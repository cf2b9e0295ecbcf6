/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_sockets.c - the sockets of this network namespace: TCP and UDP, packet sockets,
 * and the kernel's IPsec associations. TCP and UDP are read by sock_diag or, should that
 * fail, from /proc.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "redirect/guard_facts.h"
#include "redirect/guard_netlink.h"
#include "redirect/guard_proc.h"

/* The states in which a connection still carries data. */
#define TCP_STATES                                                                                 \
	(1u << TCP_ESTABLISHED | 1u << TCP_SYN_RECV | 1u << TCP_FIN_WAIT1 | 1u << TCP_FIN_WAIT2 |  \
	 1u << TCP_CLOSE_WAIT | 1u << TCP_LISTEN)
#define ALL_STATES UINT32_MAX

/* ---- sock_diag ---------------------------------------------------------------------- */

static bool is_only_ipv6(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each (attr, nlh, sizeof(struct inet_diag_msg)) {
		if (mnl_attr_get_type(attr) == INET_DIAG_SKV6ONLY)
			return mnl_attr_get_u8(attr);
	}
	return false;
}

static int see_socket(const struct nlmsghdr *nlh, void *list)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct guard_socket *s = guard_list_add(list, sizeof(*s));

	if (!s)
		return MNL_CB_ERROR;
	s->local = guard_address_of(msg->idiag_family, msg->id.idiag_src);
	s->remote = guard_address_of(msg->idiag_family, msg->id.idiag_dst);
	s->local_port = ntohs(msg->id.idiag_sport);
	s->remote_port = ntohs(msg->id.idiag_dport);
	s->device = msg->id.idiag_if;
	s->inode = msg->idiag_inode;
	s->listens = msg->idiag_state == TCP_LISTEN;
	s->connected = s->remote_port;
	s->any_local = !s->local.bytes.high && !s->local.bytes.low;
	s->both_families = msg->idiag_family == AF_INET6 && !is_only_ipv6(nlh);
	return MNL_CB_OK;
}

static int ask_diag(uint8_t family, uint8_t protocol, uint32_t states, struct guard_list *list)
{
	char buf[GUARD_REQUEST];
	struct inet_diag_req_v2 *ask;
	struct nlmsghdr *nlh =
		guard_request(buf, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof(*ask), &ask);

	ask->sdiag_family = family;
	ask->sdiag_protocol = protocol;
	ask->idiag_states = states;
	return guard_ask(NETLINK_SOCK_DIAG, nlh, see_socket, list, list);
}

static void read_sockets(struct guard_table *t, uint8_t protocol, uint32_t states)
{
	int by_proc;

	t->read = true;
	t->ret = ask_diag(AF_INET, protocol, states, &t->list);
	if (!t->ret)
		t->ret = ask_diag(AF_INET6, protocol, states, &t->list);
	if (!t->ret)
		return;
	t->list.count = 0;
	by_proc = guard_proc_sockets(&t->list, protocol == IPPROTO_TCP ? "tcp" : "udp", states);
	t->ret = by_proc ? t->ret : 0;
}

struct guard_table *guard_read_tcp(struct guard_facts *facts)
{
	if (!facts->tcp.read)
		read_sockets(&facts->tcp, IPPROTO_TCP, TCP_STATES);
	return &facts->tcp;
}

const struct guard_table *guard_read_udp(struct guard_facts *facts)
{
	if (!facts->udp.read)
		read_sockets(&facts->udp, IPPROTO_UDP, ALL_STATES);
	return &facts->udp;
}

/* ---- packet sockets ------------------------------------------------------------------- */

static int see_packet(const struct nlmsghdr *nlh, void *list)
{
	const struct packet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct guard_packet_socket *s = guard_list_add(list, sizeof(*s));
	const struct nlattr *attr;

	if (!s)
		return MNL_CB_ERROR;
	s->ethertype = msg->pdiag_num;
	mnl_attr_for_each (attr, nlh, sizeof(*msg)) {
		if (mnl_attr_get_type(attr) == PACKET_DIAG_INFO) {
			const struct packet_diag_info *info = mnl_attr_get_payload(attr);

			s->device = info->pdi_index;
		}
	}
	return MNL_CB_OK;
}

const struct guard_table *guard_read_packet(struct guard_facts *facts)
{
	struct guard_table *t = &facts->packet;
	char buf[GUARD_REQUEST];
	struct packet_diag_req *ask;
	struct nlmsghdr *nlh;

	if (t->read)
		return t;
	t->read = true;
	nlh = guard_request(buf, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof(*ask), &ask);
	ask->sdiag_family = AF_PACKET;
	ask->pdiag_show = PACKET_SHOW_INFO;
	t->ret = guard_ask(NETLINK_SOCK_DIAG, nlh, see_packet, &t->list, &t->list);
	if (!t->ret)
		return t;
	t->list.count = 0;
	if (!guard_proc_packet(&t->list))
		t->ret = 0;
	return t;
}

/* ---- IPsec ------------------------------------------------------------------------------ */

static int see_association(const struct nlmsghdr *nlh, void *list)
{
	(void)nlh;
	return guard_list_add(list, 1) ? MNL_CB_OK : MNL_CB_ERROR;
}

const struct guard_table *guard_read_ipsec(struct guard_facts *facts)
{
	struct guard_table *t = &facts->ipsec;
	struct nlmsghdr *nlh;
	char buf[GUARD_REQUEST];
	struct xfrm_usersa_id *ask;

	if (t->read)
		return t;
	t->read = true;
	nlh = guard_request(buf, XFRM_MSG_GETSA, NLM_F_DUMP, 0, &ask);
	t->ret = guard_ask(NETLINK_XFRM, nlh, see_association, &t->list, &t->list);
	/* A kernel without IPsec. */
	if (t->ret == -EPROTONOSUPPORT)
		t->ret = 0;
	return t;
}

/* ---- all ---------------------------------------------------------------------------------- */

void guard_facts_free(struct guard_facts *facts)
{
	struct guard_table *const tables[] = {
		&facts->links, &facts->addresses, &facts->defaults, &facts->nexthops, &facts->tcp,
		&facts->udp,   &facts->packet,	  &facts->ipsec,    &facts->owners,
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		guard_list_free(&tables[i]->list);
	*facts = (struct guard_facts){0};
}
