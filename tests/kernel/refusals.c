/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refusals.c - a socket that cannot be opened is refused with the reason, and nothing
 * changes: names, queues, foreign programs, modes.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define SHORT_NS 50000000ull   /* for a queue that stays busy */
#define SOON_NS 10000000000ull /* limit for a refusal, also on a busy machine */

static void no_such_interface(enum zcxsk_mode mode)
{
	char name[129] = ""; /* one character more than an alternative name has */
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, mode);
	rig_open_refused("an unknown interface", "nosuch0", 0, &o.socket, -ENODEV, &error);
	CHECK_NAMES("the unknown interface is named", error.cause, "nosuch0");
	rig_open_refused("an empty name", "", 0, &o.socket, -EINVAL, &error);
	memset(name, 'n', sizeof(name) - 1);
	rig_open_refused("a name that is too long", name, 0, &o.socket, -EINVAL, &error);
}

static void interface_down(enum zcxsk_mode mode)
{
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, mode);
	rig_link(rig_left(0), "down");
	rig_open_refused("an interface that is down", rig_left(0), 0, &o.socket, -ENETDOWN, &error);
	CHECK_NAMES("the remedy brings it up", error.remedy, "ip link set");
	rig_link(rig_left(0), "up");
	rig_await_link(rig_left(0));
}

/* The first queue that does not exist. */
static uint32_t count_queues(void)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_redirect_opts o;
	uint32_t queues;

	zcxsk_redirect_opts_init(&o);
	o.modes = ZCXSK_MODE_GENERIC_COPY; /* resets no link */
	CHECK_EQ("redirect", zcxsk_redirect_attach(&redirect, rig_left(0), &o, NULL), 0);
	queues = zcxsk_redirect_queues(redirect);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	return queues;
}

static void no_such_queue(enum zcxsk_mode mode)
{
	const uint32_t queues[] = {count_queues(), 65535, 65536, UINT32_MAX};
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, mode);
	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++)
		rig_open_refused("a queue that does not exist", rig_left(0), queues[i], &o.socket,
				 -EINVAL, &error);
	CHECK_EQ("a refusal leaves no program", rig_program(rig_left(0)), 0);
}

/* A second socket on the same memory: the kernel would say EINVAL. */
static void queue_in_use_by_the_same_memory(enum zcxsk_mode mode)
{
	struct zcxsk_socket *first = rig_open_plain(rig_right(0), mode);
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.redirect_opts = NULL;
	o.socket.cache = zcxsk_socket_cache(first);
	o.socket.redirect = zcxsk_socket_redirect(first);
	rig_open_refused("a queue that has a socket on this memory", rig_right(0), 0, &o.socket,
			 -EBUSY, &error);
	CHECK_NAMES("the queue is named", error.cause,
		    "this process already has a socket on queue 0 of ");
	CHECK_NAMES("the interface is named", error.cause, rig_right(0));
	CHECK_NAMES("the remedy", error.remedy, "Use that socket, or another queue");
	zcxsk_socket_close(first);
}

static void queue_in_use(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);
	struct zcxsk_error error;
	struct rig_opts o;
	uint64_t start = rig_now();

	rig_opts(&o, mode);
	o.socket.redirect_opts = NULL;
	o.socket.redirect = zcxsk_socket_redirect(rx);
	o.socket.busy_timeout_ns = SHORT_NS;
	rig_open_refused("a queue that has a socket", rig_right(0), 0, &o.socket, -EBUSY, &error);
	CHECK("the open waits for a busy queue as long as requested",
	      rig_now() - start >= SHORT_NS && rig_now() - start < SHORT_NS + SOON_NS);
	rig_open_refused("a redirect of another interface", rig_left(0), 0, &o.socket, -EINVAL,
			 &error);
	traffic_run(tx, rx, TRAFFIC_BURST);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

/* ---- sockets for reading facts ---- */

static uint32_t allowed; /* sockets of AF_UNIX until one fails */

int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);

int __wrap_socket(int family, int type, int protocol)
{
	if (family != AF_UNIX || allowed--)
		return __real_socket(family, type, protocol);
	errno = ENOBUFS;
	return -1;
}

