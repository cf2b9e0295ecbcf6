/* SPDX-License-Identifier: BSD-2-Clause */
/* service.c - the calls of an owner that waits on one descriptor. */
#include <zcxsk/service.h>

#include <errno.h>

#include "datapath/link.h"
#include "datapath/service.h"
#include "datapath/socket.h"
#include "socket/device_watch.h"
#include "socket/socket.h"

void socket_close_service(struct zcxsk_socket *s)
{
	struct device_watch *device = s->setup.device;

	/* Forgotten first: a child that is forked meanwhile uses it. */
	s->setup.device = NULL;
	device_watch_free(device);
	service_close(s);
}

static int open_service(struct zcxsk_socket *s)
{
	int ret = service_open(s);

	if (!ret)
		ret = device_watch_new(&s->setup.device, &s->setup.nic, &s->wait.link);
	if (!ret)
		ret = service_add(s, device_watch_fd(s->setup.device));
	if (ret)
		socket_close_service(s);
	return ret;
}

int zcxsk_socket_service_fd(struct zcxsk_socket *s)
{
	int ret;

	if (!s || socket_is_inherited(s))
		return socket_refuses(s);
	if (s->setup.simulated)
		return -EOPNOTSUPP;
	ret = s->service.fd < 0 ? open_service(s) : 0;
	return ret ? ret : s->service.fd;
}

int zcxsk_socket_service(struct zcxsk_socket *s, struct zcxsk_event *events, uint32_t max,
			 uint32_t *count)
{
	if (count)
		*count = 0;
	if (!s || socket_is_inherited(s))
		return socket_refuses(s);
	if (!count || (max && !events))
		return -EINVAL;
	service_run(s);
	device_watch_check(s->setup.device, &s->setup.nic, &s->wait.link, s->redirect, &s->events);
	*count = events_take(&s->events, events, max);
	return 0;
}

int zcxsk_socket_link_wait(struct zcxsk_socket *s, uint64_t timeout_ns)
{
	int ret;

	if (!s || socket_is_inherited(s))
		return socket_refuses(s);
	ret = link_watch(s);
	return ret && ret != -EOPNOTSUPP ? ret : link_wait(s, timeout_ns);
}
