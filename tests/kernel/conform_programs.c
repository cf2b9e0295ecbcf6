/* SPDX-License-Identifier: BSD-2-Clause */
/* conform_programs.c - behaviours of XDP programs that are not the library's. */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "conform.h"
#include "foreign.h"
#include "traffic.h"

#define PACKETS 256u
#define NUMBER_AT 16 /* see traffic.c */
#define LENGTH 64u
#define MARK 0x5a637873
#define TAIL 4
#define CONTROL_NS 5000000000ull
/* The kernel's numbers of these helpers. */
#define ADJUST_META 54
#define ADJUST_TAIL 65

#define LOAD(to, from, at)                                                                         \
	{                                                                                          \
		.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = (to), .src_reg = (from), .off = (at) \
	}
#define MOVE(to, from)                                                                             \
	{                                                                                          \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = (to), .src_reg = (from)            \
	}
#define SET(to, value)                                                                             \
	{                                                                                          \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (to), .imm = (value)               \
	}
#define ADD(to, value)                                                                             \
	{                                                                                          \
		.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = (to), .imm = (value)               \
	}
#define CALL(helper)                                                                               \
	{                                                                                          \
		.code = BPF_JMP | BPF_CALL, .imm = (helper)                                        \
	}
#define EXIT                                                                                       \
	{                                                                                          \
		.code = BPF_JMP | BPF_EXIT                                                         \
	}
/* Skips `n` instructions if a > b, or a == value. */
#define IF_GREATER(a, b, n)                                                                        \
	{                                                                                          \
		.code = BPF_JMP | BPF_JGT | BPF_X, .dst_reg = (a), .src_reg = (b), .off = (n)      \
	}
#define IF_EQUAL(a, value, n)                                                                      \
	{                                                                                          \
		.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = (a), .imm = (value), .off = (n)      \
	}

/* Drops packets with odd numbers. */
static const struct bpf_insn drop_half[] = {
	LOAD(2, 1, offsetof(struct xdp_md, data)),
	LOAD(3, 1, offsetof(struct xdp_md, data_end)),
	MOVE(4, 2),
	ADD(4, LENGTH - TAIL),
	IF_GREATER(4, 3, 5),
	{.code = BPF_LDX | BPF_MEM | BPF_B, .dst_reg = 4, .src_reg = 2, .off = NUMBER_AT},
	{.code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = 4, .imm = 1},
	IF_EQUAL(4, 0, 2),
	SET(0, XDP_DROP),
	EXIT,
};

/* Puts a mark in front of the packet; drops it if the driver has no room for that. */
static const struct bpf_insn metadata[] = {
	SET(2, -4),
	CALL(ADJUST_META),
	IF_EQUAL(0, 0, 2),
	SET(0, XDP_DROP),
	EXIT,
	LOAD(2, 6, offsetof(struct xdp_md, data_meta)),
	LOAD(3, 6, offsetof(struct xdp_md, data)),
	MOVE(4, 2),
	ADD(4, 4),
	IF_GREATER(4, 3, 1),
	{.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = 2, .imm = MARK},
};

static const struct bpf_insn shrink[] = {SET(2, -TAIL), CALL(ADJUST_TAIL)};
static const struct bpf_insn grow[] = {SET(2, TAIL), CALL(ADJUST_TAIL)};

struct setting {
	struct foreign foreign;
	struct zcxsk_redirect *redirect;
	struct zcxsk_socket *left, *right; /* which has the program */
};

static struct setting set_up(enum zcxsk_mode mode, const struct bpf_insn *program, size_t count)
{
	struct zcxsk_error error = {0};
	struct setting s;
	struct rig_opts o;

	s.foreign = foreign_attach(rig_right(0), mode, program, count);
	CHECK_EQ("the map is taken",
		 zcxsk_redirect_from_map(&s.redirect, rig_right(0), s.foreign.map_fd, 0, &error),
		 0);
	rig_opts(&o, mode);
	o.socket.redirect_opts = NULL;
	o.socket.redirect = s.redirect;
	s.right = conform_open(rig_right(0), &o.socket);
	s.left = rig_open_plain(rig_left(0), mode);
	return s;
}

static void take_down(const struct setting *s)
{
	zcxsk_socket_close(s->left);
	zcxsk_socket_close(s->right);
	CHECK_EQ("detach", zcxsk_redirect_detach(s->redirect), 0);
	foreign_detach(&s->foreign);
}

