/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limits.c - options at and beyond their limits: ring sizes, unknown bits, structs of
 * other sizes, NULL objects.
 */
#include <errno.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

static void refuse(const char *behaviour, const struct zcxsk_socket_opts *opts, const char *word)
{
	struct zcxsk_error error;

	rig_open_refused(behaviour, rig_left(0), 0, opts, -EINVAL, &error);
	CHECK_NAMES(behaviour, error.cause, word);
}

static struct zcxsk_socket_info info_of(struct zcxsk_socket *s)
{
	struct zcxsk_socket_info info;

	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
	return info;
}

static void rounded_rings(enum zcxsk_mode mode)
{
	struct zcxsk_socket_info info;
	struct zcxsk_socket *s;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.rx_ring_size = 1000;
	o.socket.tx_ring_size = 33;
	o.socket.fill_ring_size = 1025;
	o.socket.completion_ring_size = 3;
	s = rig_open(rig_left(0), 0, &o.socket);
	info = info_of(s);
	CHECK_EQ("the RX ring is rounded up", info.rx_ring_size, 1024);
	CHECK_EQ("the TX ring is rounded up", info.tx_ring_size, 64);
	/* In zero copy it holds twice the frames to post. */
	CHECK_EQ("the fill ring is rounded up", info.fill_ring_size,
		 mode == ZCXSK_MODE_ZERO_COPY ? 4096 : 2048);
	CHECK_EQ("the completion ring is not smaller than TX", info.completion_ring_size, 64);
	CHECK_EQ("rounding is reported", info.rounded, 1);
	CHECK_EQ("the ring has the reported size", zcxsk_socket_rx_ring(s)->size, 1024);
	CHECK_EQ("the info has the mode", info.mode, mode);
	CHECK("the info names the interface", !strcmp(info.ifname, rig_left(0)));
	zcxsk_socket_close(s);

	rig_opts(&o, mode);
	o.socket.rx_ring_size = o.socket.tx_ring_size = 65536;
	/* In zero copy the RX ring and the device need as many frames. */
	o.umem.frames = mode == ZCXSK_MODE_ZERO_COPY ? 65536 + 1024 : 1024;
	s = rig_open(rig_left(0), 0, &o.socket);
	info = info_of(s);
	CHECK_EQ("the largest ring is created", info.rx_ring_size, 65536);
	CHECK_EQ("a power of two is not rounded", info.rounded, 0);
	zcxsk_socket_close(s);
}

static void rings_out_of_range(void)
{
	static const uint32_t sizes[] = {1, 65537, 1u << 31, UINT32_MAX};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct zcxsk_socket_opts o;

		zcxsk_socket_opts_init(&o);
		o.rx_ring_size = sizes[i];
		refuse("an RX ring out of range", &o, "RX");
		zcxsk_socket_opts_init(&o);
		o.tx_ring_size = sizes[i];
		refuse("a TX ring out of range", &o, "TX");
		zcxsk_socket_opts_init(&o);
		o.fill_ring_size = sizes[i];
		refuse("a fill ring out of range", &o, "fill");
		zcxsk_socket_opts_init(&o);
		o.completion_ring_size = sizes[i];
		refuse("a completion ring out of range", &o, "completion");
		zcxsk_socket_opts_init(&o);
		o.copy_budget = sizes[i];
		refuse("a copy budget out of range", &o, "copy budget");
	}
}

static void times_and_limits(void)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.tx_limit = 1025;
	refuse("more frames in flight than the ring holds", &o, "tx_limit 1025");
	zcxsk_socket_opts_init(&o);
	o.kick_watermark = 1025;
	refuse("a watermark above the ring", &o, "kick_watermark 1025");
	zcxsk_socket_opts_init(&o);
	o.kick_tail_ns = 1000000001;
	refuse("a tail time above a second", &o, "kick_tail_ns");
	zcxsk_socket_opts_init(&o);
	o.watchdog_first_ns = 9999;
	refuse("a watchdog first interval out of range", &o, "watchdog_first_ns");
	zcxsk_socket_opts_init(&o);
	o.watchdog_first_ns = 20000000;
	refuse("a first interval above the last", &o, "watchdog_last_ns");
	zcxsk_socket_opts_init(&o);
	o.stall_ns = 50000;
	refuse("a stall limit below the first interval", &o, "stall_ns");
	zcxsk_socket_opts_init(&o);
	o.watchdog_last_ns = UINT64_MAX;
	refuse("a watchdog interval of years", &o, "watchdog_last_ns");
}

static void unknown_bits(void)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.flags = 1u << 31;
	refuse("an unknown flag", &o, "flags");
	zcxsk_socket_opts_init(&o);
	o.modes = ZCXSK_MODES_ALL + 1;
	refuse("an unknown mode", &o, "modes");
	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_MANUAL + 1;
	refuse("an unknown kick policy", &o, "kick policy");
	zcxsk_socket_opts_init(&o);
	o.tokens = ZCXSK_TOKENS_AS_DONE + 1;
	refuse("an unknown order of tokens", &o, "tokens");
	zcxsk_socket_opts_init(&o);
	o.flags = ZCXSK_SOCKET_RX_ONLY | ZCXSK_SOCKET_TX_ONLY;
	refuse("both TX_ONLY and RX_ONLY", &o, "exclude");
}

