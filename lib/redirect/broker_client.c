/* SPDX-License-Identifier: BSD-2-Clause */
/* broker_client.c - asks a connected broker. */
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

/* A signal does not end a wait before its deadline. */
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
		return explain_text(error, BROKER_STEP, code, "See what the broker is doing.",
				    "the broker at %s did not answer for %llu ms", broker->path,
				    (unsigned long long)broker->timeout_ns / 1000000);
	case -EPROTO:
		return explain_text(error, BROKER_STEP, code,
				    "Use a broker of the same version as the library.",
				    "what came from %s is no message of a broker", broker->path);
	case -EMSGSIZE:
		return explain_text(error, BROKER_STEP, code,
				    "Give fewer rules, or raise net.core.wmem_max.",
				    "a message to %s, or from there, is longer than %u bytes or "
				    "than a unix socket takes",
				    broker->path, BROKER_LONG_MAX);
	case -ENOTCONN:
	case -EPIPE:
	case -ECONNRESET:
		return explain_text(error, BROKER_STEP, code, "Connect again.",
				    "the broker at %s has gone", broker->path);
	default:
		return explain_text(error, BROKER_STEP, code, "",
				    "the broker at %s cannot be asked", broker->path);
	}
}

int broker_ask(struct zcxsk_broker *broker, struct broker_message *m, int fd,
	       struct zcxsk_error *error)
{
	int ret = -ENOTCONN;

	pthread_mutex_lock(&broker->lock);
	if (!broker->broken) {
		ret = exchange(broker, m, fd);
		/* What was too long, or no descriptor, has not been sent. */
		broker->broken = ret && ret != -EMSGSIZE && ret != -EBADF;
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
			    "the broker's answer '%.64s' does not fit the question", m->words[0]);
}
