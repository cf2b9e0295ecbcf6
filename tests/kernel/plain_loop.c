/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain_loop.c - what a plain loop over libxdp's rings gets from the same cards, without this
 * library: evidence for the list of programs that do not apply to a card.
 *
 *   plain_loop BEHAVIOUR MODE SENDER RECEIVER
 *
 * Prints one word: OK, or the name of the errno that the behaviour ends with. ETIMEDOUT: the
 * packets did not arrive. EMSGSIZE: they were cut. The behaviours are
 *
 *   open         a program and a socket on each interface
 *   stream       packets in each direction
 *   longest=MTU  the longest packets that this MTU allows
 *   resume       packets after the receiver was set down and up again
 *   resize       packets after the receiver's MTU was changed
 *   detached     a kick after the sender's program has been detached
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xdp/xsk.h>

#include "check.h"
#include "monotonic.h"
#include "netns.h"
#include "rig.h"

#define FRAME_SIZE 4096u
#define FRAMES 4096u /* more than the rings hold: for receiving the first half */
#define RING 2048u
#define BURST 4u
#define HEADER 14u
#define SHORT 60u
#define PATIENCE_NS 10000000000ull /* a link can take seconds to return */
#define SETTLE_MS 100

struct end {
	const char *ifname;
	uint32_t flags; /* XDP_FLAGS_* of the mode */
	int link_fd;	/* ends with the process */
	int map_fd;
	int prog_fd;
	void *memory;
	uint32_t next; /* frame to send */
	struct xsk_umem *umem;
	struct xsk_socket *socket;
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons rx, comp;
};

/* ---- set-up ------------------------------------------------------------------ */

/* Redirects every packet to the socket of its queue; others pass. */
static int load_program(struct end *e)
{
	struct bpf_insn code[] = {
		{.code = BPF_LDX | BPF_MEM | BPF_W,
		 .dst_reg = BPF_REG_2,
		 .src_reg = BPF_REG_1,
		 .off = offsetof(struct xdp_md, rx_queue_index)},
		{.code = BPF_LD | BPF_DW | BPF_IMM,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_PSEUDO_MAP_FD,
		 .imm = e->map_fd},
		{0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map},
		{.code = BPF_JMP | BPF_EXIT},
	};

	e->prog_fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "plain_loop", "GPL", code,
				   sizeof(code) / sizeof(code[0]), NULL);
	return e->prog_fd < 0 ? e->prog_fd : 0;
}

static int attach(struct end *e)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = e->flags);
	int ret;

	e->map_fd = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "plain_loop", sizeof(uint32_t),
				   sizeof(uint32_t), 64, NULL);
	if (e->map_fd < 0)
		return e->map_fd;
	ret = load_program(e);
	if (ret)
		return ret;
	e->link_fd = bpf_link_create(e->prog_fd, (int)if_nametoindex(e->ifname), BPF_XDP, &opts);
	return e->link_fd < 0 ? e->link_fd : 0;
}

static int create_umem(struct end *e)
{
	const struct xsk_umem_config config = {
		.fill_size = RING, .comp_size = RING, .frame_size = FRAME_SIZE};

	e->memory = mmap(NULL, (size_t)FRAMES * FRAME_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (e->memory == MAP_FAILED)
		return -ENOMEM;
	return xsk_umem__create(&e->umem, e->memory, (uint64_t)FRAMES * FRAME_SIZE, &e->fill,
				&e->comp, &config);
}

/* Frames 0 to RING - 1 are for receiving. */
static void post_all(struct end *e)
{
	uint32_t index;

	CHECK_EQ("the fill ring", xsk_ring_prod__reserve(&e->fill, RING, &index), RING);
	for (uint32_t i = 0; i < RING; i++)
		*xsk_ring_prod__fill_addr(&e->fill, index + i) = (uint64_t)i * FRAME_SIZE;
	xsk_ring_prod__submit(&e->fill, RING);
}

static int open_end(struct end *e, uint16_t bind_flags)
{
	const struct xsk_socket_config config = {.rx_size = RING,
						 .tx_size = RING,
						 .libxdp_flags =
							 XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
						 .bind_flags = bind_flags | XDP_USE_NEED_WAKEUP};
	int ret = attach(e);

	if (!ret)
		ret = create_umem(e);
	if (!ret)
		ret = xsk_socket__create(&e->socket, e->ifname, 0, e->umem, &e->rx, &e->tx,
					 &config);
	if (!ret)
		ret = xsk_socket__update_xskmap(e->socket, e->map_fd);
	if (!ret)
		post_all(e);
	return ret;
}

/* ---- packets ----------------------------------------------------------------- */

static void write_packet(unsigned char *bytes, uint32_t length)
{
	uint16_t type = htons(RIG_ETHERTYPE);

	memset(bytes, 0xff, 6);
	memcpy(bytes + 6, "\x02plain", 6);
	memcpy(bytes + 12, &type, sizeof(type));
	for (uint32_t i = HEADER; i < length; i++)
		bytes[i] = (unsigned char)i;
}

static int kick(struct end *e)
{
	uint32_t index, done = xsk_ring_cons__peek(&e->comp, RING, &index);

	xsk_ring_cons__release(&e->comp, done);
	if (sendto(xsk_socket__fd(e->socket), NULL, 0, MSG_DONTWAIT, NULL, 0) >= 0)
		return 0;
	return errno == EAGAIN || errno == EBUSY || errno == ENOBUFS || errno == ENETDOWN ? 0
											  : -errno;
}

/* Sends up to BURST packets. Returns 0 or what the kick returned. */
static int send_burst(struct end *e, uint32_t length)
{
	uint32_t n = xsk_prod_nb_free(&e->tx, BURST) < BURST ? 0 : BURST, index;

	if (n && xsk_ring_prod__reserve(&e->tx, n, &index) == n) {
		for (uint32_t i = 0; i < n; i++, e->next++) {
			uint64_t frame = (uint64_t)(RING + e->next % RING) * FRAME_SIZE;

			write_packet(xsk_umem__get_data(e->memory, frame), length);
			*xsk_ring_prod__tx_desc(&e->tx, index + i) =
				(struct xdp_desc){.addr = frame, .len = length};
		}
		xsk_ring_prod__submit(&e->tx, n);
	}
	return kick(e);
}

/* Whether a packet of this length has arrived: 0, -EMSGSIZE for a shorter one, or -EAGAIN. */
static int receive(struct end *e, uint32_t length)
{
	uint32_t index, post, n = xsk_ring_cons__peek(&e->rx, BURST, &index);
	int ret = -EAGAIN;

	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *d = xsk_ring_cons__rx_desc(&e->rx, index + i);
		const unsigned char *bytes = xsk_umem__get_data(e->memory, d->addr);

		if (ret && bytes[12] == RIG_ETHERTYPE >> 8 && bytes[13] == (RIG_ETHERTYPE & 0xff))
			ret = d->len < length ? -EMSGSIZE : 0;
		if (xsk_ring_prod__reserve(&e->fill, 1, &post) == 1)
			*xsk_ring_prod__fill_addr(&e->fill, post) = d->addr;
	}
	xsk_ring_prod__submit(&e->fill, n);
	xsk_ring_cons__release(&e->rx, n);
	recvfrom(xsk_socket__fd(e->socket), NULL, 0, MSG_DONTWAIT, NULL, NULL);
	return ret;
}

