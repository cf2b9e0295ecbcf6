/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * renamed.c - the interface of a port gets another name, or exchanges names with another one:
 * the port checks, follows and opens its queues on the same interface, and rules can be swapped.
 */
#include "check.h"
#include "netns.h"
#include "rig.h"

static void rename_to(const char *from, const char *to)
{
	CHECK_EQ("down", netns_run("ip link set %s down", from), 0);
	CHECK_EQ("name", netns_run("ip link set %s name %s", from, to), 0);
	CHECK_EQ("up", netns_run("ip link set %s up", to), 0);
}

static void check_port(struct zcxsk_port *port, const char *ifname, const char *peer)
{
	struct zcxsk_redirect_opts rules;
	struct zcxsk_error error = {0};

	CHECK_EQ("nothing has changed", zcxsk_port_check(port), 0);
	CHECK_EQ("a refresh finds the interface", zcxsk_port_refresh(port, NULL, &error), 0);
	zcxsk_redirect_opts_init(&rules);
	rules.rules_text = "take any";
	CHECK_EQ("rules are swapped",
		 zcxsk_redirect_swap(zcxsk_port_redirect(port), &rules, &error), 0);
	rig_channels(peer, 2, 1);
	CHECK_EQ("queues can be set", zcxsk_port_set_queues(port, 1, NULL, &error), 0);
	CHECK_EQ("it has one queue", zcxsk_port_queues(port), 1);
	rig_channels(ifname, 2, 2);
	rig_channels(peer, 2, 2);
	CHECK_EQ("a refresh finds a new queue", zcxsk_port_refresh(port, NULL, &error), 0);
	CHECK_EQ("it has two queues", zcxsk_port_queues(port), 2);
}

static void renamed(enum zcxsk_mode mode)
{
	struct zcxsk_port_opts opts;
	struct zcxsk_port *port;
	struct rig_opts o;

	rig_opts(&o, mode);
	zcxsk_port_opts_init(&opts);
	opts.socket_opts = &o.socket;
	CHECK_EQ("port", zcxsk_port_open(&port, rig_left(0), &opts, NULL), 0);
	rename_to(rig_left(0), "other0");
	check_port(port, "other0", rig_right(0));
	rename_to(rig_right(0), rig_left(0));
	rename_to("other0", rig_right(0));
	check_port(port, rig_right(0), rig_left(0));
	zcxsk_port_close(port);
	rename_to(rig_left(0), "other0");
	rename_to(rig_right(0), rig_left(0));
	rename_to("other0", rig_right(0));
}

int main(void)
{
	rig_setup_queues(2);
	rig_each_mode(renamed);
	return 0;
}
