/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan.c - prepares a socket before the kernel is involved: checks the options, reads
 * the interface, chooses sizes and limits, gets the memory.
 */
#include "socket/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "datapath/descriptors.h"
#include "explain/explain.h"
#include "socket/inherited.h"
#include "socket/frames_plan.h"
#include "socket/release.h"
#include "socket/xsk_rings.h"
#include "datapath/outstanding.h"
#include "frames/ledger.h"
#include "frames/pool.h"
#include "base/minmax.h"
#include "base/opts.h"
#include "redirect/redirect.h"
#include "datapath/watchdog.h"

#define SOCKET_FLAGS                                                                               \
	(ZCXSK_SOCKET_RX_ONLY | ZCXSK_SOCKET_TX_ONLY | ZCXSK_SOCKET_NO_SELF_TEST |                 \
	 ZCXSK_SOCKET_PROMISCUOUS)
#define TX_RING_DEFAULT 1024u /* entries; by default four fifths may be in flight */
#define RING_MIN 2u
#define COPY_BUDGET_MIN 32u	 /* the kernel's own lower limit */
#define COPY_BUDGET_DEFAULT 512u /* a larger one is not faster and holds the lock longer */
#define BUSY_TIMEOUT_NS 3000000000ull
#define CARRIER_TIMEOUT_NS 10000000000ull
/*
 * Frames in flight by default: most of a ring, leaving room to submit before the
 * completions arrive, but at most as many as keep a device busy for a millisecond.
 * More would only delay packets.
 */
#define TX_LIMIT_PERCENT 80u
#define TX_LIMIT_DEFAULT 1024u
#define COPY_THRESHOLD_DEFAULT 256u /* bytes; copying a few cache lines beats tracking them */
#define TAIL_DEFAULT_NS 50000ull    /* about how long a device sends a watermark of packets */
#define TAIL_MAX_NS 1000000000ull
#define WATCHDOG_FIRST_NS 100000ull  /* a device is rarely silent for this long */
#define WATCHDOG_LAST_NS 10000000ull /* a hundred checks a second cost almost nothing */
#define STALL_NS 1000000000ull	     /* no device recovers on its own after this */
/* Twice a stall: a device that comes back by then still completes its packets in order. */
#define LOST_NS 2000000000ull
#define WATCHDOG_TIME_MIN_NS 10000ull
#define WATCHDOG_TIME_MAX_NS 3600000000000ull

/* ---- options --------------------------------------------------------------- */

static int check_ring(const char *name, uint32_t entries, struct zcxsk_error *error)
{
	if (!entries || (entries >= RING_MIN && entries <= PLAN_RING_MAX))
		return 0;
	return explain_usage(error, "check socket options", "Use 0 for the default.",
			     "%s ring size %u is outside %u to %u", name, entries, RING_MIN,
			     PLAN_RING_MAX);
}

static int check_flags(const struct zcxsk_socket_opts *o, struct zcxsk_error *error)
{
	if (o->flags & ~SOCKET_FLAGS || o->modes & ~ZCXSK_MODES_ALL)
		return explain_usage(
			error, "check socket options",
			"Use only the bits defined in zcxsk/socket.h and zcxsk/mode.h.",
			"unknown bits: flags 0x%x, modes 0x%x", o->flags & ~SOCKET_FLAGS,
			o->modes & ~ZCXSK_MODES_ALL);
	if ((o->flags & ZCXSK_SOCKET_RX_ONLY) && (o->flags & ZCXSK_SOCKET_TX_ONLY))
		return explain_usage(error, "check socket options",
				     "Set neither to receive and send.",
				     "RX_ONLY and TX_ONLY exclude each other");
	if ((o->flags & ZCXSK_SOCKET_PROMISCUOUS) && (o->flags & ZCXSK_SOCKET_TX_ONLY))
		return explain_usage(error, "check socket options", "Set only one of them.",
				     "PROMISCUOUS is for receiving, and TX_ONLY excludes that");
	if (o->cache && (o->umem_opts || o->pool_opts))
		return explain_usage(error, "check socket options", "Set one or the other.",
				     "cache is set, but also umem_opts or pool_opts to create one");
	if (o->redirect && o->redirect_opts)
		return explain_usage(error, "check socket options", "Set one or the other.",
				     "redirect is set, but also redirect_opts to attach one");
	return 0;
}

