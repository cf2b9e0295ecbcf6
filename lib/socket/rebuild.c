/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rebuild.c - replaces the dead queue of a socket. Frames that the old queue may
 * still own are in quarantine: they are listed, may be posted on the new fill ring,
 * which nobody reads yet, and become free once the kernel has bound the new queue. It
 * does not do that before it has released the old one.
 */
#include <zcxsk/watchdog.h>

#include <errno.h>
#include <stdlib.h>

#include "base/minmax.h"
#include "frames/left_behind.h"
#include "frames/pool.h"
#include "datapath/completion.h"
#include "explain/explain.h"
#include "datapath/fill.h"
#include "datapath/outstanding.h"
#include "datapath/strays.h"
#include "frames/ledger.h"
#include "redirect/redirect.h"
#include "socket/carrier.h"
#include "socket/frames_plan.h"
#include "socket/plan.h"
#include "socket/own_rings.h"
#include "socket/release.h"
#include "socket/socket.h"
#include "socket/stats.h"
#include "socket/xsk.h"
#include "socket/xsk_rings.h"
#include "datapath/service.h"
#include "datapath/watchdog.h"

/* ---- which frames ---------------------------------------------------------- */

static void mark(uint8_t *free_ones, const uint64_t *frames, uint64_t n, uint32_t frame_size)
{
	for (uint64_t i = 0; i < n; i++)
		free_ones[frames[i] / frame_size] = 1;
}

/*
 * By elimination, if the UMEM serves this socket alone: all frames that are not free and
 * that no closed socket is known to have left behind.
 * Returns false if out of memory.
 */
static bool list_by_elimination(struct zcxsk_socket *s, uint32_t *count)
{
	uint8_t *free_ones = calloc(s->umem->frames, 1);
	uint32_t n = 0;

	if (!free_ones)
		return false;
	mark(free_ones, s->cache->stack.frames, s->cache->stack.count, s->frame_size);
	mark(free_ones, s->pool->frames, s->pool->count, s->frame_size);
	left_mark_known(s->pool, free_ones);
	for (uint64_t i = 0; i < s->umem->frames; i++)
		if (!free_ones[i])
			s->setup.quarantine[n++] = i * s->frame_size;
	free(free_ones);
	*count = n;
	return true;
}

static int not_known(struct zcxsk_error *error, int code)
{
	if (code == -EBUSY)
		return explain_text(error, "rebuild", code,
				    "First release received and allocated frames, or create the "
				    "pool with ZCXSK_POOL_CHECK.",
				    "the application holds frames, and without the ledger they "
				    "cannot be distinguished from those that the kernel has");
	return explain_text(error, "rebuild", code, "Create the pool with ZCXSK_POOL_CHECK.",
			    "the UMEM has other users, and without the ledger it is unknown which "
			    "frames this socket's queue has");
}

static void drop_list(struct zcxsk_socket *s)
{
	free(s->setup.quarantine);
	s->setup.quarantine = NULL;
	s->setup.quarantine_count = 0;
}

/* Lists the frames of the old queue. Returns 0, or -errno with an empty list. */
static int list_quarantine(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	bool listed = true;
	int ret = 0;

	release_try(s->cache);
	if (!s->pool->ledger && (s->pool->caches > 1 || s->cache->users->next))
		return not_known(error, -EOPNOTSUPP);
	/* Room for all: the ledger also has frames returned in an invalid descriptor. */
	s->setup.quarantine = malloc(s->umem->frames * sizeof(*s->setup.quarantine));
	if (s->setup.quarantine && s->pool->ledger)
		s->setup.quarantine_count = release_list(s, s->setup.quarantine);
	else if (s->setup.quarantine)
		listed = list_by_elimination(s, &s->setup.quarantine_count);
	if (!s->setup.quarantine || !listed)
		ret = explain_text(error, "rebuild", -ENOMEM, "Free memory and try again.",
				   "out of memory for the list of frames");
	else if (!s->pool->ledger && s->setup.quarantine_count != fill_posted(s) +
									  outstanding_count(s) +
									  s->out.strays.lost)
		ret = not_known(error, -EBUSY);
	if (ret)
		drop_list(s);
	return ret;
}

/* ---- the new queue --------------------------------------------------------- */

