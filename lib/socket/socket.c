/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.c - opens a socket (prepare, choose a mode) and closes it in reverse.
 */
#include "socket/socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <zcxsk/tx.h>

#include "datapath/descriptors.h"
#include "explain/explain.h"
#include "nic/faults.h"
#include "datapath/outstanding.h"
#include "socket/carrier.h"
#include "socket/choose_mode.h"
#include "socket/inherited.h"
#include "frames/ledger.h"
#include "frames/pool.h"
#include "base/opts.h"
#include "socket/own_rings.h"
#include "socket/plan.h"
#include "socket/promiscuous.h"
#include "socket/release.h"
#include "redirect/redirect.h"
#include "socket/xsk.h"
#include "datapath/rx.h"
#include "datapath/link.h"
#include "datapath/service.h"
#include "datapath/timer.h"
#include "datapath/kick.h"
#include "base/clock.h"
#include "datapath/kernel_calls.h"

#define CLOSE_DRAIN_NS 1000000000ull

static void fill_info(struct zcxsk_socket *s)
{
	const struct nic_fault *fault = nic_zero_copy_fault(&s->setup.nic);

	s->setup.info.mode = s->mode;
	s->setup.info.attach = zcxsk_redirect_attached(s->redirect);
	s->setup.info.queue = s->setup.queue;
	s->setup.info.device_rx_ring = s->setup.nic.rx_ring;
	s->setup.info.numa_node = s->setup.nic.numa_node;
	s->setup.info.mtu = s->setup.nic.mtu;
	s->setup.info.frame_size = s->frame_size;
	if (s->mode == ZCXSK_MODE_ZERO_COPY && fault)
		s->setup.info.known_fault = fault->what;
	snprintf(s->setup.info.ifname, sizeof(s->setup.info.ifname), "%s", s->setup.nic.ifname);
	snprintf(s->setup.info.driver, sizeof(s->setup.info.driver), "%s", s->setup.nic.driver);
}

/* Simulated sockets have no interface: they collide only on the same rings. */
static bool same_queue(const struct zcxsk_socket *s, const struct zcxsk_socket *other)
{
	if (s->setup.simulated)
		return s->kernel.rings.fill.producer == other->kernel.rings.fill.producer;
	return nic_is_same(&s->setup.nic, &other->setup.nic) &&
	       s->setup.queue == other->setup.queue;
}

/* For a second socket on a queue the kernel returns EINVAL; EBUSY is clearer. */
static int check_queue_free(const struct zcxsk_socket *s, struct zcxsk_error *error)
{
	const struct zcxsk_socket *other = s->umem->sockets;

	/* A real socket joins an earlier one in the kernel, where a simulated one is unknown. */
	if (other && other->setup.simulated != s->setup.simulated)
		return explain_text(error, "check UMEM", -EBUSY, "Use another UMEM.",
				    "the UMEM already serves %s sockets",
				    other->setup.simulated ? "simulated" : "real");
	while (other && !same_queue(s, other))
		other = other->setup.next;
	if (!other)
		return 0;
	if (s->setup.simulated)
		return explain_text(error, "check kernel", -EBUSY,
				    "Use that socket, or a kernel with rings of its own.",
				    "this process already has a socket on these rings");
	return explain_text(error, "check queue", -EBUSY, "Use that socket, or another queue.",
			    "this process already has a socket on queue %u of %s", s->setup.queue,
			    s->setup.nic.ifname);
}

static bool number_taken(const struct zcxsk_umem *umem, uint32_t number)
{
	const struct zcxsk_socket *other = umem->sockets;

	while (other && other->setup.number != number)
		other = other->setup.next;
	return other;
}

/*
 * Takes a number that no other socket of the UMEM has or had recently: after a failed
 * rebuild a socket is not in the list, but may still have frames in the ledger under
 * its number.
 */
static bool take_number(struct zcxsk_socket *s)
{
	for (uint32_t tries = 0; tries < LEDGER_SOCKETS; tries++) {
		s->setup.number = s->umem->numbers++ % LEDGER_SOCKETS;
		if (!number_taken(s->umem, s->setup.number))
			return true;
	}
	return false;
}

int socket_join_umem(struct zcxsk_socket *s, open_queue *open, struct zcxsk_error *error)
{
	int ret;

	pthread_mutex_lock(&s->umem->lock);
	ret = check_queue_free(s, error);
	/* A socket that is rebuilt keeps its number. */
	if (!ret && !s->setup.quarantine && !take_number(s))
		ret = explain_text(error, "check UMEM", -ENOSPC, "Use another UMEM.",
				   "the UMEM serves %u sockets already", LEDGER_SOCKETS);
	if (!ret)
		ret = open(s, error);
	if (!ret && !s->setup.foreseen) {
		s->setup.next = s->umem->sockets;
		s->umem->sockets = s;
		/* Sockets that are opened later plan with all frames that are not posted. */
		cache_flush(s->cache);
	}
	pthread_mutex_unlock(&s->umem->lock);
	return ret;
}

void socket_leave_umem(struct zcxsk_socket *s)
{
	struct zcxsk_socket **at;

	pthread_mutex_lock(&s->umem->lock);
	for (at = &s->umem->sockets; *at && *at != s; at = &(*at)->setup.next)
		;
	if (*at)
		*at = s->setup.next;
	pthread_mutex_unlock(&s->umem->lock);
}

