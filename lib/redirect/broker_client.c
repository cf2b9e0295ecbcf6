/* SPDX-License-Identifier: BSD-2-Clause */
/* broker_client.c - sends requests to a connected broker. */
#include "redirect/broker_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "explain/explain.h"
#include "base/clock.h"

/* Restarts after a signal, until the deadline. */
static int exchange(struct zcxsk_broker *broker, struct broker_message *m, int fd)
{
	uint64_t deadline = clock_deadline(broker->timeout_ns);
	int ret;

	do
		ret = broker_send(broker->fd, m, fd, 0);
	while (ret == -EINTR && clock_now() < deadline);
	if (ret)
		return ret;
	do
		ret = broker_receive(broker->fd, m, 0);
	while (ret == -EINTR && clock_now() < deadline);
	return ret == -EINTR ? -ETIMEDOUT : ret;
}

static int explain_link(struct zcxsk_error *error, const struct zcxsk_broker *broker, int code)
{
	switch (code) {
	case -ETIMEDOUT:
		return explain_text(error, BROKER_STEP, code,
				    "Check that the broker runs, then connect again.",
				    "the broker at %s did not answer within %llu ms", broker->path,
				    (unsigned long long)broker->timeout_ns / 1000000);
	case -EPROTO:
		return explain_text(error, BROKER_STEP, code,
				    "Use a broker of the same version as the library.",
				    "the data received from %s is not a broker's message",
				    broker->path);
	case -EMSGSIZE:
		return explain_text(error, BROKER_STEP, code,
				    "Use fewer rules, or raise sysctl net.core.wmem_max.",
				    "a message to or from %s is longer than %u bytes or than the "
				    "socket's buffer",
				    broker->path, BROKER_LONG_MAX);
	case -ENOTCONN:
	case -EPIPE:
	case -ECONNRESET:
		return explain_text(error, BROKER_STEP, code, "Connect again.",
				    "the broker at %s has closed the connection", broker->path);
	default:
		return explain_text(error, BROKER_STEP, code, "",
				    "the request to the broker at %s failed", broker->path);
	}
}

int broker_ask(struct zcxsk_broker *broker, struct broker_message *m, int fd,
	       struct zcxsk_error *error)
{
	int ret = -ENOTCONN;

	pthread_mutex_lock(&broker->lock);
	if (!broker->broken) {
		ret = exchange(broker, m, fd);
		/*
		 * With the first two errors nothing has been sent, and with the third the answer
		 * has arrived without its descriptor: the connection is intact.
		 */
		broker->broken = ret && ret != -EMSGSIZE && ret != -EBADF && ret != -EMFILE;
	}
	pthread_mutex_unlock(&broker->lock);
	if (ret)
		return explain_link(error, broker, ret);
	ret = broker->plugin ? 0 : broker_refusal(m, error);
	if (ret && m->fd >= 0)
		close(m->fd);
	return ret;
}

int broker_misfit(struct broker_message *m, struct zcxsk_error *error)
{
	if (m->fd >= 0)
		close(m->fd);
	return explain_text(error, BROKER_STEP, -EPROTO,
			    "Use a broker of the same version as the library.",
			    "the broker's answer '%.64s' does not match the request", m->words[0]);
}
