/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.c - opening a socket and its exact reverse: options, interface,
 * memory, sizes, the ladder, the carrier.
 */
#include <zcxsk/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <zcxsk/tx.h>

#include "explain.h"
#include "ladder.h"
#include "opts.h"
#include "redirect_map.h"
#include "rung.h"
#include "rx.h"
#include "wake.h"

#define SOCKET_FLAGS (ZCXSK_SOCKET_RX_ONLY | ZCXSK_SOCKET_TX_ONLY | ZCXSK_SOCKET_NO_SELF_TEST)
#define RING_DEFAULT 2048u /* entries; some ms of packets at a million a second */
#define RING_MAX 65536u	   /* entries; above, old kernels find no memory for a ring */
#define RING_MIN 2u
#define FRAMES_MIN 64u		 /* a burst to receive and one to send */
#define COPY_BUDGET_MIN 32u	 /* the kernel's own lower limit */
#define COPY_BUDGET_DEFAULT 512u /* a larger one gives no more, and holds the lock longer */
#define FILL_MIN 512u		 /* frames posted at least, whatever the device's ring */
#define BUSY_TIMEOUT_NS 3000000000ull
#define CARRIER_TIMEOUT_NS 10000000000ull
#define CARRIER_PAUSE_MS 10
#define CLOSE_DRAIN_NS 1000000000ull

/* ---- options --------------------------------------------------------------- */

static int check_ring(const char *name, uint32_t entries, struct zcxsk_error *error)
{
	if (!entries || (entries >= RING_MIN && entries <= RING_MAX))
		return 0;
	return explain_usage(error, "check socket options", "Use 0 for the default of 2048.",
			     "%s ring size %u is outside %u to %u", name, entries, RING_MIN,
			     RING_MAX);
}

static int check_flags(const struct zcxsk_socket_opts *o, struct zcxsk_error *error)
{
	if (o->flags & ~SOCKET_FLAGS || o->modes & ~ZCXSK_MODES_ALL || o->reserved)
		return explain_usage(error, "check socket options",
				     "Use only the bits that socket.h and mode.h name.",
				     "unknown bits: flags 0x%x, modes 0x%x, reserved 0x%x",
				     o->flags & ~SOCKET_FLAGS, o->modes & ~ZCXSK_MODES_ALL,
				     o->reserved);
	if ((o->flags & ZCXSK_SOCKET_RX_ONLY) && (o->flags & ZCXSK_SOCKET_TX_ONLY))
		return explain_usage(error, "check socket options", "Leave both out for both ways.",
				     "RX_ONLY and TX_ONLY exclude each other");
	if (o->cache && (o->umem_opts || o->pool_opts))
		return explain_usage(error, "check socket options", "Give one or the other.",
				     "a cache was given, and options to make another");
	if (o->redirect && o->redirect_opts)
		return explain_usage(error, "check socket options", "Give one or the other.",
				     "a redirect was given, and options to attach another");
	return 0;
}

static int check_opts(const struct zcxsk_socket_opts *o, struct zcxsk_error *error)
{
	int rc = check_flags(o, error);

	if (!rc)
		rc = check_ring("RX", o->rx_ring_size, error);
	if (!rc)
		rc = check_ring("TX", o->tx_ring_size, error);
	if (!rc)
		rc = check_ring("fill", o->fill_ring_size, error);
	if (!rc)
		rc = check_ring("completion", o->completion_ring_size, error);
	return rc;
}

static uint64_t timeout_of(uint64_t option, uint64_t fallback)
{
	return !option ? fallback : option == UINT64_MAX ? 0 : option;
}

/* A size as it will be made; notes when it is not the one asked for. */
static uint32_t ring_size(struct zcxsk_socket *s, uint32_t asked, uint32_t fallback)
{
	uint32_t size = ring_round_up(asked ? asked : fallback);

	if (asked && size != asked)
		s->info.rounded = 1;
	return size;
}

