/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port.c - opens and closes a port: checks its options and opens a socket on each
 * queue. The first socket attaches the program for all of them.
 */
#include "socket/port.h"

#include <errno.h>
#include <stdlib.h>

#include <zcxsk/tx.h>

#include "explain/explain.h"
#include "datapath/fill.h"
#include "datapath/outstanding.h"
#include "datapath/socket.h"
#include "socket/choose_mode.h"
#include "base/minmax.h"
#include "base/opts.h"
#include "frames/left_behind.h"
#include "redirect/redirect.h"
#include "socket/release.h"
#include "socket/socket.h"
#include "datapath/rx.h"
#include "base/clock.h"

/* To drain all sockets together, before each gets another second when it is closed. */
#define DRAIN_NS 1000000000ull

/* ---- options --------------------------------------------------------------- */

static int check_socket_opts(const struct zcxsk_socket_opts *s, struct zcxsk_error *error)
{
	if (s->cache || s->redirect)
		return explain_usage(error, "check port options",
				     "Set pool or caches in the port options, and redirect_opts in "
				     "the socket options.",
				     "the socket options contain a %s, but a port has several "
				     "queues",
				     s->cache ? "cache" : "redirect");
	if (s->umem_opts && s->umem_opts->memory)
		return explain_usage(
			error, "check port options",
			"Create a UMEM and its pool, and set pool in the port options.",
			"the UMEM options contain caller-supplied memory");
	return 0;
}

static int check_opts(const struct zcxsk_port_opts *o, const struct zcxsk_socket_opts *s,
		      struct zcxsk_error *error)
{
	bool given = o->pool || o->caches;
	int ret;

	if (o->memory > ZCXSK_PORT_MEMORY_PER_QUEUE || o->reserved)
		return explain_usage(
			error, "check port options",
			"Call zcxsk_port_opts_init(), and use the values in zcxsk/port.h.",
			"memory %u is above %u, or the reserved field is not zero", o->memory,
			ZCXSK_PORT_MEMORY_PER_QUEUE);
	if (!o->caches != !o->cache_count || !o->nodes != !o->node_count)
		return explain_usage(error, "check port options",
				     "Set an array and its length, or neither.",
				     "%s is set without the other",
				     !o->caches != !o->cache_count ? "one of caches and cache_count"
								   : "one of nodes and node_count");
	if (o->pool && o->caches)
		return explain_usage(error, "check port options", "Set one or the other.",
				     "both pool and caches are set");
	if (given && (o->memory || o->nodes || s->umem_opts || s->pool_opts))
		return explain_usage(error, "check port options", "Set one or the other.",
				     "pool or caches are set, but also options to create memory");
	for (uint32_t i = 0; i < o->cache_count; i++)
		if (!o->caches[i])
			return explain_usage(error, "check port options", "",
					     "cache %u of %u is NULL", i, o->cache_count);
	ret = o->pool ? explain_owner(error, &o->pool->fork, "pool") : 0;
	for (uint32_t i = 0; i < o->cache_count && !ret; i++)
		ret = explain_owner(error, &o->caches[i]->fork, "cache");
	return ret ? ret : check_socket_opts(s, error);
}

static void *copy_array(const void *array, size_t count, size_t size)
{
	void *copy = calloc(count, size);

	if (copy)
		memcpy(copy, array, count * size);
	return copy;
}

/* Copies everything that is needed after zcxsk_port_open() has returned. */
static int keep_opts(struct zcxsk_port *p, const struct zcxsk_port_opts *o,
		     const struct zcxsk_socket_opts *s)
{
	p->opts = *o;
	p->socket_opts = *s;
	if (opts_copy(&p->umem_opts, sizeof(p->umem_opts), s->umem_opts, sizeof(p->umem_opts)) ||
	    opts_copy(&p->pool_opts, sizeof(p->pool_opts), s->pool_opts, sizeof(p->pool_opts)))
		return -EINVAL;
	p->umem_opts.size = sizeof(p->umem_opts);
	p->pool_opts.size = sizeof(p->pool_opts);
	if (o->caches)
		p->caches = copy_array(o->caches, o->cache_count, sizeof(*o->caches));
	if (o->nodes)
		p->nodes = copy_array(o->nodes, o->node_count, sizeof(*o->nodes));
	return !o->caches == !p->caches && !o->nodes == !p->nodes ? 0 : -ENOMEM;
}

