/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk.c - one kernel socket, from socket() to a bound and working queue, in the
 * order that works on every kernel: registration, ring sizes, mapping (before bind),
 * frames in the fill ring, bind, XSKMAP entry, link, self-test.
 */
#include "socket/xsk.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/fd.h"
#include "base/minmax.h"
#include "explain/explain.h"
#include "datapath/fill.h"
#include "frames/probed.h"
#include "nic/foresee.h"
#include "datapath/outstanding.h"
#include "datapath/totals.h"
#include "redirect/redirect.h"
#include "socket/carrier.h"
#include "socket/frames_plan.h"
#include "socket/release.h"
#include "socket/selftest.h"
#include "socket/xsk_rings.h"
#include "datapath/kick.h"
#include "base/clock.h"
#include "datapath/kernel_calls.h"
#include "datapath/service.h"

/* Longer than the kernel takes to release a queue. */
#define FORESEE_BUSY_NS 200000000ull

static struct explain_facts facts_of(const struct zcxsk_socket *s, enum zcxsk_mode mode)
{
	return (struct explain_facts){
		.nic = &s->setup.nic,
		.mode = mode,
		.queue = s->setup.queue,
		.usable_queues = s->setup.info.queues,
		.frame_size = s->frame_size,
		.headroom = s->umem->headroom,
		.umem_bytes = s->umem->size,
	};
}

static int fail(struct zcxsk_socket *s, enum zcxsk_mode mode, enum step step, int code,
		struct zcxsk_error *error)
{
	struct explain_facts facts = facts_of(s, mode);

	return explain(error, step, code, &facts);
}

static int register_umem(struct zcxsk_socket *s)
{
	struct xdp_umem_reg reg;
	uint64_t deadline = clock_deadline(s->setup.opts.busy_timeout_ns);

	memset(&reg, 0, sizeof(reg)); /* newer kernels read the padding */
	reg.addr = (uintptr_t)s->umem->base;
	reg.len = s->umem->size;
	reg.chunk_size = s->umem->frame_size;
	reg.headroom = s->umem->headroom;
	while (setsockopt(s->fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg))) {
		int code = errno;

		/* ENOBUFS: the kernel frees the locked memory of a closed UMEM later. */
		if (code != ENOBUFS || (clock_now() >= deadline && !probed_occupies(s->pool, NULL)))
			return -code;
		poll(NULL, 0, NIC_BUSY_PAUSE_MS);
	}
	return 0;
}

static int create_rings(struct zcxsk_socket *s, const char **ring)
{
	int ret = 0;

	*ring = "fill";
	ret = ring_create(s->fd, XDP_UMEM_FILL_RING, s->setup.info.fill_ring_size);
	if (ret)
		return ret;
	*ring = "completion";
	ret = ring_create(s->fd, XDP_UMEM_COMPLETION_RING, s->setup.info.completion_ring_size);
	if (ret)
		return ret;
	*ring = "RX";
	if (socket_has_rx_ring(s))
		ret = ring_create(s->fd, XDP_RX_RING, s->setup.info.rx_ring_size);
	if (ret)
		return ret;
	*ring = "TX";
	if (socket_has_tx_ring(s))
		ret = ring_create(s->fd, XDP_TX_RING, s->setup.info.tx_ring_size);
	return ret;
}

static int map_rings(struct zcxsk_socket *s, struct zcxsk_kernel_rings *rings)
{
	struct xdp_mmap_offsets off;
	int ret = ring_offsets(s->fd, &off);

	if (!ret)
		ret = ring_map(&rings->fill, &s->setup.fill_mapping, s->fd,
			       XDP_UMEM_PGOFF_FILL_RING, &off.fr, s->setup.info.fill_ring_size,
			       sizeof(uint64_t));
	if (!ret)
		ret = ring_map(&rings->completion, &s->setup.comp_mapping, s->fd,
			       XDP_UMEM_PGOFF_COMPLETION_RING, &off.cr,
			       s->setup.info.completion_ring_size, sizeof(uint64_t));
	if (!ret && socket_has_rx_ring(s))
		ret = ring_map(&rings->rx, &s->setup.rx_mapping, s->fd, XDP_PGOFF_RX_RING, &off.rx,
			       s->setup.info.rx_ring_size, sizeof(struct xdp_desc));
	if (!ret && socket_has_tx_ring(s))
		ret = ring_map(&rings->tx, &s->setup.tx_mapping, s->fd, XDP_PGOFF_TX_RING, &off.tx,
			       s->setup.info.tx_ring_size, sizeof(struct xdp_desc));
	return ret;
}

