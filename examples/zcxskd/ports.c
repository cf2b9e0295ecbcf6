/* SPDX-License-Identifier: BSD-2-Clause */
/* ports.c - attached programs, their clients, and the clients' queues. */
#include "ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/compat.h"
#include "grant.h"
#include "nic/faults.h"
#include "redirect/broker_message.h"
#include "explain/explain.h"
#include "redirect/redirect.h"

/* A client that uses a port. */
struct hold {
	struct hold *next;
	const struct identity *who;
	unsigned times; /* attached minus detached */
};

struct claim {
	struct claim *next;
	const struct identity *who;
	uint32_t queue;
};

struct port {
	struct port *next;
	struct zcxsk_redirect *redirect;
	uint32_t flags;
	struct hold *holds;
	struct claim *claims;
};

/* ---- looking ------------------------------------------------------------------ */

static bool is_named(const struct port *port, const char *ifname)
{
	return !strcmp(redirect_nic(port->redirect)->ifname, ifname);
}

/* False if the interface is gone, although clients still use it. */
static bool is_there(const struct port *port)
{
	const struct nic *nic = redirect_nic(port->redirect);

	return if_nametoindex(nic->ifname) == nic->ifindex;
}

static struct hold *find_hold(const struct port *port, const struct identity *who)
{
	struct hold *hold = port->holds;

	while (hold && hold->who != who)
		hold = hold->next;
	return hold;
}

/* The client's port of that name; one whose interface exists is preferred. */
static struct port *find_held(const struct ports *ports, const struct identity *who,
			      const char *ifname, struct zcxsk_error *error)
{
	struct port *found = NULL;

	for (struct port *port = ports->first; port; port = port->next)
		if (is_named(port, ifname) && find_hold(port, who) && (!found || is_there(port)))
			found = port;
	if (!found)
		explain_usage(error, "look up interface", "Attach to the interface first.",
			      "this client has not attached to %s", ifname);
	return found;
}

static struct claim *find_claim(const struct port *port, uint32_t queue)
{
	struct claim *claim = port->claims;

	while (claim && claim->queue != queue)
		claim = claim->next;
	return claim;
}

/* ---- on and off --------------------------------------------------------------- */

static int attach(const struct wish *wish, struct zcxsk_redirect **redirect,
		  struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts opts;

	zcxsk_redirect_opts_init(&opts);
	opts.flags = wish->flags;
	opts.modes = wish->modes;
	opts.rules = wish->rules;
	return zcxsk_redirect_attach(redirect, wish->ifname, &opts, error);
}

static struct port *make_port(struct ports *ports, const struct wish *wish,
			      struct zcxsk_error *error)
{
	struct port *port = calloc(1, sizeof(*port));

	if (!port) {
		explain_text(error, "allocate", -ENOMEM, "", "the broker is out of memory");
		return NULL;
	}
	if (attach(wish, &port->redirect, error)) {
		free(port);
		return NULL;
	}
	port->flags = wish->flags;
	port->next = ports->first;
	ports->first = port;
	return port;
}

/* False if the program has to stay for now, see zcxsk_redirect_detach(). */
static bool detach_port(struct port *port)
{
	char ifname[IFNAMSIZ];
	int ret;

	memcpy(ifname, redirect_nic(port->redirect)->ifname, sizeof(ifname));
	ret = zcxsk_redirect_detach(port->redirect);
	if (ret == -EDEADLK)
		return false;
	if (ret)
		fprintf(stderr, "zcxskd: %s: cannot detach the program: %s\n", ifname,
			strerror(-ret));
	free(port);
	return true;
}

static void free_port(struct ports *ports, struct port *port)
{
	struct port **at = &ports->first;

	while (*at != port)
		at = &(*at)->next;
	*at = port->next;
	if (detach_port(port))
		return;
	fprintf(stderr,
		"zcxskd: %s: the program stays: a program still has a zero-copy socket, and the "
		"interface is down; ip link set %s up\n",
		redirect_nic(port->redirect)->ifname, redirect_nic(port->redirect)->ifname);
	port->next = ports->staying;
	ports->staying = port;
}

/* Detaches programs that had to stay, if they may go now. */
static void try_staying(struct ports *ports)
{
	struct port **at = &ports->staying;

	while (*at) {
		struct port *port = *at, *next = port->next;

		if (detach_port(port))
			*at = next;
		else
			at = &port->next;
	}
}

/* 0 if the attached program also serves this request, or -EBUSY, explained. */
static int check_same(const struct port *port, const struct wish *wish, struct zcxsk_error *error)
{
	const char *ifname = redirect_nic(port->redirect)->ifname;
	uint32_t native = ZCXSK_MODE_ZERO_COPY | ZCXSK_MODE_NATIVE_COPY;
	uint32_t serves = redirect_is_native(port->redirect) ? native : ZCXSK_MODE_GENERIC_COPY;
	const struct zcxsk_rules *rules = zcxsk_redirect_rules(port->redirect);
	char text[256];

	broker_rules_text(rules, text, sizeof(text));
	if (!broker_grant_same(rules, wish->rules) || port->flags != wish->flags)
		return explain_text(error, "attach XDP", -EBUSY,
				    "Request the same rules, or another interface.",
				    "another client has a program on %s, with flags 0x%x and %s%s",
				    ifname, port->flags, text[0] ? "the rules: " : "no rules",
				    text);
	if (wish->modes && !(wish->modes & serves))
		return explain_text(error, "attach XDP", -EBUSY,
				    "Allow more modes, or request another interface.",
				    "another client's program on %s runs in %s XDP, which the "
				    "allowed modes exclude",
				    ifname, serves == native ? "native" : "generic");
	return 0;
}

