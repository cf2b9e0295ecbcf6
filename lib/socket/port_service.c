/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port_service.c - the descriptor of a port: changes of the interface, for the thread that the
 * port belongs to. Its sockets have descriptors of their own, for their threads.
 */
#include "socket/port.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "base/fd.h"
#include "datapath/kernel_calls.h"
#include "datapath/socket.h"
#include "socket/device_watch.h"

void port_service_init(struct port_service *v)
{
	v->fd = -1;
	linkwatch_init(&v->link);
	events_init(&v->events);
}

void port_service_forget(struct port_service *v)
{
	linkwatch_close(&v->link);
	events_close(&v->events);
	device_watch_forget(v->device);
	fd_close(&v->fd);
}

void port_service_close(struct port_service *v)
{
	struct device_watch *device = v->device;

	/* Forgotten first: a child that is forked meanwhile uses it. */
	v->device = NULL;
	device_watch_free(device);
	port_service_forget(v);
}

static int fill_set(struct zcxsk_port *p)
{
	struct port_service *v = &p->service;
	uint32_t queues;
	int ret = port_count_queues(p, &queues);

	if (!ret)
		ret = linkwatch_open(&v->link, p->nic.ifindex, -1);
	if (!ret)
		ret = kernel_set_add(v->fd, v->link.fd, POLLIN);
	if (!ret)
		ret = events_open(&v->events);
	if (!ret)
		ret = kernel_set_add(v->fd, v->events.fd, POLLIN);
	if (!ret)
		ret = device_watch_new(&v->device, DEVICE_PERIOD_NS, &v->link, queues);
	if (!ret)
		ret = kernel_set_add(v->fd, device_watch_fd(v->device), POLLIN);
	return ret;
}

static int open_service(struct zcxsk_port *p)
{
	int ret = kernel_set_open();

	if (ret < 0)
		return ret;
	p->service.fd = ret;
	ret = fill_set(p);
	if (ret)
		port_service_close(&p->service);
	return ret;
}

int zcxsk_port_service_fd(struct zcxsk_port *p)
{
	int ret;

	if (!p)
		return -EINVAL;
	ret = fork_check(&p->fork);
	if (!ret && p->service.fd < 0)
		ret = open_service(p);
	return ret ? ret : p->service.fd;
}

static void read_link(struct zcxsk_port *p)
{
	struct port_service *v = &p->service;
	uint32_t changes;

	while (linkwatch_next(&v->link, &changes)) {
		events_add_link(&v->events, &v->link, changes);
		/* Later calls of the port name the interface. */
		if (changes & LINKWATCH_RENAMED)
			snprintf(p->nic.ifname, sizeof(p->nic.ifname), "%s", v->link.ifname);
	}
}

/* Changes that the port has made or followed are no news. */
static void check_queues(struct zcxsk_port *p)
{
	uint32_t queues;

	if (port_count_queues(p, &queues))
		return;
	if (device_watch_queues(p->service.device, queues) && queues != p->queues)
		events_add(&p->service.events, ZCXSK_EVENT_QUEUES_CHANGED, queues);
}

int zcxsk_port_service(struct zcxsk_port *p, struct zcxsk_event *events, uint32_t max,
		       uint32_t *count)
{
	int ret;

	if (count)
		*count = 0;
	if (!p || !count || (max && !events))
		return -EINVAL;
	ret = zcxsk_port_service_fd(p);
	if (ret < 0)
		return ret;
	read_link(p);
	if (device_watch_due(p->service.device, &p->service.link)) {
		check_queues(p);
		device_watch_program(p->service.device, p->redirect, &p->service.events);
	}
	*count = events_take(&p->service.events, events, max);
	return 0;
}