/*
 * Posts frames before the kernel reads the ring. Those of a dead queue may be posted
 * while it still owns them: the kernel reads this ring only after it has released the
 * old queue and bound the new one.
 */
static void first_fill(struct zcxsk_socket *s)
{
	uint32_t n = min_u32(s->setup.quarantine_count, s->fill.target);

	if (n) {
		fill_post(s, s->setup.quarantine, n);
		COUNT(s, fill_frames, n);
	}
	fill_owe(s, s->fill.target - n);
	fill_refill(s);
}

void xsk_take_rings(struct zcxsk_socket *s, const struct zcxsk_kernel_rings *rings)
{
	struct own_rings *own = &s->setup.own;

	*(own->rx_side ? &own->fill : &s->fast.fill) = ring_view_prod(&rings->fill);
	*(own->tx_side ? &own->comp : &s->fast.comp) = ring_view_cons(&rings->completion);
	if (socket_has_rx_ring(s))
		*(own->rx_side ? &own->rx : &s->fast.rx) = ring_view_cons(&rings->rx);
	if (socket_has_tx_ring(s))
		*(own->tx_side ? &own->tx : &s->fast.tx) = ring_view_prod(&rings->tx);
	outstanding_start(s);
	kick_start(s, s->fast.tx.cached_prod);
	totals_restart(s, &s->totals);
	fill_start(s);
	first_fill(s);
}

void xsk_view_no_rings(struct zcxsk_socket *s)
{
	struct zcxsk_kernel_ring none = {
		.producer = &s->unmapped_index,
		.consumer = &s->unmapped_index,
		.flags = &s->unmapped_index,
	};

	s->fast.rx = s->setup.own.rx = ring_view_cons(&none);
	s->fast.fill = s->setup.own.fill = ring_view_prod(&none);
	s->fast.tx = s->setup.own.tx = ring_view_prod(&none);
	s->fast.comp = s->setup.own.comp = ring_view_cons(&none);
	outstanding_note_due(s, s->unmapped_index);
}

void xsk_drop_rings(struct zcxsk_socket *s)
{
	totals_note(s);
	outstanding_abandon(s, s->unmapped_index);
	kick_start(s, s->unmapped_index);
	xsk_view_no_rings(s);
	totals_restart(s, &s->totals);
	fill_start(s);
}

/* Whether a broker, which has more privileges, creates the kernel socket. */
static bool is_brokered(const struct zcxsk_socket *s)
{
	const struct redirect_keeper *keeper = redirect_keeper(s->redirect);

	return keeper && keeper->socket;
}

/*
 * The copy path sends at most a budget of packets per call, 32 by default, and no more
 * than fits into the send buffer. Raises both; it does not matter if that fails.
 */
static void raise_copy_limits(struct zcxsk_socket *s)
{
	int budget = (int)s->setup.opts.copy_budget;
	/* Twice the ring of frames, with the kernel's bookkeeping of each. */
	uint64_t bytes = 2ull * s->setup.info.tx_ring_size * (s->frame_size + 1024u);
	int buffer = (int)min_u64(bytes, INT32_MAX / 2);

	s->setup.info.copy_budget = 0;
	if (!socket_has_tx_ring(s))
		return;
	if (setsockopt(s->fd, SOL_XDP, XDP_MAX_TX_SKB_BUDGET, &budget, sizeof(budget)) == 0)
		s->setup.info.copy_budget = s->setup.opts.copy_budget;
	if (is_brokered(s)) /* the broker has made the buffer larger than we could */
		return;
	if (setsockopt(s->fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer)))
		setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
}

/*
 * Binds the socket, sharing the registration of another one if that is not NULL. Retries
 * while the queue is busy: the kernel releases the queue of a closed socket a little later.
 */
