/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe.c - opens a socket that is foreseen, in the allowed modes and in each of them alone, and
 * reports what came out with the facts on which it rests.
 */
#include <zcxsk/probe.h>

#include <errno.h>
#include <stdio.h>

#include "base/minmax.h"
#include "base/opts.h"
#include "explain/explain.h"
#include "frames/memory.h"
#include "nic/faults.h"
#include "nic/queue_use.h"
#include "redirect/redirect.h"
#include "socket/plan.h"
#include "socket/socket.h"

const char *zcxsk_verdict_name(enum zcxsk_verdict verdict)
{
	static const char *const names[] = {
		[ZCXSK_VERDICT_NOT_ASKED] = "not asked",
		[ZCXSK_VERDICT_YES] = "yes",
		[ZCXSK_VERDICT_NO] = "no",
		[ZCXSK_VERDICT_UNKNOWN] = "unknown",
	};

	return (size_t)verdict < sizeof(names) / sizeof(names[0]) ? names[verdict] : "?";
}

/* ---- one opening ------------------------------------------------------------- */

/* Its result. */
struct outcome {
	uint32_t verdict;
	uint32_t mode;
	struct zcxsk_error error;
	struct zcxsk_error refusals[MODES_MAX]; /* of the modes that were tried before */
};

static void say_unknown(struct outcome *o, const struct zcxsk_socket *s)
{
	o->verdict = ZCXSK_VERDICT_UNKNOWN;
	explain_text(&o->error, "foresee", 0, "Try it: zcxsk-doctor --try.", "%s",
		     s->setup.unknown);
}

/* Only a lack of memory is no answer: -ENOMEM. */
static int foresee(struct outcome *o, const char *ifname, uint32_t queue,
		   const struct zcxsk_socket_opts *opts)
{
	struct zcxsk_socket *s;
	int ret;

	memset(o, 0, sizeof(*o));
	o->verdict = ZCXSK_VERDICT_NO;
	ret = socket_begin(&s, ifname, queue, opts, &o->error);
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	s->setup.foreseen = true;
	ret = socket_open_begun(s, ifname, &o->error);
	memcpy(o->refusals, s->setup.refusals, sizeof(o->refusals));
	if (!ret) {
		o->verdict = ZCXSK_VERDICT_YES;
		o->mode = s->mode;
		if (s->setup.unknown)
			say_unknown(o, s);
	}
	socket_end(s, &o->error);
	return 0;
}

/* ---- facts ------------------------------------------------------------------- */

static void report_nic(struct zcxsk_probe_result *p, const struct nic *nic)
{
	const struct nic_fault *fault = nic_zero_copy_fault(nic);

	snprintf(p->ifname, sizeof(p->ifname), "%s", nic->ifname);
	snprintf(p->driver, sizeof(p->driver), "%s", nic->driver);
	snprintf(p->bus_info, sizeof(p->bus_info), "%s", nic->bus_info);
	snprintf(p->kernel, sizeof(p->kernel), "%s", nic->kernel_release);
	snprintf(p->known_fault, sizeof(p->known_fault), "%s", fault ? fault->what : "");
	p->ifindex = nic->ifindex;
	p->mtu = nic->mtu;
	p->queues = nic_usable_queues(nic);
	p->rx_queues = nic->rx_queues;
	p->tx_queues = nic->tx_queues;
	p->rx_queues_max = nic->rx_queues_max;
	p->tx_queues_max = nic->tx_queues_max;
	p->device_rx_ring = nic->rx_ring;
	p->numa_node = nic->numa_node;
	p->up = nic->up;
	p->carrier = nic->carrier;
	p->native_program = nic->native_prog_id;
	p->generic_program = nic->generic_prog_id;
	p->virtio = !nic->is_virtio	 ? ZCXSK_VERDICT_NO
		    : !nic->virtio_known ? ZCXSK_VERDICT_UNKNOWN
					 : ZCXSK_VERDICT_YES;
	p->virtio_features = nic->virtio_features;
	p->napi_tx_off = nic->napi_tx_off;
	p->xdp_features_known = nic->xdp_features_known;
	p->xdp_features = nic->xdp_features;
}

static uint32_t is_used(const struct nic *nic, uint32_t queue)
{
	int used = queue_is_used(nic, queue);

	return used < 0 ? ZCXSK_VERDICT_UNKNOWN : used ? ZCXSK_VERDICT_YES : ZCXSK_VERDICT_NO;
}

/* Of the frames in the options, or of those that the socket would make. */
static uint32_t largest_mtu_in(const struct nic *nic, const struct zcxsk_socket_opts *o,
			       enum zcxsk_mode mode)
{
	uint32_t frame = PLAN_FRAME_SIZE, headroom = 0, limit;
	struct zcxsk_umem_opts u;