/* Sends until a packet arrives. */
static int stream(struct end *from, struct end *to, uint32_t length)
{
	uint64_t deadline = monotonic_ns() + PATIENCE_NS;

	while (monotonic_ns() < deadline) {
		int ret = send_burst(from, length), got;

		if (ret)
			return ret;
		poll(NULL, 0, 1);
		got = receive(to, length);
		if (got != -EAGAIN)
			return got;
	}
	return -ETIMEDOUT;
}

/* ---- behaviours -------------------------------------------------------------- */

/* Takes what is still on its way. */
static void settle(struct end *e)
{
	poll(NULL, 0, SETTLE_MS);
	while (!receive(e, 0))
		;
}

/* Sends, changes the receiver twice, and sends again. */
static int after_changes(struct end *from, struct end *to, const char *change, const char *back)
{
	int ret = stream(from, to, SHORT);

	if (ret)
		return ret;
	rig_link(to->ifname, change);
	settle(to);
	rig_link(to->ifname, back);
	return stream(from, to, SHORT);
}

static int after_detaching(struct end *from, struct end *to)
{
	int ret = stream(from, to, SHORT);

	if (ret)
		return ret;
	CHECK_EQ("detach", bpf_link_detach(from->link_fd), 0);
	return stream(from, to, SHORT);
}

static uint16_t use_mode(struct end *ends, const char *mode)
{
	bool generic = !strcmp(mode, "generic-copy");

	for (unsigned i = 0; i < 2; i++)
		ends[i].flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	return !strcmp(mode, "zero-copy") ? XDP_ZEROCOPY : XDP_COPY;
}

static int run(const char *behaviour, struct end *from, struct end *to, uint16_t bind_flags)
{
	uint32_t mtu;
	int ret = open_end(to, bind_flags);

	if (!ret)
		ret = open_end(from, bind_flags);
	if (ret || !strcmp(behaviour, "open"))
		return ret;
	if (!strcmp(behaviour, "stream")) {
		ret = stream(from, to, SHORT);
		return ret ? ret : stream(to, from, SHORT);
	}
	if (sscanf(behaviour, "longest=%u", &mtu) == 1)
		return stream(from, to, mtu + HEADER);
	if (!strcmp(behaviour, "resume"))
		return after_changes(from, to, "down", "up");
	if (!strcmp(behaviour, "resize"))
		return after_changes(from, to, "mtu 1600", "mtu 1500");
	if (!strcmp(behaviour, "detached"))
		return after_detaching(from, to);
	fprintf(stderr, "plain_loop: there is no behaviour '%s'\n", behaviour);
	exit(2);
}

static void set_mtu(const char *behaviour, const char *ifname)
{
	char setting[32];
	uint32_t mtu;

	if (sscanf(behaviour, "longest=%u", &mtu) != 1)
		return;
	snprintf(setting, sizeof(setting), "mtu %u", mtu);
	rig_link(ifname, setting);
}

int main(int argc, char **argv)
{
	struct end ends[2] = {0};
	char names[2 * IFNAMSIZ];
	uint16_t bind_flags;
	int ret;

	CHECK("plain_loop BEHAVIOUR MODE SENDER RECEIVER", argc == 5);
	libbpf_set_print(NULL);
	snprintf(names, sizeof(names), "%.15s %.15s", argv[3], argv[4]);
	setenv("ZCXSK_TEST_IFACES", names, 1);
	rig_setup(1);
	bind_flags = use_mode(ends, argv[2]);
	for (unsigned i = 0; i < 2; i++) {
		ends[i].ifname = argv[3 + i];
		set_mtu(argv[1], argv[3 + i]);
	}
	ret = run(argv[1], &ends[0], &ends[1], bind_flags);
	puts(ret ? strerrorname_np(-ret) : "OK");
	return 0;
}
