/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_sockets.c - what the guard makes of the kernel's answers about sockets. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>
#include <netinet/tcp.h>

#include "guard_answers.h"

TestSuite(guard_sockets, .init = answers_begin, .fini = answers_end);

/* ---- sockets ------------------------------------------------------------------- */

static struct nlmsghdr *add_socket(unsigned question, uint8_t family, uint8_t state,
				   const char *local, const char *remote, uint16_t port)
{
	struct inet_diag_msg *msg;
	struct nlmsghdr *nlh = answer(question, sizeof(*msg), &msg);
	int af = family;

	msg->idiag_family = family;
	msg->idiag_state = state;
	msg->id.idiag_sport = htons(22);
	msg->id.idiag_dport = htons(port);
	msg->id.idiag_if = 4;
	msg->idiag_inode = 4711;
	cr_assert_eq(inet_pton(af, local, msg->id.idiag_src), 1);
	cr_assert_eq(inet_pton(af, remote, msg->id.idiag_dst), 1);
	return nlh;
}

static const struct guard_socket *tcp_socket(uint32_t i)
{
	cr_assert_lt(i, facts.tcp.list.count);
	return guard_list_at(&facts.tcp.list, i);
}

Test(guard_sockets, tcp)
{
	const struct guard_socket *s;

	add_socket(0, AF_INET, TCP_ESTABLISHED, "192.0.2.1", "192.0.2.2", 50000);
	add_socket(0, AF_INET, TCP_LISTEN, "0.0.0.0", "0.0.0.0", 0);
	add_socket(1, AF_INET6, TCP_LISTEN, "::", "::", 0);
	mnl_attr_put_u8(add_socket(1, AF_INET6, TCP_LISTEN, "::", "::", 0), INET_DIAG_SKV6ONLY, 1);
	mnl_attr_put_u8(add_socket(1, AF_INET6, TCP_LISTEN, "2001:db8::1", "::", 0),
			INET_DIAG_SKV6ONLY, 0);

	cr_assert_eq(guard_read_tcp(&facts)->ret, 0);
	cr_assert_eq(guard_read_tcp(&facts)->list.count, 5);
	cr_expect_eq(asked, 2, "read once");
	was_asked(0, NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, AF_INET);
	was_asked(1, NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, AF_INET6);
	s = tcp_socket(0);
	expect_address(&s->local, "192.0.2.1");
	expect_address(&s->remote, "192.0.2.2");
	cr_expect(s->local_port == 22 && s->remote_port == 50000 && s->device == 4);
	cr_expect(s->inode == 4711 && s->connected && !s->listens && !s->any_local);
	cr_expect(!s->both_families);
	s = tcp_socket(1);
	cr_expect(s->listens && !s->connected && s->any_local && !s->both_families);
	s = tcp_socket(2);
	cr_expect(s->listens && s->any_local && s->both_families);
	s = tcp_socket(3);
	cr_expect(s->any_local && !s->both_families);
	s = tcp_socket(4);
	cr_expect(!s->any_local && s->both_families);
}

static void add_packet_socket(uint16_t type, unsigned device)
{
	const struct packet_diag_info bound = {.pdi_index = device};
	struct packet_diag_msg *msg;
	struct nlmsghdr *nlh = answer(0, sizeof(*msg), &msg);

	msg->pdiag_family = AF_PACKET;
	msg->pdiag_num = type;
	mnl_attr_put_u32(nlh, PACKET_DIAG_UID, 99);
	if (device)
		mnl_attr_put(nlh, PACKET_DIAG_INFO, sizeof(bound), &bound);
}

Test(guard_sockets, packet_sockets)
{
	const struct guard_packet_socket *s;

	add_packet_socket(0x88cc, 3);
	add_packet_socket(0x0800, 0);
	cr_assert_eq(guard_read_packet(&facts)->ret, 0);
	cr_assert_eq(guard_read_packet(&facts)->list.count, 2);
	cr_expect_eq(asked, 1, "read once");
	was_asked(0, NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, AF_PACKET);
	cr_expect_eq(((const struct packet_diag_req *)header_of(0))->pdiag_show, PACKET_SHOW_INFO);
	s = guard_list_at(&facts.packet.list, 0);
	cr_expect(s[0].ethertype == 0x88cc && s[0].device == 3);
	cr_expect(s[1].ethertype == 0x0800 && s[1].device == 0);
}

