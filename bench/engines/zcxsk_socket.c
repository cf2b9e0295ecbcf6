/* SPDX-License-Identifier: BSD-2-Clause */
/* zcxsk_socket.c - opens the library's socket for a turn. */
#include "zcxsk_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "packet.h"
#include "xsk_options.h"

enum {
	RINGS_OF_FRAMES = 6, /* the same as the loop on libxdp */
	FRAME_SIZE = 2048,   /* bytes; twice that for packets that do not fit */
};

static int explain(char *why, const struct zcxsk_error *error, int ret)
{
	return engine_refuses(why, -ret, "%.40s: %.140s (%s)", error->step, error->cause,
			      zcxsk_errno_name(ret));
}

static int set_kick(struct zcxsk_socket_opts *opts, const struct engine_setup *setup, char *why)
{
	enum zcxsk_kick_policy policy = ZCXSK_KICK_ADAPTIVE;

	if (setup->kick && zcxsk_kick_policy_parse(setup->kick, &policy))
		return engine_fails(why, "kick policy", EINVAL);
	opts->kick_policy = policy;
	return 0;
}

/* Takes all packets, or only the bench's if that is refused to protect management traffic. */
static int open_redirected(struct zcxsk_socket **socket, const struct engine_setup *setup,
			   struct zcxsk_socket_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts redirect;
	char ours[32];
	int ret;

	zcxsk_redirect_opts_init(&redirect);
	redirect.rules_text = "take any";
	if (!(opts->flags & ZCXSK_SOCKET_TX_ONLY))
		opts->redirect_opts = &redirect;
	ret = zcxsk_socket_open(socket, setup->ifname, setup->queue, opts, error);
	if (ret != -EPERM || !opts->redirect_opts)
		return ret;
	snprintf(ours, sizeof(ours), "take udp dport %d", PACKET_PORT);
	redirect.rules_text = ours;
	return zcxsk_socket_open(socket, setup->ifname, setup->queue, opts, error);
}

int zcxsk_engine_open(struct zcxsk_socket **socket, const struct engine_setup *setup,
		      uint32_t flags, struct engine_turn *turn, char *why)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_umem_opts umem;
	struct zcxsk_error error;
	int ret;

	zcxsk_umem_opts_init(&umem);
	zcxsk_socket_opts_init(&opts);
	umem.frames = RINGS_OF_FRAMES * setup->ring_size;
	/* XDP reserves 256 bytes before a received packet. */
	umem.frame_size =
		setup->packet_size + ZCXSK_XDP_HEADROOM > FRAME_SIZE ? 2 * FRAME_SIZE : FRAME_SIZE;
	opts.umem_opts = &umem;
	opts.flags = flags;
	opts.modes = setup->mode ? zcxsk_modes_parse(setup->mode) : ZCXSK_MODES_ALL;
	opts.tx_ring_size = opts.rx_ring_size = setup->ring_size;
	if (setup->batch > ZCXSK_ENGINE_BATCH_MAX ||
	    setup->packet_size + ZCXSK_XDP_HEADROOM > umem.frame_size)
		return engine_refuses(why, EOPNOTSUPP,
				      "a batch of %u or a packet of %u bytes is too large",
				      setup->batch, setup->packet_size);
	ret = set_kick(&opts, setup, why);
	if (ret)
		return ret;
	ret = open_redirected(socket, setup, &opts, &error);
	if (ret)
		return explain(why, &error, ret);
	if (setup->busy_poll)
		xsk_busy_poll(zcxsk_socket_fd(*socket), !(flags & ZCXSK_SOCKET_RX_ONLY));
	snprintf(turn->mode, sizeof(turn->mode), "%s", zcxsk_mode_name(zcxsk_socket_mode(*socket)));
	return 0;
}

void zcxsk_engine_fill_in(struct zcxsk_socket *socket, const struct engine_setup *setup)
{
	struct zcxsk_umem *umem = zcxsk_socket_umem(socket);
	uint32_t frame_size = zcxsk_umem_frame_size(umem);
	uint8_t packet[PACKET_MAX];

	packet_make(packet, setup->place, true, setup->packet_size);
	for (uint64_t i = 0; i < zcxsk_umem_frames(umem); i++)
		memcpy((uint8_t *)zcxsk_umem_base(umem) + i * frame_size, packet,
		       setup->packet_size);
}

void zcxsk_engine_count_calls(struct zcxsk_socket *socket, struct engine_turn *turn)
{
	struct zcxsk_stats stats;

	zcxsk_stats_init(&stats);
	if (!zcxsk_socket_read_stats(socket, &stats))
		turn->calls = stats.tx_kicks + stats.waits + stats.fill_kicks;
}

int zcxsk_engine_serious(int ret)
{
	return ret == -ETIMEDOUT || ret == -EINTR || ret == -ETIME ? 0 : ret;
}