/* ---- sockets --------------------------------------------------------------- */

/* The port takes over mode and redirect of its first socket. */
static void adopt(struct zcxsk_port *p, struct zcxsk_socket *s)
{
	p->mode = s->mode;
	p->busy_timeout_ns = s->setup.opts.busy_timeout_ns;
	if (p->redirect || !s->redirect)
		return;
	p->redirect = s->redirect;
	s->setup.owns_redirect = false;
	p->nic = *redirect_nic(p->redirect);
	port_count_xdp_queues(p);
}

/* Its part of the frames that were free before queue `first` was opened. */
static uint64_t share_of(const struct zcxsk_port *p, uint32_t q, uint32_t first, uint32_t n)
{
	uint64_t frames = zcxsk_pool_available(port_find_pool(p, q));

	for (uint32_t i = first; i < q; i++)
		frames += port_share_frames(p, i, q) ? p->queue[i].socket->setup.needed : 0;
	return max_u64(frames / port_sharers(p, q, first, n), 1);
}

static int open_one(struct zcxsk_port *p, uint32_t q, uint32_t first, uint32_t n, uint32_t modes,
		    struct zcxsk_error *error)
{
	struct zcxsk_socket_opts o = p->socket_opts;
	struct zcxsk_socket *s;
	int ret = port_get_cache(p, q, n, &o.cache, error);

	if (ret)
		return ret;
	o.size = sizeof(o);
	o.modes = modes;
	o.umem_opts = NULL;
	o.pool_opts = NULL;
	o.redirect = p->redirect;
	if (o.redirect)
		o.redirect_opts = NULL;
	ret = socket_open_sharing(&s, p->nic.ifname, q, share_of(p, q, first, n), &o, error);
	if (ret) {
		port_drop_cache(p, q);
		return ret;
	}
	adopt(p, s);
	port_add_socket(p, s);
	return 0;
}

int port_open_queues(struct zcxsk_port *p, uint32_t n, uint32_t modes, struct zcxsk_error *error)
{
	uint32_t first = p->queues;
	int ret = 0;

	while (p->queues < n && !ret)
		ret = open_one(p, p->queues, first, n, p->queues ? p->mode : modes, error);
	return ret;
}

/* From now on packets on these queues go to the kernel's network stack. */
static void stop_intake(struct zcxsk_port *p, uint32_t n)
{
	for (uint32_t q = n; q < p->queues; q++) {
		struct zcxsk_socket *s = p->queue[q].socket;

		if (s->setup.in_map)
			redirect_remove(p->redirect, q);
		s->setup.in_map = false;
	}
}

static void close_last(struct zcxsk_port *p, struct zcxsk_port_change *change)
{
	struct zcxsk_socket *s = port_take_socket(p);
	uint32_t q = p->queues, out;
	uint64_t taken = fill_received(s);

	s->setup.opts.busy_timeout_ns = 0; /* one wait for all queues, afterwards */
	if (s->has_rx)
		rx_collect(s);
	change->rx_lost += fill_received(s) - taken;
	out = zcxsk_socket_close(s);
	change->tx_lost += out;
	change->closed++;
	port_drop_cache(p, q);
}