	if (o->cache) {
		frame = zcxsk_umem_frame_size(o->cache->pool->umem);
		headroom = zcxsk_umem_headroom(o->cache->pool->umem);
	} else if (!opts_copy(&u, sizeof(u), o->umem_opts, sizeof(u))) {
		frame = u.frame_size ? u.frame_size : PLAN_FRAME_SIZE_LARGE;
		headroom = u.headroom;
	}
	limit = nic_mtu_limit(nic, mode == ZCXSK_MODE_ZERO_COPY, frame, headroom);
	if (mode != ZCXSK_MODE_GENERIC_COPY)
		limit = min_u32(limit, nic_xdp_mtu_limit(nic));
	return limit;
}

/* ---- the answer -------------------------------------------------------------- */

static const enum zcxsk_mode in_order[ZCXSK_FORECASTS] = {
	ZCXSK_MODE_ZERO_COPY,
	ZCXSK_MODE_NATIVE_COPY,
	ZCXSK_MODE_GENERIC_COPY,
};

/* The mode alone; among others it was refused, or it is the one that they come to. */
static int forecast(struct zcxsk_forecast *f, const struct outcome *together, unsigned i,
		    bool demanded, const char *ifname, uint32_t queue,
		    const struct zcxsk_socket_opts *opts)
{
	struct zcxsk_socket_opts alone = *opts;
	struct outcome o;
	int ret;

	if (together->refusals[i].code && !demanded) {
		f->verdict = ZCXSK_VERDICT_NO;
		f->error = together->refusals[i];
		return 0;
	}
	if (together->mode == in_order[i]) {
		f->verdict = together->verdict;
		f->error = together->error;
		return 0;
	}
	alone.modes = in_order[i];
	ret = foresee(&o, ifname, queue, &alone);
	f->verdict = o.verdict;
	f->error = o.error;
	return ret;
}

static int forecast_modes(struct zcxsk_probe_result *p, const struct nic *nic,
			  const struct outcome *together, uint32_t queue,
			  const struct zcxsk_socket_opts *opts)
{
	uint32_t modes = opts->modes ? opts->modes : ZCXSK_MODES_ALL;
	int ret = 0;

	for (unsigned i = 0; i < ZCXSK_FORECASTS && !ret; i++) {
		p->modes[i].mode = in_order[i];
		if (!(modes & in_order[i]))
			continue;
		p->modes[i].mtu_max = largest_mtu_in(nic, opts, in_order[i]);
		/* A known fault counts only where other modes are allowed, too. */
		ret = forecast(&p->modes[i], together, i, !i && p->known_fault[0], nic->ifname,
			       queue, opts);
	}
	return ret;
}

/* A broker's redirect knows the interface, which is in another namespace. */
static int read_nic(struct nic *nic, const char *ifname, const struct zcxsk_socket_opts *opts)
{
	if (!opts->redirect || !redirect_nic(opts->redirect)->elsewhere)
		return nic_read(nic, ifname);
	*nic = *redirect_nic(opts->redirect);
	return 0;
}

static int probe(struct zcxsk_probe_result *p, const char *ifname, uint32_t queue,
		 const struct zcxsk_socket_opts *opts, struct zcxsk_error *error)
{
	struct outcome o;
	struct nic nic;
	int ret = read_nic(&nic, ifname, opts);

	if (ret)
		return explain_lookup(error, ret, ifname);
	report_nic(p, &nic);
	p->queue_used = is_used(&nic, queue);
	ret = foresee(&o, ifname, queue, opts);
	if (!ret)
		ret = forecast_modes(p, &nic, &o, queue, opts);
	if (ret)
		return explain_text(error, "foresee", ret, "", "out of memory");
	p->verdict = o.verdict;
	p->mode = o.mode;
	p->error = o.error;
	return 0;
}

int zcxsk_probe(struct zcxsk_probe_result *out, const char *ifname, uint32_t queue,
		const struct zcxsk_socket_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_socket_opts o;
	struct zcxsk_probe_result p;
	int ret;

	if (!out || !ifname)
		return explain_usage(error, "probe", "Pass a name and a struct for the result.",
				     "%s is NULL", out ? "the interface name" : "the result");
	zcxsk_probe_result_init(&p);
	if (opts_copy(&o, sizeof(o), opts, sizeof(o)))
		return explain_usage(
			error, "check socket options", "Call zcxsk_socket_opts_init().",
			"the options struct has a wrong size, or unknown fields are set");
	o.size = sizeof(o);
	ret = probe(&p, ifname, queue, &o, error);
	if (ret)
		return ret;
	if (opts_answer(out, &p, sizeof(p)))
		return explain_usage(error, "probe", "Call zcxsk_probe_result_init().",
				     "the struct for the result has a wrong size");
	explain_clear(error);
	return 0;
}