static uint64_t timeout_of(uint64_t option, uint64_t fallback)
{
	return !option ? fallback : option == UINT64_MAX ? 0 : option;
}

static int check_time(const char *name, uint64_t ns, uint64_t min, uint64_t max,
		      struct zcxsk_error *error)
{
	if (!ns || (ns >= min && ns <= max))
		return 0;
	return explain_usage(error, "check socket options", "Use 0 for the default.",
			     "%s of %llu ns is outside %llu to %llu ns", name,
			     (unsigned long long)ns, (unsigned long long)min,
			     (unsigned long long)max);
}

static uint64_t or_default(uint64_t option, uint64_t fallback)
{
	return option ? option : fallback;
}

/* Checks the times of kicks and watchdog, alone and relative to each other. */
static int check_times(struct zcxsk_socket_opts *o, struct zcxsk_error *error)
{
	uint64_t min = WATCHDOG_TIME_MIN_NS, max = WATCHDOG_TIME_MAX_NS, least;
	bool off = o->watchdog_first_ns == UINT64_MAX;
	int ret = check_time("kick_tail_ns", o->kick_tail_ns, 1, TAIL_MAX_NS, error);

	if (!ret && !off)
		ret = check_time("watchdog_first_ns", o->watchdog_first_ns, min, max, error);
	if (!ret)
		ret = check_time("watchdog_last_ns", o->watchdog_last_ns, min, max, error);
	if (!ret)
		ret = check_time("stall_ns", o->stall_ns, min, max, error);
	if (!ret)
		ret = check_time("lost_ns", o->lost_ns, min, max, error);
	if (ret)
		return ret;
	o->kick_tail_ns = or_default(o->kick_tail_ns, TAIL_DEFAULT_NS);
	o->watchdog_first_ns = or_default(o->watchdog_first_ns, WATCHDOG_FIRST_NS);
	o->watchdog_last_ns = or_default(o->watchdog_last_ns, WATCHDOG_LAST_NS);
	o->stall_ns = or_default(o->stall_ns, STALL_NS);
	o->lost_ns = or_default(o->lost_ns, LOST_NS);
	least = min_u64(min_u64(o->watchdog_last_ns, o->stall_ns), o->lost_ns);
	if (off || o->watchdog_first_ns <= least)
		return 0;
	return explain_usage(
		error, "check socket options", "Make watchdog_first_ns the smallest of the four.",
		"watchdog_first_ns of %llu ns is above watchdog_last_ns (%llu), "
		"stall_ns (%llu) or lost_ns (%llu)",
		(unsigned long long)o->watchdog_first_ns, (unsigned long long)o->watchdog_last_ns,
		(unsigned long long)o->stall_ns, (unsigned long long)o->lost_ns);
}

static int check_choices(const struct zcxsk_socket_opts *o, struct zcxsk_error *error)
{
	if (o->kick_policy > ZCXSK_KICK_MANUAL)
		return explain_usage(error, "check socket options", "Use a policy of zcxsk/kick.h.",
				     "unknown kick policy %u", o->kick_policy);
	if (o->tokens > ZCXSK_TOKENS_AS_DONE)
		return explain_usage(error, "check socket options",
				     "Use an order of zcxsk/socket.h.",
				     "unknown order of tokens %u", o->tokens);
	return 0;
}

