/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker.c - a redirect that zcxskd keeps: zcxskd attaches the program, creates
 * the sockets, and puts them into the XSKMAP.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "redirect/broker_nic.h"
#include "redirect/broker_client.h"
#include "explain/explain.h"
#include "redirect/redirect.h"
#include "redirect/opts.h"

#define DONE "/done"
#define ATTACHED "/attached"
#define ATTACHED_WORDS 4u /* verb, how, namespace, facts */

struct kept {
	struct zcxsk_broker *broker;
	char ifname[IFNAMSIZ];
};

/* ---- as the keeper of the map ------------------------------------------------ */

static bool is_done(const struct broker_message *m)
{
	return m->count == 1 && !strcmp(m->words[0], DONE);
}

/* Sends a request whose only answer is /done. */
static int ask_done(struct zcxsk_broker *broker, struct broker_message *m, int fd,
		    struct zcxsk_error *error)
{
	int ret = broker_ask(broker, m, fd, error);

	if (ret)
		return ret;
	return is_done(m) && m->fd < 0 ? 0 : broker_misfit(m, error);
}

static int kept_socket(void *self, uint32_t queue, struct zcxsk_error *error)
{
	struct kept *kept = self;
	struct broker_message m;
	int ret;

	broker_begin(&m, "/socket");
	broker_add(&m, "%s", kept->ifname);
	broker_add(&m, "%u", queue);
	ret = broker_ask(kept->broker, &m, -1, error);
	if (ret)
		return ret;
	return is_done(&m) && m.fd >= 0 ? m.fd : broker_misfit(&m, error);
}

/* The broker keeps no descriptor of the socket, so closing it here is enough. */
static int kept_add(void *self, uint32_t queue, int fd)
{
	struct kept *kept = self;
	struct broker_message m;

	broker_begin(&m, "/enter");
	broker_add(&m, "%s", kept->ifname);
	broker_add(&m, "%u", queue);
	return ask_done(kept->broker, &m, fd, NULL);
}

static int kept_remove(void *self, uint32_t queue)
{
	struct kept *kept = self;
	struct broker_message m;

	broker_begin(&m, "/leave");
	broker_add(&m, "%s", kept->ifname);
	broker_add(&m, "%u", queue);
	return ask_done(kept->broker, &m, -1, NULL);
}

static void kept_release(void *self)
{
	struct kept *kept = self;
	struct broker_message m;

	broker_begin(&m, "/detach");
	broker_add(&m, "%s", kept->ifname);
	/* If the broker has exited, it has detached the program. */
	ask_done(kept->broker, &m, -1, NULL);
	pthread_mutex_lock(&kept->broker->lock);
	kept->broker->redirects--;
	pthread_mutex_unlock(&kept->broker->lock);
	free(kept);
}

/* ---- requesting an interface --------------------------------------------------- */

/* Refuses options that the broker cannot serve. */
static int check_opts(const struct zcxsk_redirect_opts *o, struct zcxsk_error *error)
{
	size_t length = broker_rules_text(o->rules, NULL, 0);

	if (o->confirm_ns)
		return explain_text(error, BROKER_STEP, -EOPNOTSUPP,
				    "Set confirm_ns to 0; the broker detaches the program when the "
				    "connection ends.",
				    "a broker does not support confirm_ns (%llu ns)",
				    (unsigned long long)o->confirm_ns);
	if (o->give_up)
		return explain_text(error, BROKER_STEP, -EACCES, "Set give_up to 0.",
				    "clients of a broker cannot give up packets that the machine "
				    "needs (give_up is 0x%llx)",
				    (unsigned long long)o->give_up);
	if (length > ZCXSK_RULES_TEXT_MAX)
		return explain_text(error, BROKER_STEP, -E2BIG,
				    "Join ranges and prefixes, or use fewer rules.",
				    "the normal form of the rules has %zu bytes, a broker accepts "
				    "at most %u",
				    length, ZCXSK_RULES_TEXT_MAX);
	return 0;
}

static void write_request(struct broker_message *m, const char *ifname,
			  const struct zcxsk_redirect_opts *o)
{
	broker_add(m, "/attach");
	broker_add(m, "%s", ifname);
	broker_add(m, "%u", o->flags);
	broker_add(m, "%u", o->modes);
	broker_add_rules(m, o->rules);
}

/* Whether this process is in the network namespace with that cookie. */
static bool is_here(const struct zcxsk_broker *broker, uint64_t netns)
{
	uint64_t ours = 0;
	socklen_t size = sizeof(ours);

	return !getsockopt(broker->fd, SOL_SOCKET, SO_NETNS_COOKIE, &ours, &size) && ours &&
	       ours == netns;
}

