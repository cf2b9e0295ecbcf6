/* SPDX-License-Identifier: BSD-2-Clause */
/* selftest.c - sends one frame to find out whether the driver takes it. */
#include "socket/selftest.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>

#include "frames/pool.h"
#include "datapath/completion.h"
#include "frames/ledger.h"
#include "datapath/outstanding.h"
#include "datapath/kick.h"
#include "datapath/link.h"
#include "base/clock.h"
#include "base/minmax.h"
#include "socket/carrier.h"

#define FRAME_LENGTH 60u  /* bytes: the shortest Ethernet frame without its checksum */
#define ETHERTYPE 0x88B5u /* reserved by IEEE for local experiments: nobody listens */
/*
 * A working driver takes the frame during the first kick, or within milliseconds if
 * NAPI runs in a thread. A tenth of a second is enough to be sure, and short enough.
 */
#define PATIENCE_NS 100000000ull
#define PAUSE_MS 1

static void write_frame(struct zcxsk_socket *s, uint64_t frame)
{
	unsigned char *bytes = s->umem->base + frame;
	uint16_t type = htons(ETHERTYPE);

	memset(bytes, 0, FRAME_LENGTH);
	memcpy(bytes, s->setup.nic.mac, 6);
	memcpy(bytes + 6, s->setup.nic.mac, 6);
	memcpy(bytes + 12, &type, sizeof(type));
}

/* Puts a frame on the TX ring. Returns false if none is free. */
static bool submit_frame(struct zcxsk_socket *s)
{
	uint32_t index;
	uint64_t frame;

	if (!cache_ready(s->cache, 1))
		return false;
	frame = *cache_pop(s->cache, 1);
	/* Neither a free frame nor one that the kernel has may be written. */
	ledger_move(s->pool, frame, PLACE_POOL, PLACE_APPLICATION, CALL_SELF_TEST);
	write_frame(s, frame);
	ledger_move(s->pool, frame, PLACE_APPLICATION, ledger_tx(s), CALL_SELF_TEST);
	zcxsk_ring_prod_reserve(&s->fast.tx, 1, &index); /* the ring is new and empty */
	*zcxsk_ring_tx_slot(&s->fast.tx, index) =
		(struct xdp_desc){.addr = frame, .len = FRAME_LENGTH};
	if (s->out.tokens.mode)
		token_note(s, index, NULL, 1);
	zcxsk_ring_prod_submit(&s->fast.tx);
	COUNT(s, self_test_packets, 1);
	return true;
}

/* The driver did not take the frame. It is ours again, since the socket is closed next. */
static void take_back(struct zcxsk_socket *s)
{
	uint64_t frame = zcxsk_ring_tx_slot(&s->fast.tx, s->fast.tx.cached_prod - 1)->addr;

	ledger_move(s->pool, frame, ledger_tx(s), PLACE_POOL, CALL_SELF_TEST);
	cache_push(s->cache, frame);
}

/* Where the link cannot be seen, the program may have reset it. */
static uint64_t patience(const struct zcxsk_socket *s)
{
	bool unseen = !link_is_watched(s) && s->setup.nic.carrier;

	return PATIENCE_NS + (unseen ? s->setup.opts.carrier_timeout_ns : 0);
}

/* Kicks until the driver has taken the frame. Returns 0, or -errno after a while. */
static int await_driver(struct zcxsk_socket *s)
{
	uint64_t deadline = clock_deadline(patience(s));

	for (;;) {
		kick_force(s);
		if (!zcxsk_ring_prod_pending(&s->fast.tx))
			return 0;
		if (s->dead)
			return -EIO;
		if (clock_now() >= deadline)
			return s->status == -ENETDOWN ? -ENETDOWN : -EIO;
		poll(NULL, 0, PAUSE_MS);
	}
}

int selftest_run(struct zcxsk_socket *s)
{
	uint64_t deadline; /* also for a link that comes and goes */
	int ret;

	/* In the copy modes an errno reports what is wrong. */
	if (!s->has_tx || s->mode != ZCXSK_MODE_ZERO_COPY ||
	    s->setup.opts.flags & ZCXSK_SOCKET_NO_SELF_TEST)
		return 0;
	s->setup.info.untested = !carrier_is_there(s);
	if (s->setup.info.untested || !submit_frame(s))
		return 0;
	deadline = clock_deadline(max_u64(s->setup.opts.carrier_timeout_ns, PATIENCE_NS));
	do {
		ret = await_driver(s);
		if (!ret || s->dead || carrier_is_there(s) || clock_now() >= deadline)
			break;
		/* A driver may also reset the link a moment later. */
		ret = carrier_await(s);
		s->setup.info.untested = !carrier_is_there(s);
	} while (!ret && !s->setup.info.untested);
	if (ret)
		take_back(s);
	else
		comp_reap(s);
	return ret;
}