int plan_options(struct zcxsk_socket_opts *o, struct zcxsk_error *error)
{
	int ret = check_flags(o, error);

	if (!ret)
		ret = inherited_check_opts(o, error);
	if (!ret)
		ret = check_ring("RX", o->rx_ring_size, error);
	if (!ret)
		ret = check_ring("TX", o->tx_ring_size, error);
	if (!ret)
		ret = check_ring("fill", o->fill_ring_size, error);
	if (!ret)
		ret = check_ring("completion", o->completion_ring_size, error);
	if (!ret)
		ret = check_choices(o, error);
	if (!ret)
		ret = check_times(o, error);
	o->modes = o->modes ? o->modes : ZCXSK_MODES_ALL;
	o->busy_timeout_ns = timeout_of(o->busy_timeout_ns, BUSY_TIMEOUT_NS);
	o->carrier_timeout_ns = timeout_of(o->carrier_timeout_ns, CARRIER_TIMEOUT_NS);
	o->copy_threshold = (uint32_t)or_default(o->copy_threshold, COPY_THRESHOLD_DEFAULT);
	return ret;
}

/* Rounds a size up to a power of two, and notes if it differs from the requested one. */
static uint32_t ring_size(struct zcxsk_socket *s, uint32_t asked, uint32_t fallback)
{
	uint32_t size = ring_round_up(asked ? asked : fallback);

	if (asked && size != asked)
		s->setup.info.rounded = 1;
	return size;
}

static int plan_copy_budget(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	struct zcxsk_socket_opts *o = &s->setup.opts;

	if (o->copy_budget &&
	    (o->copy_budget < COPY_BUDGET_MIN || o->copy_budget > s->setup.info.tx_ring_size))
		return explain_usage(error, "check socket options", "Use 0 for the default.",
				     "copy budget %u is outside %u to %u (the TX ring's size)",
				     o->copy_budget, COPY_BUDGET_MIN, s->setup.info.tx_ring_size);
	if (!o->copy_budget)
		o->copy_budget = min_u32(s->setup.info.tx_ring_size, COPY_BUDGET_DEFAULT);
	return 0;
}

/* Chooses the sizes of the rings for sending; those for receiving depend on the mode. */
static int apply_sizes(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	struct zcxsk_socket_opts *o = &s->setup.opts;

	s->setup.info.tx_ring_size = s->has_tx ? ring_size(s, o->tx_ring_size, TX_RING_DEFAULT) : 0;
	s->setup.info.completion_ring_size = ring_size(
		s, o->completion_ring_size, s->has_tx ? s->setup.info.tx_ring_size : RING_MIN);
	if (s->setup.info.completion_ring_size < s->setup.info.tx_ring_size) {
		s->setup.info.completion_ring_size = s->setup.info.tx_ring_size;
		s->setup.info.rounded = 1;
	}
	return plan_copy_budget(s, error);
}

/* ---- interface ------------------------------------------------------------- */

/* The facts of an interface in another namespace come from the redirect. */
static int read_interface(struct zcxsk_socket *s, const char *ifname)
{
	if (!s->redirect || !redirect_nic(s->redirect)->elsewhere)
		return nic_read(&s->setup.nic, ifname);
	if (strcmp(redirect_nic(s->redirect)->ifname, ifname))
		return -ENODEV;
	s->setup.nic = *redirect_nic(s->redirect);
	return 0;
}

static int check_interface(struct zcxsk_socket *s, const char *ifname, struct zcxsk_error *error)
{
	int ret = read_interface(s, ifname);
	struct nic now = s->setup.nic;

	if (ret)
		return explain_lookup(error, ret, ifname);
	if (!s->redirect && explain_link_type(error, &s->setup.nic))
		return -EOPNOTSUPP;
	/* Attaching may have changed the facts, so use those from before, except the MTU. */
	if (s->redirect) {
		if (!nic_is_same(redirect_nic(s->redirect), &s->setup.nic))
			return explain_usage(error, "check socket options",
					     "Attach a redirect to the socket's interface.",
					     "the redirect is on %s, not on %s",
					     redirect_nic(s->redirect)->ifname, ifname);
		s->setup.nic = *redirect_nic(s->redirect);
		memcpy(s->setup.nic.ifname, now.ifname, sizeof(now.ifname));
		nic_refresh(&s->setup.nic);
	}
	if (!s->setup.nic.up)
		return explain_is_down(error, &s->setup.nic);
	s->setup.info.queues = nic_usable_queues(&s->setup.nic);
	if (s->setup.queue >= s->setup.info.queues)
		return explain_no_queue(
			error, &(struct explain_facts){.nic = &s->setup.nic,
						       .queue = s->setup.queue,
						       .usable_queues = s->setup.info.queues});
	return 0;
}