static int bind_shared(struct zcxsk_socket *s, enum zcxsk_mode mode,
		       const struct zcxsk_socket *other)
{
	struct sockaddr_xdp address = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = XDP_USE_NEED_WAKEUP,
		.sxdp_ifindex = s->setup.nic.ifindex,
		.sxdp_queue_id = s->setup.queue,
	};
	uint64_t start = clock_now(), deadline = clock_deadline(s->setup.opts.busy_timeout_ns);

	address.sxdp_flags |= mode == ZCXSK_MODE_ZERO_COPY ? XDP_ZEROCOPY : XDP_COPY;
	if (other) { /* the other flags are those of that socket */
		address.sxdp_flags = XDP_SHARED_UMEM;
		address.sxdp_shared_umem_fd = (uint32_t)other->fd;
	}
	while (bind(s->fd, (struct sockaddr *)&address, sizeof(address))) {
		int code = errno;

		if (code != EBUSY || (clock_now() >= deadline && !release_is_pending(s)))
			return -code;
		poll(NULL, 0, NIC_BUSY_PAUSE_MS);
		s->setup.info.busy_wait_ns = clock_now() - start;
	}
	return 0;
}

/*
 * Shares the registration of the first socket whose interface still exists: the kernel
 * refuses the others, which are not bound any more, with EBADF. Without one it registers the
 * memory again; *step is the one that failed.
 */
static int bind_queue(struct zcxsk_socket *s, enum zcxsk_mode mode, enum step *step)
{
	const struct zcxsk_socket *other = s->umem->sockets;
	int ret = bind_shared(s, mode, other);

	*step = STEP_BIND;
	while (other && ret == -EBADF) {
		other = other->setup.next;
		ret = other ? 0 : register_umem(s);
		if (ret)
			*step = STEP_UMEM_REG;
		else
			ret = bind_shared(s, mode, other);
	}
	return ret;
}

/*
 * Reads the mode from the kernel; a successful bind alone does not determine it. Without a
 * program the copy modes are the same, and it is the one that was tried.
 */
static int read_mode(struct zcxsk_socket *s, enum zcxsk_mode mode)
{
	struct xdp_options options = {0};
	socklen_t length = sizeof(options);

	if (getsockopt(s->fd, SOL_XDP, XDP_OPTIONS, &options, &length))
		return -errno;
	if (options.flags & XDP_OPTIONS_ZEROCOPY)
		s->mode = ZCXSK_MODE_ZERO_COPY;
	else if (!s->redirect)
		s->mode = mode;
	else
		s->mode = redirect_is_native(s->redirect) ? ZCXSK_MODE_NATIVE_COPY
							  : ZCXSK_MODE_GENERIC_COPY;
	return 0;
}

static int make_socket(struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	const struct redirect_keeper *keeper = redirect_keeper(s->redirect);

	if (is_brokered(s)) {
		s->fd = keeper->socket(keeper->self, s->setup.queue, error);
		return s->fd < 0 ? s->fd : 0;
	}
	s->fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return s->fd < 0 ? fail(s, mode, STEP_SOCKET, -errno, error) : 0;
}

/* The steps that need no driver, up to the mapped and filled rings. */
static int prepare(struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	struct explain_facts facts = facts_of(s, mode);
	struct zcxsk_kernel_rings rings;
	int ret;

	ret = make_socket(s, mode, error);
	if (ret)
		return ret;
	if (!s->umem->sockets)
		ret = register_umem(s);
	if (ret)
		return fail(s, mode, STEP_UMEM_REG, ret, error);
	ret = create_rings(s, &facts.ring);
	if (ret)
		return explain(error, STEP_RING, ret, &facts);
	ret = map_rings(s, &rings);
	if (ret)
		return fail(s, mode, STEP_MMAP, ret, error);
	if (mode != ZCXSK_MODE_ZERO_COPY)
		raise_copy_limits(s);
	xsk_take_rings(s, &rings);
	return 0;
}