struct zcxsk_socket *socket_new(const struct zcxsk_socket_opts *o, const struct zcxsk_kernel *k)
{
	struct zcxsk_socket *s = aligned_alloc(_Alignof(struct zcxsk_socket), sizeof(*s));

	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->setup.opts = *o;
	s->kernel = *k;
	s->fd = -1;
	s->setup.promiscuous_fd = -1;
	pthread_mutex_init(&s->readers.lock, NULL);
	kernel_start_events(s);
	events_init(&s->events);
	timer_init(s);
	service_init(s);
	s->has_rx = !(o->flags & ZCXSK_SOCKET_TX_ONLY);
	s->has_tx = !(o->flags & ZCXSK_SOCKET_RX_ONLY);
	xsk_drop_rings(s);
	if (!fork_register(&s->setup.fork, inherited_in_child, s))
		return s;
	free(s);
	return NULL;
}

static void hold_redirect(struct zcxsk_socket *s)
{
	s->redirect = s->setup.opts.redirect;
	s->setup.owns_redirect = !s->redirect;
	if (s->redirect)
		redirect_hold(s->redirect);
}

int socket_begin(struct zcxsk_socket **out, const char *ifname, uint32_t queue,
		 const struct zcxsk_socket_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_socket_opts o;
	struct zcxsk_socket *s;
	int ret;

	if (!out || !ifname)
		return explain_usage(error, "open socket", "Pass a name and a result pointer.",
				     "%s is NULL",
				     out ? "the interface name" : "the result pointer");
	if (queue > UINT16_MAX)
		return explain_usage(error, "check queue", "Queues are numbered from 0 to 65535.",
				     "queue %u is over the limit of 65535", queue);
	if (opts_copy(&o, sizeof(o), opts, sizeof(o)))
		return explain_usage(
			error, "check socket options", "Call zcxsk_socket_opts_init().",
			"the options struct has a wrong size, or unknown fields are set");
	ret = plan_options(&o, error);
	if (ret)
		return ret;
	s = socket_new(&o, &kernel_calls);
	if (!s)
		return explain_text(error, "open socket", -ENOMEM, "", "out of memory");
	s->kernel.context = s;
	s->setup.queue = queue;
	s->setup.share = UINT64_MAX;
	hold_redirect(s);
	*out = s;
	return 0;
}

int socket_open_begun(struct zcxsk_socket *s, const char *ifname, struct zcxsk_error *error)
{
	int ret = plan_socket(s, ifname, error);

	/*
	 * Before the bind, so that no change is missed. If this fails, or the interface is in
	 * another namespace, waits check the link periodically, and its loss by attaching is not
	 * seen.
	 */
	if (!ret) {
		(void)link_watch(s);
		carrier_note_before(s);
		missed_start(&s->readers.missed, &s->setup.nic);
	}
	if (!ret)
		ret = promiscuous_join(s, error);
	if (!ret)
		ret = socket_join_umem(s, choose_mode, error);
	return ret;
}

int socket_open_sharing(struct zcxsk_socket **out, const char *ifname, uint32_t queue,
			uint64_t share, const struct zcxsk_socket_opts *opts,
			struct zcxsk_error *error)
{
	struct zcxsk_socket *s = NULL;
	int ret;

	if (out)
		*out = NULL;
	ret = socket_begin(out ? &s : NULL, ifname, queue, opts, error);
	if (ret)
		return ret;
	s->setup.share = share;
	ret = socket_open_begun(s, ifname, error);
	if (ret) {
		socket_end(s, error);
		return ret;
	}
	s->setup.share = UINT64_MAX;
	kick_init(s);
	fill_info(s);
	link_settle(s);
	explain_clear(error);
	*out = s;
	return 0;
}

int zcxsk_socket_open(struct zcxsk_socket **out, const char *ifname, uint32_t queue,
		      const struct zcxsk_socket_opts *opts, struct zcxsk_error *error)
{
	return socket_open_sharing(out, ifname, queue, UINT64_MAX, opts, error);
}

/* ---- close ----------------------------------------------------------------- */

/* Takes the socket off its queue. Returns the number of frames still in flight. */
static uint32_t leave_queue(struct zcxsk_socket *s)
{
	uint32_t out;

	if (s->setup.in_map)
		redirect_remove(s->redirect, s->setup.queue);
	s->setup.in_map = false;
	out = zcxsk_tx_drain(s, CLOSE_DRAIN_NS) + s->out.strays.lost;
	if (s->has_rx)
		rx_collect(s);
	own_rings_end(s);
	socket_leave_umem(s);
	xsk_close(s);
	return out;
}

uint32_t socket_end(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	uint32_t out;
	int ret = 0;

	out = socket_has_queue(s) ? leave_queue(s) : outstanding_count(s) + s->out.strays.lost;
	if (s->redirect)
		ret = s->setup.owns_redirect ? redirect_leave(s->redirect)
					     : redirect_drop(s->redirect);
	explain_left(error, ret, s->setup.nic.ifname);
	socket_close_service(s);
	promiscuous_leave(s);
	link_unwatch(s);
	kernel_unwatch_frames(s);
	release_leave(s);
	fork_unregister(&s->setup.fork);
	plan_undo(s);
	free(s->setup.quarantine);
	pthread_mutex_destroy(&s->readers.lock);
	free(s);
	return out;
}

uint32_t zcxsk_socket_close(struct zcxsk_socket *s)
{
	if (!s || fork_check(&s->setup.fork))
		return 0;
	return socket_end(s, NULL);
}