/*
 * Each of the sockets by which facts are read is refused once. No limit makes the kernel refuse
 * only a later one, except for descriptors.
 */
static void facts_cannot_be_read(enum zcxsk_mode mode)
{
	struct zcxsk_error error;
	struct zcxsk_socket *s;
	struct rig_opts o;
	uint32_t n = 0;

	rig_opts(&o, mode);
	do {
		allowed = n++;
		if (!zcxsk_socket_open(&s, rig_left(0), 0, &o.socket, &error)) {
			zcxsk_socket_close(s);
			continue;
		}
		CHECK_EQ("the errno is kept", error.code, -ENOBUFS);
		CHECK_EQ("a refusal leaves no program", rig_program(rig_left(0)), 0);
	} while (allowed > n);
	allowed = UINT32_MAX;
}

/* ---- queues and rules ---- */

/* A queue has one socket, also if the first only receives and the second only sends. */
static void receiver_and_sender(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx;
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.flags = ZCXSK_SOCKET_RX_ONLY;
	rx = rig_open(rig_right(0), 0, &o.socket);
	rig_opts(&o, mode);
	o.socket.flags = ZCXSK_SOCKET_TX_ONLY;
	o.socket.redirect_opts = NULL;
	o.socket.redirect = zcxsk_socket_redirect(rx);
	o.socket.busy_timeout_ns = SHORT_NS;
	rig_open_refused("a sender on a receiver's queue", rig_right(0), 0, &o.socket, -EBUSY,
			 &error);
	zcxsk_socket_close(rx);
}

static void invalid_rules(enum zcxsk_mode mode)
{
	struct zcxsk_port_opts port_opts;
	struct zcxsk_port *port;
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.redirect.rules = NULL;
	o.redirect.rules_text = "take udp dport";
	rig_open_refused("a socket with an error in rules_text", rig_left(0), 0, &o.socket, -EINVAL,
			 &error);
	CHECK_NAMES("the position is named", error.cause, "column 15");
	zcxsk_port_opts_init(&port_opts);
	port_opts.socket_opts = &o.socket;
	CHECK_EQ("a port with an error in rules_text",
		 zcxsk_port_open(&port, rig_left(0), &port_opts, &error), -EINVAL);
	CHECK_NAMES("the position is named for a port, too", error.cause, "column 15");
	CHECK_EQ("a refusal leaves no program", rig_program(rig_left(0)), 0);
}

/* The redirect's options inside a socket's, as programs built with other headers have them. */
static void other_sizes(enum zcxsk_mode mode)
{
	const size_t older = sizeof(struct zcxsk_redirect_opts) - sizeof(uint64_t);
	const size_t newer = sizeof(struct zcxsk_redirect_opts) + 512; /* bytes, zero */
	struct zcxsk_error error;
	struct rig_opts o;
	void *opts;

	rig_opts(&o, mode);
	opts = calloc(1, newer);
	memcpy(opts, &o.redirect, sizeof(o.redirect));
	memcpy(opts, &newer, sizeof(newer));
	o.socket.redirect_opts = opts;
	zcxsk_socket_close(rig_open(rig_left(0), 0, &o.socket));
	((unsigned char *)opts)[newer - 1] = 1;
	rig_open_refused("redirect options with an unknown field", rig_left(0), 0, &o.socket,
			 -EINVAL, &error);
	free(opts);
	/* Of exactly that size, so that AddressSanitizer sees a read beyond it. */
	opts = malloc(older);
	memcpy(opts, &o.redirect, older);
	memcpy(opts, &older, sizeof(older));
	o.socket.redirect_opts = opts;
	rig_open_refused("redirect options older than the first release", rig_left(0), 0, &o.socket,
			 -EINVAL, &error);
	free(opts);
	CHECK_EQ("options of a wrong size leave no program", rig_program(rig_left(0)), 0);
}

/* Attaches a foreign program that passes everything. */
static int attach_foreign(const char *ifname)
{
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "foreign", "GPL", pass, 2, NULL);

	CHECK("foreign program", fd >= 0);
	CHECK_EQ("foreign program attached",
		 bpf_xdp_attach((int)if_nametoindex(ifname), fd, XDP_FLAGS_UPDATE_IF_NOEXIST, NULL),
		 0);
	close(fd);
	return (int)rig_program(ifname);
}