/* For a released queue the kernel needs 20 to 70 ms, and opening waits for it, too. */
static struct foresight foresee_bind_patiently(const struct zcxsk_socket *s, bool zero_copy)
{
	uint64_t patience = min_u64(s->setup.opts.busy_timeout_ns, FORESEE_BUSY_NS);
	uint64_t deadline = clock_deadline(patience);
	struct foresight f;

	for (;;) {
		f = foresee_bind(&s->setup.nic, s->setup.queue, zero_copy);
		if (f.code != -EBUSY || (clock_now() >= deadline && !release_is_pending(s)))
			return f;
		poll(NULL, 0, NIC_BUSY_PAUSE_MS);
	}
}

/* The result that the steps would have which need the driver. */
static int foresee_queue(struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	struct foresight f = foresee_bind_patiently(s, mode == ZCXSK_MODE_ZERO_COPY);

	if (f.code)
		return fail(s, mode, STEP_BIND, f.code, error);
	s->setup.unknown = redirect_unknown(s->redirect);
	if (!s->setup.unknown)
		s->setup.unknown = f.unknown;
	s->mode = mode;
	return frames_settle(s, error);
}

/* The steps that need the driver. */
static int connect_queue(struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	enum step step;
	int ret;

	if (s->setup.foreseen)
		return foresee_queue(s, mode, error);
	ret = bind_queue(s, mode, &step);
	s->setup.unmapped = ret == -ENOMEM && step == STEP_BIND;
	if (ret)
		return fail(s, mode, step, ret, error);
	s->setup.bound = true;
	release_bound(s);
	if (s->redirect)
		redirect_note(s->redirect, s->setup.queue, s->fd);
	ret = read_mode(s, mode);
	if (ret)
		return fail(s, mode, STEP_BIND, ret, error);
	ret = frames_settle(s, error);
	if (ret)
		return ret;
	if (socket_has_rx_ring(s)) {
		ret = redirect_add(s->redirect, s->setup.queue, s->fd);
		if (ret)
			return fail(s, mode, STEP_XSKMAP, ret, error);
		s->setup.in_map = true;
		kick_rx(s); /* some kernels start receiving only now */
	}
	ret = carrier_await(s);
	if (!ret)
		ret = selftest_run(s);
	if (ret)
		return fail(s, mode, ret == -ETIMEDOUT ? STEP_CARRIER : STEP_SELF_TEST, ret, error);
	return 0;
}

/*
 * After a failed attempt that posted n free frames: those that a bound queue has return when the
 * kernel has released it.
 */
static void take_frames_back(struct zcxsk_socket *s, uint64_t n)
{
	if (s->setup.bound)
		release_posted(s, (uint32_t)n);
	else
		fill_undo(s, (uint32_t)n);
}

int xsk_open(struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	struct zcxsk_stats before = s->count;
	struct totals totals = s->totals;
	int ret = prepare(s, mode, error);

	if (!ret)
		ret = connect_queue(s, mode, error);
	if (ret || s->setup.foreseen) {
		if (s->fast.fill.size)
			take_frames_back(
				s, s->count.fill_frames - before.fill_frames -
					   min_u32(s->setup.quarantine_count, s->fill.target));
		xsk_close(s);
		if (s->pool && !s->setup.foreseen)
			release_await_own(s, s->setup.opts.busy_timeout_ns);
		/* A failed attempt must not count in the socket's statistics. */
		s->count = before;
		totals_restart(s, &totals);
		outstanding_set_stranded(s, 0);
		socket_set_status(s, 0);
		socket_set_dead(s, false);
	}
	return ret;
}

void xsk_close(struct zcxsk_socket *s)
{
	/* A broker has claimed the queue when it created the socket. */
	if (s->setup.in_map || (s->fd >= 0 && is_brokered(s)))
		redirect_remove(s->redirect, s->setup.queue);
	s->setup.in_map = false;
	xsk_drop_rings(s);
	if (s->starving.waiting)
		starving_end(s->pool, &s->starving);
	ring_unmap(&s->setup.tx_mapping);
	ring_unmap(&s->setup.rx_mapping);
	ring_unmap(&s->setup.comp_mapping);
	ring_unmap(&s->setup.fill_mapping);
	service_detach(s);
	kernel_close_events(s);
	fd_close(&s->fd);
	s->setup.bound = false;
}