static int apply_sizes(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	struct zcxsk_socket_opts *o = &s->opts;
	uint32_t device = 2 * s->nic.rx_ring;
	uint32_t fill = s->has_rx ? RING_DEFAULT : FILL_MIN;

	s->info.rx_ring_size = s->has_rx ? ring_size(s, o->rx_ring_size, RING_DEFAULT) : 0;
	s->info.tx_ring_size = s->has_tx ? ring_size(s, o->tx_ring_size, RING_DEFAULT) : 0;
	s->info.fill_ring_size = ring_size(s, o->fill_ring_size, fill > device ? fill : device);
	s->info.completion_ring_size =
		ring_size(s, o->completion_ring_size, s->has_tx ? s->info.tx_ring_size : RING_MIN);
	if (s->info.completion_ring_size < s->info.tx_ring_size) {
		s->info.completion_ring_size = s->info.tx_ring_size;
		s->info.rounded = 1;
	}
	if (o->copy_budget &&
	    (o->copy_budget < COPY_BUDGET_MIN || o->copy_budget > s->info.tx_ring_size))
		return explain_usage(error, "check socket options", "Use 0 for the default.",
				     "copy budget %u is outside %u to %u (the TX ring's size)",
				     o->copy_budget, COPY_BUDGET_MIN, s->info.tx_ring_size);
	if (!o->copy_budget)
		o->copy_budget = s->info.tx_ring_size < COPY_BUDGET_DEFAULT ? s->info.tx_ring_size
									    : COPY_BUDGET_DEFAULT;
	return 0;
}

/* ---- interface ------------------------------------------------------------- */

static int check_interface(struct zcxsk_socket *s, const char *ifname, struct zcxsk_error *error)
{
	int rc = nic_read(&s->nic, ifname);

	if (rc)
		return explain_text(error, "look up interface", rc,
				    "`ip link` lists the interfaces of this network namespace.",
				    "there is no interface named '%.32s' here", ifname);
	/* What a redirect already attached has changed is not asked again. */
	if (s->redirect) {
		if (redirect_nic(s->redirect)->ifindex != s->nic.ifindex)
			return explain_usage(error, "check socket options",
					     "Attach a redirect to the socket's interface.",
					     "the redirect is on %s, not on %s",
					     redirect_nic(s->redirect)->ifname, ifname);
		s->nic = *redirect_nic(s->redirect);
	}
	if (!s->nic.up)
		return explain_text(error, "look up interface", -ENETDOWN,
				    "Bring it up with `ip link set dev NAME up`.",
				    "interface %s is down", ifname);
	s->info.queues = nic_usable_queues(&s->nic);
	if (s->queue >= s->info.queues)
		return explain_usage(
			error, "check queue",
			"`ethtool -l NAME` shows the queues, `ethtool -L` changes them.",
			"queue %u does not exist: %s has %u that can be used, from 0 on", s->queue,
			ifname, s->info.queues);
	return 0;
}

/* Received packets must fit; the newest kernels check it, the others drop. */
static int check_mtu(const struct zcxsk_socket *s, struct zcxsk_error *error)
{
	uint32_t limit = nic_mtu_limit(s->frame_size, s->umem->headroom);

	if (s->nic.mtu <= limit || !s->has_rx)
		return 0;
	return explain_text(error, "check MTU", -EMSGSIZE,
			    "Use frames of 4096 bytes, less headroom, or a smaller MTU "
			    "(`ip link set dev NAME mtu N`).",
			    "the MTU of %s is %u, and frames of %u bytes with %u of headroom "
			    "hold packets of an MTU up to %u",
			    s->nic.ifname, s->nic.mtu, s->frame_size, s->umem->headroom, limit);
}

/* ---- memory ---------------------------------------------------------------- */

/* Memory of the socket's own: frames large enough for the MTU, if not said. */
static int make_memory(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	struct zcxsk_umem_opts u;
	int rc;

	if (opts_copy(&u, sizeof(u), s->opts.umem_opts, sizeof(u)))
		return explain_usage(error, "check UMEM options", "Call zcxsk_umem_opts_init().",
				     "the options struct has a wrong size or an unknown tail");
	u.size = sizeof(u);
	if (!u.frame_size && s->nic.mtu > nic_mtu_limit(2048, u.headroom))
		u.frame_size = 4096;
	rc = zcxsk_umem_create(&s->umem, &u, error);
	if (!rc)
		rc = zcxsk_pool_create(&s->pool, s->umem, s->opts.pool_opts, error);
	if (!rc)
		rc = zcxsk_cache_create(&s->cache, s->pool, error);
	return rc;
}