static uint64_t difference(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Frames of closed sockets that did not return to the pools of these queues. */
static uint64_t count_left(const struct zcxsk_port *p, uint32_t from, uint32_t to)
{
	uint64_t n = 0;

	for (uint32_t q = from; q < to; q++) {
		struct zcxsk_pool *pool = port_find_pool(p, q);
		uint32_t other = from;

		while (other < q && port_find_pool(p, other) != pool)
			other++;
		if (pool && other == q)
			n += left_count(pool);
	}
	return n;
}

/* Waits until the kernel has released the queues, unless their memory is gone. */
static void get_frames_back(struct zcxsk_port *p, uint32_t from, uint32_t to)
{
	uint64_t deadline = clock_deadline(min_u64(p->busy_timeout_ns, RELEASE_NS));

	for (uint32_t q = from; q < to; q++) {
		uint64_t now = clock_now();

		if (port_find_pool(p, q))
			release_await(port_find_pool(p, q), now < deadline ? deadline - now : 0);
	}
}

void port_close_queues(struct zcxsk_port *p, uint32_t n, struct zcxsk_port_change *change)
{
	uint64_t deadline = clock_deadline(DRAIN_NS);
	uint64_t left = count_left(p, n, p->queues);
	uint32_t before = p->queues;

	stop_intake(p, n);
	for (uint32_t q = n; q < before; q++) {
		uint64_t now = clock_now();

		zcxsk_tx_drain(p->queue[q].socket, now < deadline ? deadline - now : 0);
	}
	while (p->queues > n)
		close_last(p, change);
	get_frames_back(p, n, before);
	change->frames_lost += difference(count_left(p, n, before), left);
}

void port_count_xdp_queues(struct zcxsk_port *p)
{
	struct nic now = p->nic;

	p->xdp_rx = p->xdp_tx = 0;
	if (nic_recount(&now))
		return;
	if (now.rx_queues > p->nic.rx_queues)
		p->xdp_rx = now.rx_queues - p->nic.rx_queues;
	if (now.tx_queues > p->nic.tx_queues)
		p->xdp_tx = now.tx_queues - p->nic.tx_queues;
}

/* ---- open and close -------------------------------------------------------- */

/* Closes all queues; adds to *error if the program stays attached. */
static void give_up(struct zcxsk_port *p, struct zcxsk_error *error)
{
	struct zcxsk_port_change unused = {0};

	port_close_queues(p, 0, &unused);
	if (!p->redirect)
		return;
	redirect_hold(p->redirect);
	explain_left(error, redirect_leave(p->redirect), p->nic.ifname);
	p->redirect = NULL;
}

/*
 * Opens all queues in the best mode that works on every one of them. If a queue
 * refuses the mode of the first, all are opened in a lower mode, and the first socket
 * gets the error as its reason for the refusal of that mode.
 */
static int open_in_best_mode(struct zcxsk_port *p, struct zcxsk_error *error)
{
	uint32_t modes = p->socket_opts.modes ? p->socket_opts.modes : ZCXSK_MODES_ALL;
	struct zcxsk_error refusals[MODES_MAX] = {{0}};
	struct zcxsk_error refusal = {0}, best = {0};
	bool again;
	int ret;

	do {
		ret = port_open_queues(p, nic_usable_queues(&p->nic), modes, &refusal);
		if (ret && (!best.code || choose_is_final(ret)))
			best = refusal;
		again = ret && p->queues && !choose_is_final(ret);
		if (again) {
			refusals[choose_index(p->mode)] = refusal;
			modes &= ~(p->mode | (p->mode - 1u)); /* slower modes have higher bits */
		}
		if (ret)
			give_up(p, &best);
	} while (again && modes);
	if (ret && error)
		*error = best;
	for (unsigned i = 0; !ret && i < MODES_MAX; i++)
		if (refusals[i].code)
			p->queue[0].socket->setup.refusals[i] = refusals[i];
	return ret ? best.code : 0;
}

void port_free(struct zcxsk_port *p)
{
	port_service_close(&p->service);
	fork_unregister(&p->fork);
	pthread_mutex_destroy(&p->lock);
	free(p->caches);
	free(p->nodes);
	free(p);
}

static void in_child(void *port)
{
	struct zcxsk_port *p = port;

	port_service_forget(&p->service);
}

static int new_port(struct zcxsk_port **out, const char *ifname, struct zcxsk_error *error)
{
	struct zcxsk_port *p;
	struct nic nic;
	uint32_t most;
	int ret = nic_read(&nic, ifname);

	if (ret)
		return explain_lookup(error, ret, ifname);
	most = min_u32(nic.rx_queues_max, nic.tx_queues_max);
	p = calloc(1, sizeof(*p) + most * sizeof(p->queue[0]));
	if (p)
		port_service_init(&p->service);
	if (!p || fork_register(&p->fork, in_child, p)) {
		free(p);
		return explain_text(error, "open port", -ENOMEM, "", "out of memory");
	}
	p->nic = nic;
	p->most = most;
	missed_start(&p->missed, &nic);
	pthread_mutex_init(&p->lock, NULL);
	*out = p;
	return 0;
}

int port_prepare(struct zcxsk_port **out, const char *ifname, const struct zcxsk_port_opts *opts,
		 struct zcxsk_error *error)
{
	struct zcxsk_socket_opts s;
	struct zcxsk_port_opts o;
	struct zcxsk_port *p = NULL;
	int ret;

	if (opts_copy(&o, sizeof(o), opts, sizeof(o)) ||
	    opts_copy(&s, sizeof(s), o.socket_opts, sizeof(s)))
		return explain_usage(
			error, "check port options",
			"Call zcxsk_port_opts_init() and zcxsk_socket_opts_init().",
			"an options struct has a wrong size, or unknown fields are set");
	ret = check_opts(&o, &s, error);
	if (!ret)
		ret = new_port(&p, ifname, error);
	if (ret)
		return ret;
	ret = keep_opts(p, &o, &s);
	if (ret) {
		port_free(p);
		return explain_text(error, "open port", ret, "",
				    ret == -ENOMEM ? "out of memory"
						   : "the UMEM or pool options have a wrong size");
	}
	*out = p;
	return 0;
}

int zcxsk_port_open(struct zcxsk_port **out, const char *ifname, const struct zcxsk_port_opts *opts,
		    struct zcxsk_error *error)
{
	struct zcxsk_port *p;
	int ret;

	if (out)
		*out = NULL;
	if (!out || !ifname)
		return explain_usage(error, "open port", "Pass a name and a result pointer.",
				     "%s is NULL",
				     out ? "the interface name" : "the result pointer");
	ret = port_prepare(&p, ifname, opts, error);
	if (ret)
		return ret;
	ret = open_in_best_mode(p, error);
	if (ret) {
		port_free(p);
		return ret;
	}
	explain_clear(error);
	*out = p;
	return 0;
}

uint32_t zcxsk_port_close(struct zcxsk_port *p)
{
	struct zcxsk_port_change change = {0};

	if (!p || fork_check(&p->fork))
		return 0;
	port_close_queues(p, 0, &change);
	give_up(p, NULL);
	port_free(p);
	return (uint32_t)change.tx_lost;
}

/* Whether this process may use it: it is not NULL, and not a parent's. */
static bool is_usable(const struct zcxsk_port *p)
{
	return p && !fork_is_inherited(&p->fork);
}

uint32_t zcxsk_port_queues(const struct zcxsk_port *p)
{
	return is_usable(p) ? p->queues : 0;
}

struct zcxsk_socket *zcxsk_port_socket(const struct zcxsk_port *p, uint32_t queue)
{
	return is_usable(p) && queue < p->queues ? p->queue[queue].socket : NULL;
}

struct zcxsk_redirect *zcxsk_port_redirect(const struct zcxsk_port *p)
{
	return is_usable(p) ? p->redirect : NULL;
}