static bool read_answer(const struct zcxsk_broker *broker, const struct broker_message *m,
			const char *ifname, enum zcxsk_attach *attached, struct nic *nic)
{
	uint64_t how, netns;

	if (m->count != ATTACHED_WORDS || m->fd >= 0 || strcmp(m->words[0], ATTACHED) ||
	    !broker_number(m->words[1], ZCXSK_ATTACH_DISPATCHER_GENERIC, &how) ||
	    how < ZCXSK_ATTACH_NATIVE || !broker_number(m->words[2], UINT64_MAX, &netns) ||
	    broker_facts_read(nic, m->words[3]) || strcmp(nic->ifname, ifname))
		return false;
	*attached = (enum zcxsk_attach)how;
	nic->elsewhere = !is_here(broker, netns);
	return true;
}

/* Creates the redirect for a program that the broker attached, or lets it detach that. */
static int keep(struct zcxsk_redirect **out, struct zcxsk_broker *broker, const struct nic *nic,
		enum zcxsk_attach attached, struct zcxsk_error *error)
{
	struct kept *kept = calloc(1, sizeof(*kept));
	struct redirect_keeper keeper = {
		.self = kept,
		.socket = kept_socket,
		.add = kept_add,
		.remove = kept_remove,
		.release = kept_release,
	};

	if (!kept)
		return explain_text(error, BROKER_STEP, -ENOMEM, "", "out of memory");
	kept->broker = broker;
	memcpy(kept->ifname, nic->ifname, sizeof(kept->ifname));
	pthread_mutex_lock(&broker->lock);
	broker->redirects++;
	pthread_mutex_unlock(&broker->lock);
	*out = redirect_new_kept(nic, attached, &keeper);
	if (*out)
		return 0;
	kept_release(kept);
	return explain_text(error, BROKER_STEP, -ENOMEM, "", "out of memory");
}

/* The request is as long as its rules, so its buffer is not on the stack. */
static int ask_in(char *buf, struct zcxsk_redirect **out, struct zcxsk_broker *broker,
		  const char *ifname, const struct zcxsk_redirect_opts *opts,
		  struct zcxsk_error *error)
{
	enum zcxsk_attach attached;
	struct broker_message m;
	struct nic nic;
	int ret;

	broker_lend(&m, buf, BROKER_LONG_MAX);
	write_request(&m, ifname, opts);
	ret = broker_ask(broker, &m, -1, error);
	if (ret)
		return ret;
	if (!read_answer(broker, &m, ifname, &attached, &nic))
		return broker_misfit(&m, error);
	return keep(out, broker, &nic, attached, error);
}

static int ask_for(struct zcxsk_redirect **out, struct zcxsk_broker *broker, const char *ifname,
		   const struct zcxsk_redirect_opts *opts, struct zcxsk_error *error)
{
	char *buf;
	int ret = check_opts(opts, error);

	if (ret)
		return ret;
	buf = malloc(BROKER_LONG_MAX + 1);
	if (!buf)
		return explain_text(error, BROKER_STEP, -ENOMEM, "", "out of memory");
	ret = ask_in(buf, out, broker, ifname, opts, error);
	free(buf);
	return ret;
}

int zcxsk_redirect_from_broker(struct zcxsk_redirect **out, struct zcxsk_broker *broker,
			       const char *ifname, const struct zcxsk_redirect_opts *opts,
			       struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts o;
	int ret;

	if (out)
		*out = NULL;
	if (!out || !broker || !ifname)
		return explain_usage(error, "check options", "", "%s is NULL",
				     !out      ? "out"
				     : !broker ? "broker"
					       : "ifname");
	ret = explain_owner(error, &broker->fork, "broker");
	if (!ret)
		ret = redirect_take_opts(&o, opts, error);
	if (ret)
		return ret;
	ret = broker->plugin ? plugin_redirect(out, broker, ifname, &o, error)
			     : ask_for(out, broker, ifname, &o, error);
	zcxsk_rules_destroy((struct zcxsk_rules *)o.rules);
	if (!ret)
		explain_clear(error);
	return ret;
}

int zcxsk_broker_busy_poll(struct zcxsk_broker *broker, int socket_fd, uint32_t microseconds,
			   uint32_t budget, struct zcxsk_error *error)
{
	struct broker_message m;
	int ret;

	if (!broker || socket_fd < 0)
		return explain_usage(error, "check options", "", "%s",
				     broker ? "socket_fd is negative" : "broker is NULL");
	ret = explain_owner(error, &broker->fork, "broker");
	if (ret)
		return ret;
	if (broker->plugin) {
		ret = plugin_busy_poll(broker, socket_fd, microseconds, budget, error);
	} else {
		broker_begin(&m, "/busy_poll");
		broker_add(&m, "%u", microseconds);
		broker_add(&m, "%u", budget);
		ret = ask_done(broker, &m, socket_fd, error);
	}
	if (!ret)
		explain_clear(error);
	return ret;
}
