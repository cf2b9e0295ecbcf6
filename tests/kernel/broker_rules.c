/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_rules.c ZCXSKD - rules that a client sends to the broker: rules within a grant are
 * granted and take their packets, rules beyond one are refused with their text, and long
 * sets work. Management traffic (SSH, ARP, DHCP) is never granted.
 */
#include <errno.h>
#include <sys/socket.h>

#include "brokered.h"
#include "check.h"
#include "child.h"
#include "netns.h"
#include "nobody.h"
#include "traffic.h"

#define LONG 100000u /* bytes of rules: more than in any other message */
#define CONFIRM_NS 1234567u

/* A set without a grant, of nearly `bytes` bytes; its normal form is twice as long. */
static const char *long_rules(size_t bytes)
{
	static char text[ZCXSK_RULES_TEXT_MAX + 1];
	size_t at = (size_t)snprintf(text, sizeof(text), "take udp dport 1");

	while (at + strlen(" or port 1") < bytes)
		at += (size_t)snprintf(text + at, sizeof(text) - at, " or port 1");
	return text;
}

static void refuses(struct zcxsk_broker *broker, const char *rules, uint32_t flags, int code,
		    const char *word)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_error e;
	int ret = brokered_request(&redirect, broker, rig_left(0), rules, flags, &e);

	brokered_refused(ret, code, &e, word);
	CHECK("a refusal returns no redirect", !redirect);
}

static void beyond(struct zcxsk_broker *broker)
{
	refuses(broker, BROKERED_RULE "; take tcp dport 80", 0, -EACCES, "'take tcp and dport 80'");
	refuses(broker, "take udp dport 7999-8000", 0, -EACCES, "dport 7999-8000");
	refuses(broker, "take any", 0, -EACCES, "'take any'");
	refuses(broker, long_rules(LONG), 0, -EACCES, "'take udp and dport 1 or");
}

/* Mistakes that the library detects before it calls the broker. */
static void wrong(struct zcxsk_broker *broker)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_redirect_opts opts;
	struct zcxsk_error e;

	refuses(broker, BROKERED_RULE, 1u << 31, -EINVAL, "0x80000000");
	refuses(broker, BROKERED_RULE, 1u, -EINVAL, "unknown flags 0x1");
	refuses(broker, long_rules(ZCXSK_RULES_TEXT_MAX), 0, -E2BIG, "262144");
	zcxsk_redirect_opts_init(&opts);
	opts.confirm_ns = CONFIRM_NS;
	brokered_refused(zcxsk_redirect_from_broker(&redirect, broker, rig_left(0), &opts, &e),
			 -EOPNOTSUPP, &e, "1234567 ns");
}

/* Calls that need the maps of the program, which only the broker has, are refused. */
static void without_maps(struct zcxsk_redirect *redirect)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_error e = {0};
	uint64_t hits;

	zcxsk_redirect_opts_init(&opts);
	CHECK_EQ("swap", zcxsk_redirect_swap(redirect, &opts, &e), -EOPNOTSUPP);
	CHECK("the refusal of a swap is explained", e.code == -EOPNOTSUPP && e.cause[0]);
	CHECK_EQ("confirm", zcxsk_redirect_confirm(redirect), -EOPNOTSUPP);
	CHECK_EQ("hits", zcxsk_redirect_read_hits(redirect, &hits, 1), -EOPNOTSUPP);
	CHECK("rules", !zcxsk_redirect_rules(redirect));
}

/* The system limits what a socket may send at once; fewer rules fit. */
static void beyond_the_buffer(struct zcxsk_broker *broker)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_error e;
	int room = 0; /* as little as the kernel allows */

	CHECK_EQ("room",
		 setsockopt(zcxsk_broker_fd(broker), SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)),
		 0);
	refuses(broker, long_rules(LONG), 0, -EMSGSIZE, "or than the socket's buffer");
	CHECK_EQ("again", brokered_request(&redirect, broker, rig_left(0), long_rules(LONG), 0, &e),
		 -EMSGSIZE);
	CHECK_NAMES("the path and the limit", e.cause,
		    "to or from " BROKERED_PATH " is longer than 262400 bytes");
	CHECK_NAMES("the remedy", e.remedy, "Use fewer rules, or raise sysctl net.core.wmem_max");
}

static struct zcxsk_redirect *gets(struct zcxsk_broker *broker, const char *rules)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_error e;
	int ret = brokered_request(&redirect, broker, rig_left(0), rules, 0, &e);

	if (ret)
		fprintf(stderr, "%s: %s\n", e.step, e.cause);
	CHECK_EQ(rules, ret, 0);
	return redirect;
}

static void be_client(void *argument)
{
	struct zcxsk_redirect *redirect, *same;
	struct zcxsk_broker *broker;

	(void)argument;
	nobody_become(NOBODY, -1);
	broker = brokered_connect();
	beyond(broker);
	wrong(broker);
	beyond_the_buffer(broker);
	redirect = gets(broker, "pass udp sport 53; take udp dport 7777");
	same = gets(broker, "pass sport 53 proto 17\ntake proto 17 and dport 7777-7777");
	CHECK_EQ("detach", zcxsk_redirect_detach(same), 0);
	refuses(broker, BROKERED_RULE, 0, -EBUSY, "take udp and dport 7777");
	without_maps(redirect);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	CHECK_EQ("close", zcxsk_broker_close(broker), 0);
}

static void sent(void)
{
	pid_t broker = brokered_start();

	child_run("a client's rules", be_client, NULL);
	brokered_end(broker);
}

/* ---- packets ------------------------------------------------------------------------------ */

/* Takes the rig's packets by its last rule, after one that another grant covers. */
static void be_receiver(void *argument)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_broker *broker;
	struct zcxsk_socket *s;
	struct rig_opts o;

	(void)argument;
	nobody_become(NOBODY, -1);
	nobody_leave();
	broker = brokered_connect();
	redirect = gets(broker, "take udp dport 7100-7200; pass arp; " BROKERED_RULE);
	brokered_opts(&o, 0);
	o.socket.redirect = redirect;
	s = rig_open(rig_left(0), 0, &o.socket);
	child_ready();
	traffic_receive_all(s, 0, 1);
	zcxsk_socket_close(s);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	CHECK_EQ("close", zcxsk_broker_close(broker), 0);
}

static void taken(void)
{
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), ZCXSK_MODE_GENERIC_COPY);
	pid_t broker = brokered_start(), client = child_start(be_receiver, NULL);

	traffic_send_all(peer, 0, 1);
	child_join("one of several rules takes its packets", client);
	zcxsk_socket_close(peer);
	brokered_end(broker);
}

/* ---- management traffic --------------------------------------------------------------------- */

static void be_member(void *argument)
{
	struct zcxsk_broker *broker;

	(void)argument;
	nobody_become(MEMBER, -1);
	broker = brokered_connect();
	refuses(broker, "take any", 0, -EPERM, "default route");
	refuses(broker, "take arp", 0, -EPERM, "default route");
	CHECK_EQ("detach", zcxsk_redirect_detach(gets(broker, "take udp dport 7777")), 0);
	CHECK_EQ("close", zcxsk_broker_close(broker), 0);
}

static void managed(void)
{
	pid_t broker = brokered_start();

	CHECK_EQ("route", netns_run("ip route add default dev %s", rig_left(0)), 0);
	child_run("a member of a group with a grant for everything", be_member, NULL);
	brokered_end(broker);
}

int main(int argc, char **argv)
{
	rig_setup(1);
	brokered_setup(argc, argv);
	sent();
	taken();
	managed();
	return 0;
}