static void send_one(const struct setting *s, uint32_t number)
{
	unsigned char bytes[LENGTH];

	traffic_write(bytes, LENGTH, number);
	CHECK_EQ("sent", zcxsk_tx_send_wait(s->left, bytes, LENGTH, TRAFFIC_PATIENCE_NS), 0);
	zcxsk_tx_flush(s->left);
}

/* Whether packets arrive at all. */
static bool one_arrives(const struct setting *s)
{
	struct zcxsk_packet packet;
	uint32_t n;

	send_one(s, 0);
	if (zcxsk_rx_wait(s->right, &packet, 1, CONTROL_NS, &n))
		return false;
	zcxsk_packet_release(s->right, &packet, 1);
	return true;
}

static struct zcxsk_packet await_one(const struct setting *s)
{
	struct zcxsk_packet packet;
	uint32_t n;

	CHECK_EQ("it arrives", zcxsk_rx_wait(s->right, &packet, 1, TRAFFIC_PATIENCE_NS, &n), 0);
	CHECK_EQ("one", n, 1);
	return packet;
}

static const unsigned char *data_of(const struct setting *s, const struct zcxsk_packet *packet)
{
	return zcxsk_packet_data(zcxsk_socket_base(s->right), packet);
}

#define SET_UP(mode, program) set_up(mode, program, sizeof(program) / sizeof((program)[0]))

static void drops_half(enum zcxsk_mode mode)
{
	struct setting s = SET_UP(mode, drop_half);

	for (uint32_t i = 0; i < PACKETS; i += 2) {
		struct zcxsk_packet packet;

		send_one(&s, i + 1);
		send_one(&s, i);
		packet = await_one(&s);
		CHECK_EQ("the even one", traffic_number(data_of(&s, &packet)), i);
		zcxsk_packet_release(s.right, &packet, 1);
	}
	take_down(&s);
}

static void copies_metadata(enum zcxsk_mode mode)
{
	struct setting s = SET_UP(mode, metadata);

	if (!one_arrives(&s))
		conform_unsupported("bpf_xdp_adjust_meta", -EOPNOTSUPP);

	for (uint32_t i = 0; i < PACKETS; i++) {
		struct zcxsk_packet packet;
		uint32_t mark;

		send_one(&s, i);
		packet = await_one(&s);
		memcpy(&mark, data_of(&s, &packet) - sizeof(mark), sizeof(mark));
		CHECK_EQ("the mark is in front", mark, MARK);
		CHECK_EQ("its number", traffic_number(data_of(&s, &packet)), i);
		zcxsk_packet_release(s.right, &packet, 1);
	}
	take_down(&s);
}

static void changes_length(enum zcxsk_mode mode, const struct bpf_insn *program, int change)
{
	struct setting s = set_up(mode, program, 2);

	for (uint32_t i = 0; i < PACKETS; i++) {
		struct zcxsk_packet packet;

		send_one(&s, i);
		packet = await_one(&s);
		/* The helper refuses where the packet's buffer has no room behind it. */
		if (!i && change > 0 && packet.len == LENGTH)
			conform_unsupported("bpf_xdp_adjust_tail", -EINVAL);
		CHECK_EQ("its length", packet.len, (int)LENGTH + change);
		CHECK_EQ("its number", traffic_number(data_of(&s, &packet)), i);
		zcxsk_packet_release(s.right, &packet, 1);
	}
	take_down(&s);
}

static void shrinks(enum zcxsk_mode mode)
{
	changes_length(mode, shrink, -TAIL);
}

static void grows(enum zcxsk_mode mode)
{
	changes_length(mode, grow, TAIL);
}

const struct behaviour conform_programs[] = {
	{.name = "XDP_DROP_HALF", .run = drops_half},
	{.name = "XDP_METADATA_COPY", .run = copies_metadata},
	{.name = "XDP_METADATA_COPY_MULTI_BUFF", .lacks = "packets over several frames"},
	{.name = "XDP_ADJUST_TAIL_SHRINK", .run = shrinks},
	{.name = "XDP_ADJUST_TAIL_SHRINK_MULTI_BUFF", .lacks = "packets over several frames"},
	{.name = "XDP_ADJUST_TAIL_GROW", .run = grows},
	{.name = "XDP_ADJUST_TAIL_GROW_MULTI_BUFF", .lacks = "packets over several frames"},
	{0},
};