static void other_sizes(enum zcxsk_mode mode)
{
	struct {
		struct zcxsk_socket_opts opts;
		uint64_t newer;
	} longer;
	struct rig_opts o;

	rig_opts(&o, mode);
	longer.opts = o.socket;
	longer.opts.size = sizeof(longer);
	longer.newer = 0;
	zcxsk_socket_close(rig_open(rig_left(0), 0, &longer.opts));
	longer.newer = 1;
	refuse("an unknown tail that is not zero", &longer.opts, "unknown fields");
	o.socket.size = 0;
	refuse("a size of 0", &o.socket, "size");
	o.socket.size = sizeof(size_t);
	refuse("a struct that is only a size", &o.socket, "size");
}

static void no_objects(void)
{
	struct zcxsk_socket *s = NULL;
	struct zcxsk_packet p[1] = {{0}};
	struct zcxsk_error error;
	uint32_t n;

	CHECK_EQ("no result pointer", zcxsk_socket_open(NULL, rig_left(0), 0, NULL, &error),
		 -EINVAL);
	CHECK_EQ("no name", zcxsk_socket_open(&s, NULL, 0, NULL, &error), -EINVAL);
	CHECK_EQ("no error either", zcxsk_socket_open(&s, NULL, 0, NULL, NULL), -EINVAL);
	CHECK_EQ("rx_burst", zcxsk_rx_burst(NULL, p, 1), 0);
	CHECK_EQ("rx_wait", zcxsk_rx_wait(NULL, p, 1, 0, &n), -EINVAL);
	CHECK_EQ("tx_wait", zcxsk_tx_wait(NULL, p, 1, 0, &n), -EINVAL);
	CHECK_EQ("tx_copy", zcxsk_tx_send(NULL, p, 1), -EINVAL);
	CHECK_EQ("tx_copy_wait", zcxsk_tx_send_wait(NULL, p, 1, 0), -EINVAL);
	CHECK_EQ("flush",
		 zcxsk_tx_flush(NULL) + zcxsk_tx_reap(NULL) + zcxsk_tx_outstanding(NULL) +
			 zcxsk_tx_drain(NULL, 0),
		 0);
	CHECK_EQ("close", zcxsk_socket_close(NULL), 0);
	CHECK_EQ("info", zcxsk_socket_read_info(NULL, NULL), -EINVAL);
	CHECK_EQ("stats", zcxsk_socket_read_stats(NULL, NULL), -EINVAL);
	CHECK_EQ("status", zcxsk_socket_status(NULL), -EINVAL);
	CHECK_EQ("fd", zcxsk_socket_fd(NULL), -1);
	CHECK("parts", !zcxsk_socket_base(NULL) && !zcxsk_socket_umem(NULL) &&
			       !zcxsk_socket_cache(NULL) && !zcxsk_socket_redirect(NULL) &&
			       !zcxsk_socket_refusal(NULL, ZCXSK_MODE_ZERO_COPY));
	CHECK("rings", !zcxsk_socket_rx_ring(NULL) && !zcxsk_socket_tx_ring(NULL) &&
			       !zcxsk_socket_fill_ring(NULL) &&
			       !zcxsk_socket_completion_ring(NULL));
}

/* Invalid calls on an open socket. */
static void invalid_calls(enum zcxsk_mode mode)
{
	struct zcxsk_socket_info info;
	struct zcxsk_socket *s;
	struct zcxsk_packet p[1] = {{0}};
	struct rig_opts o;
	uint32_t n;

	rig_opts(&o, mode);
	o.socket.flags = ZCXSK_SOCKET_RX_ONLY;
	s = rig_open(rig_left(0), 0, &o.socket);
	CHECK("a receiver has no TX ring", !zcxsk_socket_tx_ring(s));
	CHECK_EQ("a receiver does not send", zcxsk_tx_wait(s, p, 1, 0, &n), -EINVAL);
	CHECK_EQ("a receiver does not send", zcxsk_tx_send(s, p, 1), -EINVAL);
	CHECK_EQ("a receiver does not send", zcxsk_tx_alloc(s, p, 1, 0) + zcxsk_tx_burst(s, p, 1),
		 0);
	CHECK_EQ("no array", zcxsk_rx_wait(s, NULL, 1, 0, &n), -EINVAL);
	CHECK_EQ("no array", zcxsk_rx_burst(s, NULL, 1), 0);
	info.size = 0;
	CHECK_EQ("info of size 0", zcxsk_socket_read_info(s, &info), -EINVAL);
	zcxsk_socket_close(s);

	o.socket.flags = ZCXSK_SOCKET_TX_ONLY;
	s = rig_open(rig_left(0), 0, &o.socket);
	CHECK("a sender has no RX ring", !zcxsk_socket_rx_ring(s));
	CHECK_EQ("a sender does not receive", zcxsk_rx_wait(s, p, 1, 0, &n), -EINVAL);
	CHECK_EQ("a sender does not receive", zcxsk_rx_burst(s, p, 1), 0);
	CHECK_EQ("no array", zcxsk_tx_wait(s, NULL, 1, 0, &n), -EINVAL);
	zcxsk_socket_close(s);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(rounded_rings);
	rings_out_of_range();
	unknown_bits();
	times_and_limits();
	rig_each_mode(other_sizes);
	no_objects();
	rig_each_mode(invalid_calls);
	return 0;
}