int ports_attach(struct ports *ports, const struct identity *who, const struct wish *wish,
		 const struct zcxsk_redirect **redirect, struct zcxsk_error *error)
{
	struct port *port;
	struct hold *hold = NULL;

	try_staying(ports);
	port = ports->first;
	while (port && !(is_named(port, wish->ifname) && is_there(port)))
		port = port->next;
	if (port && check_same(port, wish, error))
		return error->code;
	if (port)
		hold = find_hold(port, who);
	if (!hold) {
		hold = calloc(1, sizeof(*hold));
		if (!hold)
			return explain_text(error, "allocate", -ENOMEM, "",
					    "the broker is out of memory");
		if (!port && !(port = make_port(ports, wish, error))) {
			free(hold);
			return error->code;
		}
		hold->who = who;
		hold->next = port->holds;
		port->holds = hold;
	}
	hold->times++;
	*redirect = port->redirect;
	return 0;
}

/* ---- queues -------------------------------------------------------------------- */

/* The kernel removes the entry of a closed socket, so it may be gone. */
static void drop_claim(struct port *port, struct claim *claim)
{
	struct claim **at = &port->claims;

	while (*at != claim)
		at = &(*at)->next;
	*at = claim->next;
	redirect_remove(port->redirect, claim->queue);
	free(claim);
}

int ports_claim(struct ports *ports, const struct identity *who, const char *ifname, uint32_t queue,
		struct zcxsk_error *error)
{
	struct port *port = find_held(ports, who, ifname, error);
	struct claim *claim;

	if (!port)
		return error->code;
	claim = find_claim(port, queue);
	if (claim && claim->who == who)
		return 0;
	if (claim)
		return explain_text(error, "check queue", -EBUSY,
				    "Use another queue, or end that program.",
				    "queue %u of %s is in use by process %d of user %u", queue,
				    ifname, (int)claim->who->pid, claim->who->uid);
	claim = calloc(1, sizeof(*claim));
	if (!claim)
		return explain_text(error, "allocate", -ENOMEM, "", "the broker is out of memory");
	claim->who = who;
	claim->queue = queue;
	claim->next = port->claims;
	port->claims = claim;
	return 0;
}

/* Finds the client's claim on a queue, and its port. */
static struct claim *find_own(struct ports *ports, const struct identity *who, const char *ifname,
			      uint32_t queue, struct port **port, struct zcxsk_error *error)
{
	struct claim *claim;

	*port = find_held(ports, who, ifname, error);
	claim = *port ? find_claim(*port, queue) : NULL;
	if (claim && claim->who == who)
		return claim;
	if (*port)
		explain_usage(error, "check queue", "Request a socket first.",
			      "this client does not have queue %u of %s", queue, ifname);
	return NULL;
}

static void warn_of_fault(const struct port *port, const struct identity *who, int fd)
{
	const struct nic *nic = redirect_nic(port->redirect);
	const struct nic_fault *fault = nic_zero_copy_fault(nic);
	struct xdp_options options = {0};
	socklen_t length = sizeof(options);

	if (fault && !getsockopt(fd, SOL_XDP, XDP_OPTIONS, &options, &length) &&
	    options.flags & XDP_OPTIONS_ZEROCOPY)
		fprintf(stderr,
			"zcxskd: user %u, process %d: a fault of this kernel in zero-copy on %s: "
			"%s\n",
			who->uid, (int)who->pid, nic->ifname, fault->what);
}

int ports_enter(struct ports *ports, const struct identity *who, const char *ifname, uint32_t queue,
		int fd, struct zcxsk_error *error)
{
	struct port *port;
	int ret;

	if (!find_own(ports, who, ifname, queue, &port, error))
		return error->code;
	ret = redirect_add(port->redirect, queue, fd);
	if (ret) {
		struct explain_facts facts = {
			.nic = redirect_nic(port->redirect),
			.queue = queue,
			.usable_queues = zcxsk_redirect_queues(port->redirect),
		};

		explain(error, STEP_XSKMAP, ret, &facts);
	}
	if (!ret)
		warn_of_fault(port, who, fd);
	return ret;
}

int ports_leave(struct ports *ports, const struct identity *who, const char *ifname, uint32_t queue,
		struct zcxsk_error *error)
{
	struct port *port;
	struct claim *claim = find_own(ports, who, ifname, queue, &port, error);

	if (!claim)
		return error->code;
	drop_claim(port, claim);
	return 0;
}

/* ---- the end --------------------------------------------------------------------- */

static void drop_hold(struct ports *ports, struct port *port, const struct identity *who)
{
	struct hold **at = &port->holds, *hold = find_hold(port, who);

	for (struct claim *claim = port->claims, *next; claim; claim = next) {
		next = claim->next;
		if (claim->who == who)
			drop_claim(port, claim);
	}
	while (*at != hold)
		at = &(*at)->next;
	*at = hold->next;
	free(hold);
	if (!port->holds)
		free_port(ports, port);
}

int ports_detach(struct ports *ports, const struct identity *who, const char *ifname,
		 struct zcxsk_error *error)
{
	struct port *port = find_held(ports, who, ifname, error);

	if (!port)
		return error->code;
	if (!--find_hold(port, who)->times)
		drop_hold(ports, port, who);
	return 0;
}

void ports_end(struct ports *ports, const struct identity *who)
{
	for (struct port *port = ports->first, *next; port; port = next) {
		next = port->next;
		if (find_hold(port, who))
			drop_hold(ports, port, who);
	}
}

void ports_close(struct ports *ports)
{
	while (ports->staying)
		try_staying(ports);
}