static void foreign_program(enum zcxsk_mode mode)
{
	int id = attach_foreign(rig_left(0));
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, mode);
	rig_open_refused("an interface with a foreign program", rig_left(0), 0, &o.socket, -EBUSY,
			 &error);
	CHECK_EQ("the foreign program stays attached", rig_program(rig_left(0)), id);
	CHECK_EQ("detach", bpf_xdp_detach((int)if_nametoindex(rig_left(0)), 0, NULL), 0);
	zcxsk_socket_close(rig_open(rig_left(0), 0, &o.socket));
}

/* Requires an unavailable mode, and lets the library choose the mode. */
static void chosen_mode(void)
{
	uint32_t modes = rig_modes_there();
	const struct zcxsk_error *refusal;
	struct zcxsk_socket *s;
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, ZCXSK_MODES_ALL);
	s = rig_open(rig_left(0), 0, &o.socket);
	refusal = zcxsk_socket_refusal(s, ZCXSK_MODE_ZERO_COPY);
	printf("the chosen mode is %s\n", zcxsk_mode_name(zcxsk_socket_mode(s)));
	CHECK("the best available mode is chosen", zcxsk_socket_mode(s) == (modes & -modes));
	rig_check_places("a refused mode keeps no frame", s);
	CHECK("a mode that was not refused has no refusal",
	      !zcxsk_socket_refusal(s, zcxsk_socket_mode(s)) &&
		      !zcxsk_socket_refusal(s, ZCXSK_MODE_GENERIC_COPY));
	CHECK("the refusal of zero-copy is available",
	      !refusal == !!(modes & ZCXSK_MODE_ZERO_COPY));
	if (refusal)
		CHECK("the refusal has a reason", refusal->code < 0 && refusal->cause[0]);
	zcxsk_socket_close(s);
	if (modes & ZCXSK_MODE_ZERO_COPY)
		return;
	rig_opts(&o, ZCXSK_MODE_ZERO_COPY);
	rig_open_refused("zero-copy where it is unavailable", rig_left(0), 0, &o.socket,
			 -EOPNOTSUPP, &error);
	CHECK_NAMES("the refusal names the reason", error.cause,
		    modes & ZCXSK_MODE_NATIVE_COPY ? "zero-copy" : "native XDP");
	CHECK_EQ("a refused mode leaves no program", rig_program(rig_left(0)), 0);
}

/* Opens with an error that has contents: a success sets its code only, in any mode. */
static void success_leaves_the_error_alone(void)
{
	struct zcxsk_error error, before;
	struct zcxsk_socket *s;
	struct rig_opts o;

	memset(&error, 'x', sizeof(error));
	before = error;
	before.code = 0;
	rig_opts(&o, ZCXSK_MODE_GENERIC_COPY);
	o.socket.modes = ZCXSK_MODES_ALL;
	CHECK_EQ("opening", zcxsk_socket_open(&s, rig_left(0), 0, &o.socket, &error), 0);
	CHECK("opening changed nothing but the code", !memcmp(&error, &before, sizeof(error)));
	memset(&error, 'x', sizeof(error));
	CHECK_EQ("rebuilding", zcxsk_socket_rebuild(s, &error), 0);
	CHECK("rebuilding changed nothing but the code", !memcmp(&error, &before, sizeof(error)));
	zcxsk_socket_close(s);
}

int main(void)
{
	allowed = UINT32_MAX;
	rig_setup(1);
	success_leaves_the_error_alone();
	rig_each_mode(no_such_interface);
	rig_each_mode(interface_down);
	rig_each_mode(no_such_queue);
	rig_each_mode(queue_in_use_by_the_same_memory);
	rig_each_mode(queue_in_use);
	rig_each_mode(receiver_and_sender);
	rig_each_mode(facts_cannot_be_read);
	rig_each_mode(invalid_rules);
	rig_each_mode(other_sizes);
	rig_each_mode(foreign_program);
	chosen_mode();
	return 0;
}