/* The records of packets in flight are as large as the first rings. */
static bool same_sizes(const struct zcxsk_socket *s, const struct zcxsk_kernel_rings *rings)
{
	const struct zcxsk_socket_info *info = &s->setup.info;

	return ring_is_valid(&rings->fill) && rings->fill.size == info->fill_ring_size &&
	       ring_is_valid(&rings->completion) &&
	       rings->completion.size == info->completion_ring_size &&
	       (!socket_has_rx_ring(s) ||
		(ring_is_valid(&rings->rx) && rings->rx.size == info->rx_ring_size)) &&
	       (!socket_has_tx_ring(s) ||
		(ring_is_valid(&rings->tx) && rings->tx.size == info->tx_ring_size));
}

static int open_again(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	struct zcxsk_kernel_rings rings = s->kernel.rings;
	int ret;

	if (!s->setup.simulated)
		return xsk_open(s, s->mode, error);
	ret = s->kernel.reopen(s->kernel.context, &rings);
	if (ret)
		return explain_text(error, "rebuild", ret, "", "the kernel's reopen call failed");
	if (!same_sizes(s, &rings))
		return explain_usage(error, "rebuild",
				     "Return rings of the sizes that the socket was opened with.",
				     "the kernel's reopen call returned rings without memory or of "
				     "other sizes");
	s->kernel.rings = rings;
	xsk_take_rings(s, &rings);
	return frames_settle(s, error);
}

/* Closes the old queue; its frames stay counted. */
static void give_up(struct zcxsk_socket *s)
{
	if (s->setup.in_map)
		redirect_remove(s->redirect, s->setup.queue);
	s->setup.in_map = false;
	socket_leave_umem(s);
	own_rings_end(s);
	stats_end_queue(s);
	xsk_close(s);
}

/* The MTU may have changed, and the device's ring with the floor. */
static int plan_again(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	int ret;

	nic_refresh(&s->setup.nic);
	s->setup.nic.carrier = carrier_is_there(s);
	s->setup.link_may_return = false; /* its program stayed */
	s->setup.info.device_rx_ring = s->setup.nic.rx_ring;
	s->setup.info.mtu = s->setup.nic.mtu;
	ret = plan_check_mtu(s, s->mode, error);
	if (!ret)
		ret = frames_apply_again(s, error);
	/* The frames of a queue that goes on are listed again. */
	if (ret && socket_has_queue(s))
		drop_list(s);
	return ret;
}

/* After the new queue is bound: frees the quarantined frames that it did not get. */
static void free_quarantine(struct zcxsk_socket *s)
{
	uint32_t reposted = min_u32(s->setup.quarantine_count, s->fill.target);

	for (uint32_t i = 0; i < s->setup.quarantine_count; i++) {
		if (s->pool->ledger)
			ledger_set(s->pool, s->setup.quarantine[i] / s->frame_size,
				   i < reposted ? ledger_rx(s) : (uint16_t)PLACE_POOL,
				   CALL_REBUILD);
		if (i >= reposted)
			cache_push(s->cache, s->setup.quarantine[i]);
	}
	cache_trim(s->cache);
	drop_list(s);
}

/* Checks the preconditions, and makes the list unless an earlier attempt has. */
static int prepare(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	int ret;

	if (!s)
		return explain_usage(error, "rebuild", "Pass a socket.", "the socket is NULL");
	ret = explain_owner(error, &s->setup.fork, "socket");
	if (ret)
		return ret;
	if (s->setup.simulated && !s->kernel.reopen)
		return explain_text(error, "rebuild", -EOPNOTSUPP,
				    "Set the reopen call in struct zcxsk_kernel.",
				    "this kernel has no reopen call");
	if (s->setup.quarantine)
		return 0;
	if (s->has_tx)
		comp_reap(s);
	return list_quarantine(s, error);
}

int zcxsk_socket_rebuild(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	uint32_t was_out, was_posted;
	int ret = prepare(s, error);

	if (!ret)
		ret = plan_again(s, error);
	if (ret)
		return ret;
	stats_pause(s);
	if (socket_has_queue(s))
		give_up(s);
	was_out = outstanding_count(s);
	was_posted = fill_posted(s);
	socket_set_dead(s, false);
	ret = socket_join_umem(s, open_again, error);
	if (ret) {
		outstanding_set_stranded(s, was_out);
		socket_set_dead(s, true);
		stats_resume(s);
		return ret;
	}
	COUNT(s, tx_abandoned, was_out + s->out.strays.lost);
	strays_forget_lost(s);
	COUNT(s, rx_abandoned, was_posted);
	free_quarantine(s);
	own_rings_begin(s);
	socket_set_status(s, 0);
	watchdog_reset(s);
	stats_resume(s);
	(void)service_attach(s); /* if it fails, zcxsk_socket_service() tries again */
	explain_clear(error);
	return 0;
}
