/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send_only.c - sockets that only send attach no program in the copy modes: two processes
 * send on one interface, beside another XDP program, without the capabilities for programs,
 * on a UMEM with sockets of the other copy mode, and as a port.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "nobody.h"
#include "rig.h"
#include "traffic.h"

#define QUEUES 2u
#define PACKETS 100u /* fit between the ends of a veth pair */

static struct zcxsk_socket *open_sender(uint32_t queue, uint32_t modes)
{
	struct rig_opts o;

	rig_opts(&o, (enum zcxsk_mode)modes);
	o.socket.flags = ZCXSK_SOCKET_TX_ONLY;
	o.socket.redirect_opts = NULL;
	return rig_open(rig_left(0), queue, &o.socket);
}

static struct zcxsk_socket *open_receiver(uint32_t queue, enum zcxsk_mode mode,
					  struct zcxsk_redirect *redirect)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.redirect = redirect;
	if (redirect)
		o.socket.redirect_opts = NULL;
	return rig_open(rig_right(0), queue, &o.socket);
}

static void check_no_program(const struct zcxsk_socket *s)
{
	struct zcxsk_socket_info info;

	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
	CHECK_EQ("no program in the info", info.attach, 0);
	CHECK("no redirect", !zcxsk_socket_redirect(s));
}

/* ---- two processes --------------------------------------------------------- */

struct sending {
	enum zcxsk_mode mode;
	uint32_t queue;
};

static void send_all(void *argument)
{
	const struct sending *sending = argument;
	struct zcxsk_socket *tx = open_sender(sending->queue, sending->mode);

	check_no_program(tx);
	CHECK_EQ("no program on the interface", rig_program(rig_left(0)), 0);
	traffic_send_all(tx, 0, PACKETS);
	child_ready();
	for (;;)
		pause();
}

/* Generic XDP sees all packets of a veth interface on queue 0. */
static void two_processes(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx[QUEUES] = {NULL};
	pid_t child[QUEUES];

	for (uint32_t q = 0; q < QUEUES; q++)
		rx[q] = open_receiver(q, ZCXSK_MODE_NATIVE_COPY,
				      q ? zcxsk_socket_redirect(rx[0]) : NULL);
	for (uint32_t q = 0; q < QUEUES; q++)
		child[q] = child_start(send_all, &(struct sending){.mode = mode, .queue = q});
	for (uint32_t q = 0; q < QUEUES; q++)
		traffic_receive_all(rx[q], 0, PACKETS);
	for (uint32_t q = 0; q < QUEUES; q++)
		child_kill(child[q]);
	for (uint32_t q = QUEUES; q--;)
		zcxsk_socket_close(rx[q]);
}

/* ---- beside another program ------------------------------------------------ */

static int attach_foreign(void)
{
	static const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", pass, 2, NULL);
	int link;

	CHECK("a program is loaded", program >= 0);
	link = bpf_link_create(program, (int)if_nametoindex(rig_left(0)), BPF_XDP, NULL);
	CHECK("it is attached", link >= 0);
	close(program);
	return link;
}

static void beside_another_program(void)
{
	int link = attach_foreign();
	uint32_t program = rig_program(rig_left(0));
	struct zcxsk_socket *rx = open_receiver(0, ZCXSK_MODE_GENERIC_COPY, NULL);
	struct zcxsk_socket *tx = open_sender(0, ZCXSK_MODES_ALL);

	check_no_program(tx);
	CHECK_EQ("the other program stays", rig_program(rig_left(0)), program);
	traffic_run(tx, rx, PACKETS);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
	close(link);
}

static void send_as_ordinary_user(void *unused)
{
	static const unsigned dropped[] = {CAP_SYS_ADMIN, CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN};
	struct zcxsk_socket *rx = open_receiver(0, ZCXSK_MODE_GENERIC_COPY, NULL), *tx;

	(void)unused;
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		nobody_drop(dropped[i]);
	tx = open_sender(0, ZCXSK_MODES_ALL);
	traffic_run(tx, rx, PACKETS);
	zcxsk_socket_close(tx);
}

/* ---- shared memory, ports -------------------------------------------------- */

static void on_one_umem(void)
{
	struct zcxsk_socket *tx = open_sender(0, ZCXSK_MODE_NATIVE_COPY), *rx;
	struct rig_opts o;

	rig_opts(&o, ZCXSK_MODE_GENERIC_COPY);
	o.socket.cache = zcxsk_socket_cache(tx);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	rx = rig_open(rig_right(0), 0, &o.socket);
	traffic_run(tx, rx, PACKETS);
	zcxsk_socket_close(rx);
	zcxsk_socket_close(tx);
}

static void as_a_port(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = open_receiver(0, mode, NULL);
	struct zcxsk_port_opts o;
	struct zcxsk_error error = {0};
	struct zcxsk_port *port;
	struct rig_opts each;

	rig_opts(&each, mode);
	each.socket.flags = ZCXSK_SOCKET_TX_ONLY;
	zcxsk_port_opts_init(&o);
	o.socket_opts = &each.socket;
	if (zcxsk_port_open(&port, rig_left(0), &o, &error))
		printf("  %s. %s\n", error.cause, error.remedy);
	CHECK_EQ("opened", error.code, 0);
	CHECK_EQ("all queues", zcxsk_port_queues(port), QUEUES);
	CHECK("no redirect", !zcxsk_port_redirect(port));
	CHECK_EQ("fewer queues", zcxsk_port_set_queues(port, 1, NULL, &error), 0);
	CHECK_EQ("no program on the interface", rig_program(rig_left(0)), 0);
	traffic_run(zcxsk_port_socket(port, 0), rx, PACKETS);
	CHECK_EQ("all queues again", zcxsk_port_set_queues(port, QUEUES, NULL, &error), 0);
	zcxsk_port_close(port);
	zcxsk_socket_close(rx);
}

int main(void)
{
	rig_setup_queues(QUEUES);
	rig_each_mode(two_processes);
	beside_another_program();
	child_run("without the capabilities for programs", send_as_ordinary_user, NULL);
	on_one_umem();
	rig_each_mode(as_a_port);
	return 0;
}