/* Received packets must fit into frames; only the newest kernels check, others drop. */
int plan_check_mtu(const struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	uint32_t limit = nic_mtu_limit(&s->setup.nic, mode == ZCXSK_MODE_ZERO_COPY, s->frame_size,
				       s->umem->headroom);

	if (s->setup.nic.mtu <= limit || !s->has_rx)
		return 0;
	return explain_mtu(error, &(struct explain_facts){.nic = &s->setup.nic,
							  .mode = mode,
							  .frame_size = s->frame_size,
							  .headroom = s->umem->headroom});
}

/* ---- memory ---------------------------------------------------------------- */

uint32_t plan_frame_size(const struct zcxsk_umem_opts *u, const struct zcxsk_socket_opts *o,
			 const struct nic *nic)
{
	bool zero_copy = o->modes & ZCXSK_MODE_ZERO_COPY;

	if (!u->frame_size &&
	    nic->mtu > nic_mtu_limit(nic, zero_copy, PLAN_FRAME_SIZE, u->headroom))
		return PLAN_FRAME_SIZE_LARGE;
	return u->frame_size;
}

uint32_t plan_frame_size_needed(const struct zcxsk_socket_opts *o, const struct nic *nic)
{
	const struct zcxsk_umem_opts defaults = {0};
	uint32_t size = plan_frame_size(&defaults, o, nic);

	return size ? size : PLAN_FRAME_SIZE;
}

uint64_t plan_umem_frames(const struct zcxsk_umem_opts *u, const struct zcxsk_socket_opts *o,
			  const struct nic *nic)
{
	uint32_t frame_size = plan_frame_size(u, o, nic);

	if (u->memory)
		return u->memory_size / (frame_size ? frame_size : PLAN_FRAME_SIZE);
	return u->frames ? u->frames : frames_default(o, nic);
}

/* Creates the socket's own memory, by default with frames large enough for the MTU. */
static int make_memory(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	struct zcxsk_umem_opts u;
	int ret;

	if (opts_copy(&u, sizeof(u), s->setup.opts.umem_opts, sizeof(u)))
		return explain_usage(
			error, "check UMEM options", "Call zcxsk_umem_opts_init().",
			"the options struct has a wrong size, or unknown fields are set");
	u.size = sizeof(u);
	u.frame_size = plan_frame_size(&u, &s->setup.opts, &s->setup.nic);
	if (!u.memory && !s->setup.simulated)
		u.frames = plan_umem_frames(&u, &s->setup.opts, &s->setup.nic);
	ret = zcxsk_umem_create(&s->umem, &u, error);
	if (!ret)
		ret = zcxsk_pool_create(&s->pool, s->umem, s->setup.opts.pool_opts, error);
	if (!ret)
		ret = zcxsk_cache_create(&s->cache, s->pool, error);
	return ret;
}

static int get_memory(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	s->setup.owns_memory = !s->setup.opts.cache;
	if (s->setup.owns_memory) {
		int ret = make_memory(s, error);

		if (ret)
			return ret;
	} else {
		s->cache = s->setup.opts.cache;
		s->pool = s->cache->pool;
		s->umem = s->pool->umem;
		release_try(s->cache);
	}
	cache_join(s->cache, &s->setup.in_cache, s);
	s->frame_size = s->umem->frame_size;
	s->fast.bounds = bounds_of(s->umem->size, s->frame_size);
	s->fast.loops = bulk_best(&s->fast.bounds);
	return 0;
}