Test(guard_sockets, ipsec)
{
	struct xfrm_usersa_info *info;

	answer(0, sizeof(*info), &info);
	answer(0, sizeof(*info), &info);
	cr_expect_eq(guard_read_ipsec(&facts)->ret, 0);
	cr_expect_eq(guard_read_ipsec(&facts)->list.count, 2);
	cr_expect_eq(asked, 1, "read once");
	was_asked(0, NETLINK_XFRM, XFRM_MSG_GETSA, 0);
	again();
	questions[0].ret = -EPROTONOSUPPORT;
	cr_expect_eq(guard_read_ipsec(&facts)->ret, 0, "a kernel without IPsec");
	again();
	questions[0].ret = -EPERM;
	cr_expect_eq(guard_read_ipsec(&facts)->ret, -EPERM);
}

/* ---- without sock_diag --------------------------------------------------------- */

static struct {
	const char *name;
	uint32_t states;
	int ret;
	unsigned count; /* of sockets there */
} proc;

int __wrap_guard_proc_sockets(struct guard_list *list, const char *name, uint32_t states);
int __wrap_guard_proc_packet(struct guard_list *list);

int __wrap_guard_proc_sockets(struct guard_list *list, const char *name, uint32_t states)
{
	proc.name = name;
	proc.states = states;
	for (unsigned i = 0; i < proc.count; i++)
		cr_assert(guard_list_add(list, sizeof(struct guard_socket)));
	return proc.ret;
}

int __wrap_guard_proc_packet(struct guard_list *list)
{
	for (unsigned i = 0; i < proc.count; i++)
		cr_assert(guard_list_add(list, sizeof(struct guard_packet_socket)));
	return proc.ret;
}

/* What sock_diag has told before it failed does not count; /proc has it all. */
Test(guard_sockets, proc_instead)
{
	proc.count = 3;
	questions[1].ret = -ENOENT;
	add_socket(0, AF_INET, TCP_LISTEN, "0.0.0.0", "0.0.0.0", 0);
	cr_expect_eq(guard_read_tcp(&facts)->ret, 0);
	cr_expect_eq(facts.tcp.list.count, 3);
	cr_expect_str_eq(proc.name, "tcp");
	cr_expect(proc.states & 1u << TCP_LISTEN && proc.states & 1u << TCP_ESTABLISHED);
	cr_expect(!(proc.states & 1u << TCP_TIME_WAIT), "nobody's any more");
	cr_expect_eq(((const struct inet_diag_req_v2 *)header_of(0))->idiag_states, proc.states);
	again();
	questions[0].ret = -ENOENT;
	cr_expect_eq(guard_read_udp(&facts)->ret, 0);
	cr_expect_eq(guard_read_udp(&facts)->list.count, 3);
	cr_expect_eq(asked, 1);
	cr_expect_str_eq(proc.name, "udp");
	cr_expect_eq(proc.states, UINT32_MAX);
	again();
	questions[0].ret = -ENOENT;
	add_packet_socket(0x88cc, 3);
	cr_expect_eq(guard_read_packet(&facts)->ret, 0);
	cr_expect_eq(facts.packet.list.count, 3);
}

Test(guard_sockets, nor_proc)
{
	proc.ret = -ENFILE;
	questions[0].ret = -EMFILE;
	cr_expect_eq(guard_read_tcp(&facts)->ret, -EMFILE);
	again();
	questions[0].ret = -EMFILE;
	cr_expect_eq(guard_read_udp(&facts)->ret, -EMFILE);
	again();
	questions[0].ret = -EMFILE;
	cr_expect_eq(guard_read_packet(&facts)->ret, -EMFILE);
}
