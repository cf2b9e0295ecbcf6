/* SPDX-License-Identifier: BSD-2-Clause */
/* port_plan.c - adds up the plans of all queues of an interface, which may share frames. */
#include "socket/port.h"

#include <errno.h>
#include <stdlib.h>

#include "base/minmax.h"
#include "explain/explain.h"
#include "frames/memory.h"
#include "socket/plan.h"
#include "socket/socket_plan.h"

/* Free frames of the memory that a queue uses, before any queue is opened. */
static uint64_t frames_of(const struct zcxsk_port *p, uint32_t queue, uint32_t queues)
{
	uint64_t frames = 0;

	if (p->caches) {
		const struct zcxsk_cache *c = p->caches[queue % p->opts.cache_count];

		return zcxsk_pool_available(c->pool) + c->stack.count;
	}
	if (p->opts.pool)
		return zcxsk_pool_available(p->opts.pool);
	for (uint32_t q = 0; q < queues; q++)
		frames += port_share_frames(p, q, queue) ? port_frames_each(p) : 0;
	return frames;
}

static void add(struct zcxsk_plan *sum, const struct zcxsk_plan *part)
{
	sum->mode = part->mode;
	sum->queues++;
	sum->frames += part->frames;
	sum->floor += part->floor;
	sum->posted += part->posted;
	sum->device_rx_ring = part->device_rx_ring;
	sum->tx_ring_size = part->tx_ring_size;
	sum->completion_ring_size = part->completion_ring_size;
	if (sum->queues > 1) {
		sum->rx_ring_size = min_u32(sum->rx_ring_size, part->rx_ring_size);
		sum->fill_ring_size = min_u32(sum->fill_ring_size, part->fill_ring_size);
	} else {
		sum->rx_ring_size = part->rx_ring_size;
		sum->fill_ring_size = part->fill_ring_size;
	}
}

/* Plans queue after queue, as they are opened: each gets an equal share of the frames. */
static int plan_queues(const struct zcxsk_port *p, const struct zcxsk_socket *s, uint32_t *posted,
		       struct zcxsk_plan *sum, struct zcxsk_error *error)
{
	const struct zcxsk_socket_opts *o = &s->setup.opts;
	struct frames_request r = frames_request_of(o, &p->nic, frames_mode(o, &p->nic));
	uint32_t queues = nic_usable_queues(&p->nic);
	int ret = 0;

	for (uint32_t q = 0; q < queues; q++) {
		struct zcxsk_plan part;
		struct frames_plan plan;
		uint64_t all = frames_of(p, q, queues), left = all;
		bool first = true;

		for (uint32_t i = 0; i < q; i++) {
			first &= !port_share_frames(p, i, q);
			left -= port_share_frames(p, i, q) ? posted[i] : 0;
		}
		r.available = min_u64(left, all / port_sharers(p, q, 0, queues));
		plan = frames_plan(&r);
		posted[q] = plan.posted;
		plan_report(&part, &r, &plan, &s->setup.info);
		add(sum, &part);
		sum->available += first ? all : 0;
		if (!plan.fits && !ret)
			ret = frames_explain(&r, &plan, p->nic.ifname, q, error);
	}
	sum->application = sum->available - min_u64(sum->available, sum->floor);
	sum->frame_size = plan_frame_size_needed(o, &p->nic);
	return ret;
}

static int plan(const struct zcxsk_port *p, struct zcxsk_plan *sum, struct zcxsk_error *error)
{
	uint32_t *posted = calloc(p->most, sizeof(*posted));
	struct zcxsk_socket s;
	int ret;

	if (!posted)
		return explain_text(error, "plan frames", -ENOMEM, "", "out of memory");
	ret = plan_unopened(&s, p->nic.ifname, 0, &p->socket_opts, error);
	if (!ret)
		ret = plan_queues(p, &s, posted, sum, error);
	free(posted);
	return ret;
}

int zcxsk_port_plan(const char *ifname, const struct zcxsk_port_opts *opts, struct zcxsk_plan *out,
		    struct zcxsk_error *error)
{
	struct zcxsk_plan sum = {0};
	struct zcxsk_port *p;
	int ret;

	if (!ifname || !out)
		return explain_usage(error, "plan frames", "Pass a name and a plan.",
				     "an argument is NULL");
	ret = port_prepare(&p, ifname, opts, error);
	if (ret)
		return ret;
	ret = plan(p, &sum, error);
	port_free(p);
	return plan_answer(out, &sum, ret, error);
}
