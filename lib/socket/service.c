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

/* Usable queues, under the interface's present name; 0 if they cannot be read. */
static uint32_t count_queues(const struct zcxsk_socket *s)
{
	struct nic now = s->setup.nic;

	if (now.elsewhere)
		return 0;
	if (s->wait.link.ifname[0])
		memcpy(now.ifname, s->wait.link.ifname, sizeof(now.ifname));
	return nic_recount(&now) ? 0 : nic_usable_queues(&now);
}

static int open_service(struct zcxsk_socket *s)
{
	uint64_t period = s->setup.nic.elsewhere ? DEVICE_PERIOD_ELSEWHERE_NS : DEVICE_PERIOD_NS;
	int ret = service_open(s);

	if (!ret)
		ret = device_watch_new(&s->setup.device, period, &s->wait.link, count_queues(s));
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

static void check_device(struct zcxsk_socket *s)
{
	uint32_t queues = count_queues(s);

	if (queues && device_watch_queues(s->setup.device, queues))
		event_raise(s, ZCXSK_EVENT_QUEUES_CHANGED, queues);
	device_watch_program(s->setup.device, s->redirect, &s->events);
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
	if (device_watch_due(s->setup.device, &s->wait.link))
		check_device(s);
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