static void free_memory(struct zcxsk_socket *s)
{
	if (!s->owns_memory)
		return;
	zcxsk_cache_destroy(s->cache);
	zcxsk_pool_destroy(s->pool);
	zcxsk_umem_destroy(s->umem);
}

static int get_memory(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	s->owns_memory = !s->opts.cache;
	if (s->owns_memory) {
		int rc = make_memory(s, error);

		if (rc)
			return rc;
	} else {
		s->cache = s->opts.cache;
		s->pool = s->cache->pool;
		s->umem = s->pool->umem;
	}
	s->umem_size = s->umem->size;
	s->frame_size = s->umem->frame_size;
	return 0;
}

/* How many frames to keep posted: the ring full, but never so many that a
 * socket that also sends is left without. */
static int plan_frames(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	uint64_t available = zcxsk_pool_available(s->pool) + s->cache->count;
	uint64_t share = s->has_tx ? available / 2 : available;

	if (available < FRAMES_MIN)
		return explain_text(error, "plan frames", -ENOMEM, "Make a UMEM of more frames.",
				    "%llu frames are free, a socket needs %u at least",
				    (unsigned long long)available, FRAMES_MIN);
	s->fill_target = s->info.fill_ring_size < share ? s->info.fill_ring_size : (uint32_t)share;
	s->tx_limit = s->info.completion_ring_size;
	/*
	 * virtio-net without indirect descriptors takes two ring slots a packet
	 * but counts one, and drops the rest while saying it was sent. Half a
	 * ring, less what the stack's own packets may use, is safe.
	 */
	if (s->nic.is_virtio && !nic_virtio_has(&s->nic, VIRTIO_BIT_INDIRECT_DESC)) {
		uint32_t ring = s->nic.rx_ring ? s->nic.rx_ring : 256;
		uint32_t safe = ring / 2 > 128 ? ring / 2 - 64 : ring / 4;

		s->tx_limit = safe < s->tx_limit ? safe : s->tx_limit;
	}
	return 0;
}

/* ---- open ------------------------------------------------------------------ */

/* Some drivers reset the link when a program is attached or a queue changed. */
static int wait_for_carrier(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	uint64_t start = wake_now();
	uint64_t deadline = wake_deadline(s->opts.carrier_timeout_ns);
	struct explain_facts facts = {.nic = &s->nic, .mode = s->mode};

	if (!s->nic.carrier || !s->opts.carrier_timeout_ns)
		return 0;
	while (!nic_has_carrier(&s->nic)) {
		if (wake_now() >= deadline)
			return explain(error, STEP_CARRIER, -ETIMEDOUT, &facts);
		poll(NULL, 0, CARRIER_PAUSE_MS);
		s->info.carrier_wait_ns = wake_now() - start;
	}
	return 0;
}

static void fill_info(struct zcxsk_socket *s)
{
	s->info.mode = s->mode;
	s->info.attach = zcxsk_redirect_attached(s->redirect);
	s->info.queue = s->queue;
	s->info.device_rx_ring = s->nic.rx_ring;
	s->info.numa_node = s->nic.numa_node;
	s->info.mtu = s->nic.mtu;
	s->info.frame_size = s->frame_size;
	snprintf(s->info.ifname, sizeof(s->info.ifname), "%s", s->nic.ifname);
	snprintf(s->info.driver, sizeof(s->info.driver), "%s", s->nic.driver);
}

/* The kernel calls a second socket on one queue invalid; it is busy. */
static int check_queue_free(const struct zcxsk_socket *s, struct zcxsk_error *error)
{
	const struct zcxsk_socket *other = s->umem->sockets;

	while (other && (other->nic.ifindex != s->nic.ifindex || other->queue != s->queue))
		other = other->next;
	if (!other)
		return 0;
	return explain_text(error, "check queue", -EBUSY, "Use that socket, or another queue.",
			    "queue %u of %s has a socket of this program already", s->queue,
			    s->nic.ifname);
}

