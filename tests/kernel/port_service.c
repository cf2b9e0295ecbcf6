/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port_service.c - the service descriptor of a port reports changes of its interface: the
 * link, the name, the queues, and the removal; and its sockets have their own.
 */
#include <errno.h>
#include <poll.h>

#include "check.h"
#include "netns.h"
#include "resources.h"
#include "rig.h"

#define QUEUES 4u
#define FEW 2u
#define EVENTS 16u
#define PATIENCE_MS 20000
#define QUIET_MS 1500 /* longer than the period of the checks */

static bool readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

static struct zcxsk_event await(struct zcxsk_port *port, uint32_t type)
{
	struct zcxsk_event event;
	uint32_t n;

	for (;;) {
		CHECK("the event is reported", readable(zcxsk_port_service_fd(port), PATIENCE_MS));
		/* One at a time: the others stay. */
		CHECK_EQ("service", zcxsk_port_service(port, &event, 1, &n), 0);
		if (n && event.type == type)
			return event;
	}
}

static struct zcxsk_event await_of_socket(struct zcxsk_socket *s, uint32_t type)
{
	struct zcxsk_event event;
	uint32_t n;

	for (;;) {
		CHECK("the event is reported to a socket",
		      readable(zcxsk_socket_service_fd(s), PATIENCE_MS));
		CHECK_EQ("service", zcxsk_socket_service(s, &event, 1, &n), 0);
		if (n && event.type == type)
			return event;
	}
}

/* Nothing is reported for longer than the period of the checks. */
static void check_quiet(struct zcxsk_port *port)
{
	struct zcxsk_event events[EVENTS];
	uint64_t end = rig_now() + QUIET_MS * 1000000ull;
	uint32_t n;

	while (rig_now() < end)
		if (readable(zcxsk_port_service_fd(port), QUIET_MS)) {
			CHECK_EQ("service", zcxsk_port_service(port, events, EVENTS, &n), 0);
			CHECK_EQ("no event without a change", n, 0);
		}
}

static void queues_change(struct zcxsk_port *port)
{
	struct zcxsk_socket *first = zcxsk_port_socket(port, 0);

	CHECK("a socket's own descriptor", zcxsk_socket_service_fd(first) >= 0);
	rig_channels(rig_right(0), QUEUES, QUEUES);
	CHECK_EQ("new queues are reported", await(port, ZCXSK_EVENT_QUEUES_CHANGED).value, QUEUES);
	CHECK_EQ("also to a socket", await_of_socket(first, ZCXSK_EVENT_QUEUES_CHANGED).value,
		 QUEUES);
	CHECK_EQ("the port follows", zcxsk_port_refresh(port, NULL, NULL), 0);
	CHECK_EQ("by its own call", zcxsk_port_set_queues(port, FEW, NULL, NULL), 0);
	check_quiet(port);
}

static void link_changes(struct zcxsk_port *port)
{
	rig_link(rig_right(0), "down");
	await(port, ZCXSK_EVENT_LINK_DOWN);
	CHECK_EQ("rename", netns_run("ip link set %s name renamed", rig_right(0)), 0);
	await(port, ZCXSK_EVENT_RENAMED);
	CHECK_EQ("the port knows the new name", zcxsk_port_check(port), 0);
	CHECK_EQ("the old name again", netns_run("ip link set renamed name %s", rig_right(0)), 0);
	await(port, ZCXSK_EVENT_RENAMED);
	rig_link(rig_right(0), "up");
	await(port, ZCXSK_EVENT_LINK_UP);
	CHECK_EQ("and the old one", zcxsk_port_check(port), 0);
}

static void wrong_arguments(struct zcxsk_port *port)
{
	struct zcxsk_event event;
	uint32_t n = 1;

	CHECK_EQ("no port", zcxsk_port_service_fd(NULL), -EINVAL);
	CHECK_EQ("no port", zcxsk_port_service(NULL, &event, 1, &n), -EINVAL);
	CHECK_EQ("no events then", n, 0);
	CHECK_EQ("no count", zcxsk_port_service(port, &event, 1, NULL), -EINVAL);
	CHECK_EQ("no room", zcxsk_port_service(port, NULL, 1, &n), -EINVAL);
	CHECK_EQ("none asked for", zcxsk_port_service(port, NULL, 0, &n), 0);
}

static void port_reports(enum zcxsk_mode mode)
{
	struct zcxsk_port_opts opts;
	struct zcxsk_port *port;
	struct rig_opts o;
	unsigned files;

	rig_opts(&o, mode);
	zcxsk_port_opts_init(&opts);
	opts.socket_opts = &o.socket;
	rig_channels(rig_right(0), FEW, FEW);
	files = resources_files();
	CHECK_EQ("port", zcxsk_port_open(&port, rig_right(0), &opts, NULL), 0);
	wrong_arguments(port);
	queues_change(port);
	link_changes(port);
	zcxsk_port_close(port);
	CHECK_EQ("no descriptor stays open", resources_files(), files);
}

static void port_is_gone(enum zcxsk_mode mode)
{
	struct zcxsk_port_opts opts;
	struct zcxsk_port *port;
	struct rig_opts o;

	rig_opts(&o, mode);
	zcxsk_port_opts_init(&opts);
	opts.socket_opts = &o.socket;
	CHECK_EQ("port", zcxsk_port_open(&port, rig_right(0), &opts, NULL), 0);
	CHECK("the descriptor", zcxsk_port_service_fd(port) >= 0);
	rig_unplug(rig_right(0));
	await(port, ZCXSK_EVENT_DEVICE_GONE);
	CHECK_EQ("the port says so", zcxsk_port_check(port), -ENODEV);
	zcxsk_port_close(port);
}

int main(void)
{
	rig_setup_queues(QUEUES);
	rig_channels(rig_left(0), QUEUES, FEW);
	rig_each_mode(port_reports);
	port_is_gone(ZCXSK_MODE_GENERIC_COPY);
	return 0;
}
