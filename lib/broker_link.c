/* SPDX-License-Identifier: BSD-2-Clause */
/* broker_link.c - connecting to a broker, asking it, and ending the connection. */
#include "broker_link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "explain.h"
#include "wake.h"

#define CONNECT_STEP "connect to the broker"
#define TIMEOUT_NS 10000000000ull	/* a card may reset itself when a program is attached */
#define TIMEOUT_MAX_NS 3600000000000ull /* an hour */
#define NS_PER_US 1000u
#define US_PER_S 1000000u

/* ---- questions and answers --------------------------------------------------- */

/* A signal does not end a wait before its deadline. */
static int exchange(struct zcxsk_broker *broker, struct broker_message *m, int fd)
{
	uint64_t deadline = wake_deadline(broker->timeout_ns);
	int rc;

	do
		rc = broker_send(broker->fd, m, fd, 0);
	while (rc == -EINTR && wake_now() < deadline);
	if (rc)
		return rc;
	do
		rc = broker_receive(broker->fd, m, 0);
	while (rc == -EINTR && wake_now() < deadline);
	return rc == -EINTR ? -ETIMEDOUT : rc;
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
	int rc = -ENOTCONN;

	pthread_mutex_lock(&broker->lock);
	if (!broker->broken) {
		rc = exchange(broker, m, fd);
		/* What was too long, or no descriptor, has not been sent. */
		broker->broken = rc && rc != -EMSGSIZE && rc != -EBADF;
	}
	pthread_mutex_unlock(&broker->lock);
	if (rc)
		return explain_link(error, broker, rc);
	rc = broker->plugin ? 0 : broker_refusal(m, error);
	if (rc && m->fd >= 0)
		close(m->fd);
	return rc;
}

int broker_misfit(struct broker_message *m, struct zcxsk_error *error)
{
	if (m->fd >= 0)
		close(m->fd);
	return explain_text(error, BROKER_STEP, -EPROTO,
			    "Use a broker of the same version as the library.",
			    "the broker's answer '%.64s' does not fit the question", m->words[0]);
}

/* ---- connecting -------------------------------------------------------------- */

static int explain_connect(struct zcxsk_error *error, const char *path, int code)
{
	if (code == -ENOENT || code == -ECONNREFUSED)
		return explain_text(error, CONNECT_STEP, code,
				    "Start the broker, or name the path it serves.",
				    "no broker serves %s", path);
	if (code == -EACCES)
		return explain_text(error, CONNECT_STEP, code,
				    "Let this user write to the socket's file.",
				    "this user may not connect to %s", path);
	return explain_text(error, CONNECT_STEP, code, "", "%s cannot be connected to", path);
}

/* Reading, writing and connecting all give up after the timeout. */
static int open_socket(struct zcxsk_broker *broker)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	uint64_t us = broker->timeout_ns / NS_PER_US;
	int room = BROKER_LONG_MAX;
	struct timeval limit = {
		.tv_sec = (time_t)(us / US_PER_S),
		.tv_usec = (suseconds_t)(us % US_PER_S + !us), /* 0 would be for ever */
	};

	broker->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (broker->fd < 0 ||
	    setsockopt(broker->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(broker->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)))
		return -errno;
	/* With the default of 208 KiB only the longest rules would not go through. */
	setsockopt(broker->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	memcpy(address.sun_path, broker->path, sizeof(broker->path));
	if (!connect(broker->fd, (struct sockaddr *)&address, sizeof(address)))
		return 0;
	return errno == EAGAIN ? -ETIMEDOUT : -errno;
}

/* The one question that both kinds of brokers know. */
static int introduce(struct zcxsk_broker *broker, struct zcxsk_error *error)
{
	struct broker_message m;
	char host[65] = ""; /* as long as Linux allows */
	int rc;

	gethostname(host, sizeof(host) - 1);
	broker_begin(&m, "/connect,%s", host);
	rc = broker_ask(broker, &m, -1, error);
	if (rc)
		return rc;
	if (m.count == 1 && !strcmp(m.words[0], BROKER_HELLO) && m.fd < 0)
		return 0;
	broker->plugin = true;
	rc = plugin_welcome(broker, &m, error);
	return rc == -EPROTO ? broker_misfit(&m, error) : rc;
}

static void drop(struct zcxsk_broker *broker)
{
	if (broker->fd >= 0) {
		/* A child may hold it too: closing would not do. */
		shutdown(broker->fd, SHUT_RDWR);
		close(broker->fd);
	}
	pthread_mutex_destroy(&broker->lock);
	free(broker);
}

static int check_arguments(struct zcxsk_broker **out, const char *path, uint64_t timeout_ns,
			   struct zcxsk_error *error)
{
	size_t limit = sizeof((*out)->path) - 1;

	if (!out || !path)
		return explain_usage(error, CONNECT_STEP, "", "%s is NULL", out ? "path" : "out");
	if (!path[0] || strlen(path) > limit)
		return explain_usage(error, CONNECT_STEP, "Use a shorter path.",
				     "a path of %zu bytes, a unix socket's has 1 to %zu",
				     strlen(path), limit);
	if (timeout_ns > TIMEOUT_MAX_NS)
		return explain_usage(error, CONNECT_STEP, "Use 0 for the default.",
				     "timeout_ns of %llu is above %llu",
				     (unsigned long long)timeout_ns, TIMEOUT_MAX_NS);
	return 0;
}

int zcxsk_broker_connect(struct zcxsk_broker **out, const char *path, uint64_t timeout_ns,
			 struct zcxsk_error *error)
{
	struct zcxsk_broker *broker;
	int rc;

	if (out)
		*out = NULL;
	rc = check_arguments(out, path, timeout_ns, error);
	if (rc)
		return rc;
	broker = calloc(1, sizeof(*broker));
	if (!broker)
		return explain_text(error, CONNECT_STEP, -ENOMEM, "", "out of memory");
	broker->timeout_ns = timeout_ns ? timeout_ns : TIMEOUT_NS;
	pthread_mutex_init(&broker->lock, NULL);
	memcpy(broker->path, path, strlen(path));
	rc = open_socket(broker);
	rc = rc ? explain_connect(error, path, rc) : introduce(broker, error);
	if (rc) {
		drop(broker);
		return rc;
	}
	explain_clear(error);
	*out = broker;
	return 0;
}

int zcxsk_broker_close(struct zcxsk_broker *broker)
{
	bool busy;

	if (!broker)
		return 0;
	pthread_mutex_lock(&broker->lock);
	busy = broker->redirects;
	pthread_mutex_unlock(&broker->lock);
	if (busy)
		return -EBUSY;
	if (broker->plugin)
		plugin_farewell(broker);
	drop(broker);
	return 0;
}

int zcxsk_broker_fd(const struct zcxsk_broker *broker)
{
	return broker ? broker->fd : -1;
}