/* Joins the UMEM's sockets; under its lock from before bind to after it. */
static int join_umem(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	int rc;

	pthread_mutex_lock(&s->umem->lock);
	rc = check_queue_free(s, error);
	if (!rc)
		rc = ladder_climb(s, error);
	if (!rc) {
		s->next = s->umem->sockets;
		s->umem->sockets = s;
		s->cache->sockets++;
	}
	pthread_mutex_unlock(&s->umem->lock);
	return rc;
}

static void leave_umem(struct zcxsk_socket *s)
{
	struct zcxsk_socket **at;

	pthread_mutex_lock(&s->umem->lock);
	for (at = &s->umem->sockets; *at && *at != s; at = &(*at)->next)
		;
	if (*at) {
		*at = s->next;
		s->cache->sockets--;
	}
	pthread_mutex_unlock(&s->umem->lock);
}

/* Everything before the kernel socket: facts, sizes, memory. */
static int plan(struct zcxsk_socket *s, const char *ifname, struct zcxsk_error *error)
{
	int rc = check_interface(s, ifname, error);

	if (!rc)
		rc = apply_sizes(s, error);
	if (!rc)
		rc = get_memory(s, error);
	if (!rc)
		rc = check_mtu(s, error);
	if (!rc)
		rc = plan_frames(s, error);
	return rc;
}

static struct zcxsk_socket *new_socket(const struct zcxsk_socket_opts *o, uint32_t queue)
{
	struct zcxsk_socket *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->opts = *o;
	if (!s->opts.modes)
		s->opts.modes = ZCXSK_MODES_ALL;
	s->opts.busy_timeout_ns = timeout_of(o->busy_timeout_ns, BUSY_TIMEOUT_NS);
	s->opts.carrier_timeout_ns = timeout_of(o->carrier_timeout_ns, CARRIER_TIMEOUT_NS);
	s->fd = -1;
	s->queue = queue;
	s->has_rx = !(o->flags & ZCXSK_SOCKET_TX_ONLY);
	s->has_tx = !(o->flags & ZCXSK_SOCKET_RX_ONLY);
	s->redirect = o->redirect;
	s->owns_redirect = !o->redirect;
	if (s->redirect)
		redirect_hold(s->redirect);
	return s;
}

int zcxsk_socket_open(struct zcxsk_socket **out, const char *ifname, uint32_t queue,
		      const struct zcxsk_socket_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_socket_opts o;
	struct zcxsk_socket *s;
	int rc;

	if (out)
		*out = NULL;
	if (!out || !ifname)
		return explain_usage(error, "open socket", "Pass a name and a result pointer.",
				     "%s is NULL",
				     out ? "the interface name" : "the result pointer");
	if (queue > UINT16_MAX)
		return explain_usage(error, "check queue", "Queues are numbered from 0 to 65535.",
				     "queue %u is over the limit of 65535", queue);
	if (opts_copy(&o, sizeof(o), opts, sizeof(o)))
		return explain_usage(error, "check socket options",
				     "Call zcxsk_socket_opts_init().",
				     "the options struct has a wrong size or an unknown tail");
	rc = check_opts(&o, error);
	if (rc)
		return rc;
	s = new_socket(&o, queue);
	if (!s)
		return explain_text(error, "open socket", -ENOMEM, "", "out of memory");
	rc = plan(s, ifname, error);
	if (!rc)
		rc = join_umem(s, error);
	if (!rc)
		rc = wait_for_carrier(s, error);
	if (rc) {
		zcxsk_socket_close(s);
		return rc;
	}
	fill_info(s);
	explain_clear(error);
	*out = s;
	return 0;
}

/* ---- close ----------------------------------------------------------------- */

uint32_t zcxsk_socket_close(struct zcxsk_socket *s)
{
	uint32_t out = 0;

	if (!s)
		return 0;
	if (s->fd >= 0) {
		if (s->in_map)
			redirect_remove(s->redirect, s->queue);
		s->in_map = false;
		out = zcxsk_tx_drain(s, CLOSE_DRAIN_NS);
		if (s->has_rx)
			rx_collect(s);
		leave_umem(s);
		rung_close(s);
	}
	if (s->redirect) {
		redirect_drop(s->redirect);
		if (s->owns_redirect)
			zcxsk_redirect_detach(s->redirect);
	}
	free_memory(s);
	free(s);
	return out;
}