static int check_frames(const struct zcxsk_socket *s, struct zcxsk_error *error)
{
	uint64_t available = zcxsk_pool_available(s->pool) + s->cache->stack.count;

	if (available >= FRAMES_MIN)
		return 0;
	return explain_text(error, "plan frames", -ENOMEM, "Use a UMEM with more frames.",
			    "%llu frames are free, a socket needs at least %u",
			    (unsigned long long)available, FRAMES_MIN);
}

/*
 * Without indirect descriptors virtio-net uses two ring slots per packet but counts
 * one, and drops packets that do not fit while completing them as sent. Half a ring is
 * safe, less what the stack's packets may use: an eighth of the ring, in a ring of
 * 256 enough for three of the stack's largest packets or twenty small ones.
 */
static uint32_t device_limit(const struct nic *nic)
{
	uint32_t ring = nic->rx_ring ? nic->rx_ring : 256;

	if (!nic->is_virtio || nic_virtio_has(nic, VIRTIO_BIT_INDIRECT_DESC))
		return UINT32_MAX;
	return ring / 2 - ring / 8;
}

/* Checks tx_limit, the most frames in flight, and the watermark, and sets the limit. */
static int plan_limits(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	uint32_t ring = s->setup.info.tx_ring_size, limit = s->setup.opts.tx_limit;
	uint32_t fallback = (uint32_t)((uint64_t)ring * TX_LIMIT_PERCENT / 100);

	if (!s->has_tx)
		return 0;
	if (limit > ring)
		return explain_usage(error, "check socket options", "Use 0 for the default.",
				     "tx_limit %u is above the TX ring's size of %u", limit, ring);
	if (s->setup.opts.kick_watermark > ring)
		return explain_usage(error, "check socket options", "Use 0 for the default.",
				     "kick_watermark %u is above the TX ring's size of %u",
				     s->setup.opts.kick_watermark, ring);
	fallback = min_u32(fallback, TX_LIMIT_DEFAULT);
	limit = limit ? limit : max_u32(fallback, 1);
	s->setup.info.tx_limit = min_u32(limit, device_limit(&s->setup.nic));
	return 0;
}

/* Allocates the records of packets in flight and their tokens. */
static int plan_records(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	int ret = outstanding_init(s, s->setup.info.tx_ring_size, s->setup.info.tx_limit);

	if (!ret)
		ret = token_init(s, (enum zcxsk_tokens)s->setup.opts.tokens,
				 s->setup.info.tx_ring_size);
	if (ret)
		return explain_text(error, "open socket", ret, "", "out of memory");
	s->checked = s->pool->ledger;
	s->watched = s->checked || s->out.tokens.mode;
	s->fast.stack = s->watched || !s->has_tx ? &s->empty_stack : &s->cache->stack;
	watchdog_init(s);
	return 0;
}

int plan_data_path(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	int ret = get_memory(s, error);

	if (!ret)
		ret = check_frames(s, error);
	if (!ret)
		ret = plan_limits(s, error);
	return ret ? ret : plan_records(s, error);
}

int plan_interface(struct zcxsk_socket *s, const char *ifname, struct zcxsk_error *error)
{
	int ret = check_interface(s, ifname, error);

	return ret ? ret : apply_sizes(s, error);
}

int plan_socket(struct zcxsk_socket *s, const char *ifname, struct zcxsk_error *error)
{
	int ret = plan_interface(s, ifname, error);

	if (!ret)
		ret = plan_data_path(s, error);
	/* A mode that needs more is refused when it is tried, with the reason. */
	return ret ? ret : plan_check_mtu(s, ZCXSK_MODE_GENERIC_COPY, error);
}

void plan_undo(struct zcxsk_socket *s)
{
	outstanding_free(s);
	token_free(s);
	if (s->cache) {
		pool_set_needed(s->pool, s->setup.needed, 0);
		cache_leave(s->cache, &s->setup.in_cache);
	}
	if (!s->setup.owns_memory)
		return;
	zcxsk_cache_destroy(s->cache);
	zcxsk_pool_destroy(s->pool);
	zcxsk_umem_destroy(s->umem);
}
