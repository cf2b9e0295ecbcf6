/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inherited.c - what remains of a socket in a child of its process. The rings are not mapped
 * there (MADV_DONTFORK), so nothing here reads them. The inline calls have no check of their
 * own: they find empty rings and limits that lead to the slow path, and that finds no end.
 */
#include "socket/inherited.h"

#include "base/fd.h"
#include "datapath/fill.h"
#include "datapath/kernel_calls.h"
#include "datapath/kick.h"
#include "datapath/link.h"
#include "datapath/outstanding.h"
#include "datapath/service.h"
#include "explain/explain.h"
#include "redirect/redirect.h"
#include "socket/device_watch.h"
#include "socket/promiscuous.h"
#include "socket/xsk.h"

static void close_descriptors(struct zcxsk_socket *s)
{
	kernel_close_events(s);
	link_unwatch(s);
	starving_in_child(&s->starving);
	device_watch_forget(s->setup.device);
	service_close(s);
	promiscuous_leave(s);
	fd_close(&s->fd);
}

/* A close or a rebuild would otherwise act on these. */
static void forget_parent(struct setup *setup)
{
	static const struct ring_mapping none;

	setup->rx_mapping = setup->fill_mapping = none;
	setup->tx_mapping = setup->comp_mapping = none;
	setup->in_map = setup->owns_redirect = setup->owns_memory = false;
	setup->own.rx_side = setup->own.tx_side = false;
}

void inherited_in_child(void *socket)
{
	struct zcxsk_socket *s = socket;
	struct zcxsk_fast *h = &s->fast;

	close_descriptors(s);
	forget_parent(&s->setup);
	s->has_rx = s->has_tx = false;
	s->redirect = NULL;
	s->unmapped_index = 0;
	socket_set_dead(s, true);
	xsk_view_no_rings(s);
	outstanding_start(s);
	kick_start(s, 0);
	fill_start(s);
	h->stack = &s->empty_stack;
	h->view_count = 0;
	/* Not 0: an inline call for 0 packets would pass. */
	h->rx_left = -1;
	h->tx_until = h->tx.cached_prod - 1;
}

int inherited_check_opts(const struct zcxsk_socket_opts *o, struct zcxsk_error *error)
{
	int ret = o->cache ? explain_owner(error, &o->cache->fork, "cache") : 0;

	if (!ret && o->redirect)
		ret = redirect_check_owner(o->redirect, error);
	return ret;
}
