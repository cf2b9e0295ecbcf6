/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_k8s.c - the handshake of the AF_XDP device plugin for Kubernetes. The
 * plugin attaches a program to an interface, moves the interface into the pod, and
 * passes on the XSKMAP through a unix socket in the pod.
 *
 *   /connect,HOSTNAME            /host_ok, or /host_nak for a pod that has no such device
 *   /xsk_map_fd,IF               /fd_ack with the map, or /fd_nak
 *   /config_busy_poll,USECS,BUDGET, with a socket
 *                                /config_busy_poll_ack, or /config_busy_poll_nak
 *   /fin                         /fin_ack, then closes the connection
 *   unknown request              /nak, or /error
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "redirect/broker_client.h"
#include "explain/explain.h"
#include "rules/rules.h"

/* Bytes that the plugin reads of a message; it truncates longer ones. */
#define REQUEST_MAX 64u

static bool says(const struct broker_message *m, const char *answer)
{
	return m->count == 1 && !strcmp(m->words[0], answer);
}

int plugin_welcome(struct zcxsk_broker *broker, const struct broker_message *m,
		   struct zcxsk_error *error)
{
	if (m->fd < 0 && says(m, "/host_ok"))
		return 0;
	if (m->fd < 0 && (says(m, "/host_nak") || says(m, "/error")))
		return explain_text(
			error, BROKER_STEP, -EACCES,
			"Request the device in the pod's resources, and let its hostname "
			"be its name.",
			"the device plugin at %s does not know this pod's hostname", broker->path);
	return -EPROTO;
}

/* Its program redirects every packet, so it cannot serve other rules. */
static int check_opts(const struct zcxsk_redirect_opts *opts, struct zcxsk_error *error)
{
	uint32_t rules = zcxsk_rules_count(opts->rules);

	if ((rules && !rules_take_everything(opts->rules)) || opts->flags || opts->confirm_ns ||
	    opts->give_up)
		return explain_text(
			error, BROKER_STEP, -EOPNOTSUPP,
			"Use the rule `take any` and filter the packets in the "
			"application, or use zcxskd.",
			"the program of a device plugin takes every packet; it does not "
			"support %u rules, flags 0x%x and a confirm_ns of %llu ns",
			rules, opts->flags, (unsigned long long)opts->confirm_ns);
	return 0;
}

static int ask(struct zcxsk_broker *broker, struct broker_message *m, int fd,
	       struct zcxsk_error *error)
{
	if (m->length > REQUEST_MAX)
		return explain_text(
			error, BROKER_STEP, -EMSGSIZE, "",
			"the request '%.80s' has %zu bytes, a device plugin reads at most "
			"%u",
			m->text, m->length, REQUEST_MAX);
	return broker_ask(broker, m, fd, error);
}

int plugin_redirect(struct zcxsk_redirect **out, struct zcxsk_broker *broker, const char *ifname,
		    const struct zcxsk_redirect_opts *opts, struct zcxsk_error *error)
{
	struct broker_message m;
	int ret = check_opts(opts, error);

	if (ret)
		return ret;
	broker_begin(&m, "/xsk_map_fd,%s", ifname);
	ret = ask(broker, &m, -1, error);
	if (ret)
		return ret;
	if (m.fd < 0 && says(&m, "/fd_nak"))
		return explain_text(
			error, BROKER_STEP, -EACCES, "Request it in the pod's resources.",
			"the device plugin has no interface %.32s for this pod", ifname);
	if (m.fd < 0 || !says(&m, "/fd_ack"))
		return broker_misfit(&m, error);
	ret = zcxsk_redirect_from_map(out, ifname, m.fd, opts->modes, error);
	close(m.fd);
	return ret;
}

int plugin_busy_poll(struct zcxsk_broker *broker, int socket_fd, uint32_t microseconds,
		     uint32_t budget, struct zcxsk_error *error)
{
	struct broker_message m;
	int ret;

	broker_begin(&m, "/config_busy_poll,%u,%u", microseconds, budget);
	ret = ask(broker, &m, socket_fd, error);
	if (ret)
		return ret;
	if (m.fd < 0 && says(&m, "/config_busy_poll_nak"))
		return explain_text(error, BROKER_STEP, -EINVAL, "",
				    "the device plugin could not set busy polling of %u us and %u "
				    "packets",
				    microseconds, budget);
	return m.fd < 0 && says(&m, "/config_busy_poll_ack") ? 0 : broker_misfit(&m, error);
}

void plugin_farewell(struct zcxsk_broker *broker)
{
	struct broker_message m;

	broker_begin(&m, "/fin");
	/* An error does not matter: closing the connection ends the session, too. */
	if (!broker_ask(broker, &m, -1, NULL) && m.fd >= 0)
		close(m.fd);
}
