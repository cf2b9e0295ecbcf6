/* SPDX-License-Identifier: BSD-2-Clause */
/* socket_plan.c - tells what opening a socket would choose, without opening it. */
#include <zcxsk/socket.h>

#include "base/opts.h"
#include "explain/explain.h"
#include "frames/memory.h"
#include "frames/pool.h"
#include "socket/frames_plan.h"
#include "socket/plan.h"
#include "socket/socket_plan.h"

/* Frames of the memory that would be created, or those free in the caller's. */
static int count_frames(const struct zcxsk_socket_opts *o, const struct nic *nic, uint64_t *frames,
			struct zcxsk_error *error)
{
	struct zcxsk_umem_opts u;

	if (o->cache) {
		*frames = zcxsk_pool_available(o->cache->pool) + o->cache->stack.count;
		return 0;
	}
	if (opts_copy(&u, sizeof(u), o->umem_opts, sizeof(u)))
		return explain_usage(
			error, "check UMEM options", "Call zcxsk_umem_opts_init().",
			"the options struct has a wrong size, or unknown fields are set");
	*frames = plan_umem_frames(&u, o, nic);
	return 0;
}

void plan_report(struct zcxsk_plan *out, const struct frames_request *r,
		 const struct frames_plan *p, const struct zcxsk_socket_info *info)
{
	*out = (struct zcxsk_plan){
		.mode = r->mode,
		.queues = 1,
		.frames = p->least,
		.available = r->available,
		.floor = p->floor,
		.posted = p->posted,
		.application = r->available > p->floor ? r->available - p->floor : 0,
		.device_rx_ring = r->device,
		.rx_ring_size = p->rx_ring,
		.fill_ring_size = p->fill_ring,
		.tx_ring_size = info->tx_ring_size,
		.completion_ring_size = info->completion_ring_size,
	};
}

int plan_unopened(struct zcxsk_socket *s, const char *ifname, uint32_t queue,
		  const struct zcxsk_socket_opts *opts, struct zcxsk_error *error)
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->setup.opts = *opts;
	ret = plan_options(&s->setup.opts, error);
	if (ret)
		return ret;
	s->setup.queue = queue;
	s->redirect = opts->redirect;
	s->has_rx = !(opts->flags & ZCXSK_SOCKET_TX_ONLY);
	s->has_tx = !(opts->flags & ZCXSK_SOCKET_RX_ONLY);
	return plan_interface(s, ifname, error);
}

static int plan(struct zcxsk_plan *out, const char *ifname, uint32_t queue,
		const struct zcxsk_socket_opts *opts, struct zcxsk_error *error)
{
	struct frames_request r;
	struct frames_plan p;
	struct zcxsk_socket s;
	uint64_t available = 0;
	int ret = plan_unopened(&s, ifname, queue, opts, error);

	if (!ret)
		ret = count_frames(opts, &s.setup.nic, &available, error);
	if (ret)
		return ret;
	r = frames_request_of(opts, &s.setup.nic, frames_mode(opts, &s.setup.nic));
	r.available = available;
	p = frames_plan(&r);
	plan_report(out, &r, &p, &s.setup.info);
	out->frame_size = plan_frame_size_needed(&s.setup.opts, &s.setup.nic);
	return p.fits ? 0 : frames_explain(&r, &p, s.setup.nic.ifname, queue, error);
}

int zcxsk_socket_plan(const char *ifname, uint32_t queue, const struct zcxsk_socket_opts *opts,
		      struct zcxsk_plan *out, struct zcxsk_error *error)
{
	struct zcxsk_plan found = {0};
	struct zcxsk_socket_opts o;
	int ret;

	if (!ifname || !out || opts_copy(&o, sizeof(o), opts, sizeof(o)))
		return explain_usage(error, "plan frames",
				     "Call zcxsk_plan_init() and zcxsk_socket_opts_init().",
				     "an argument is NULL, or a struct has a wrong size");
	ret = plan(&found, ifname, queue, &o, error);
	return plan_answer(out, &found, ret, error);
}

int plan_answer(struct zcxsk_plan *out, struct zcxsk_plan *found, int ret,
		struct zcxsk_error *error)
{
	if (opts_answer(out, found, sizeof(*found)))
		return explain_usage(error, "plan frames", "Call zcxsk_plan_init().",
				     "the plan has a wrong size");
	if (!ret)
		explain_clear(error);
	return ret;
}
