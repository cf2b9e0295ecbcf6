/* SPDX-License-Identifier: BSD-2-Clause */
/* broker_connect.c - connects to a broker and closes the connection. */
#include "redirect/broker_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "explain/explain.h"

#define CONNECT_STEP "connect to the broker"
#define TIMEOUT_NS 10000000000ull	/* attaching a program may reset the network card */
#define TIMEOUT_MAX_NS 3600000000000ull /* an hour */
#define NS_PER_US 1000u
#define US_PER_S 1000000u

static int explain_connect(struct zcxsk_error *error, const char *path, int code)
{
	if (code == -ENOENT || code == -ECONNREFUSED)
		return explain_text(error, CONNECT_STEP, code,
				    "Start the broker, or pass the path of its socket.",
				    "no broker listens at %s", path);
	if (code == -EACCES)
		return explain_text(error, CONNECT_STEP, code,
				    "Give this user write permission for the socket.",
				    "this user may not connect to %s", path);
	return explain_text(error, CONNECT_STEP, code, "", "connecting to %s failed", path);
}

/* Connecting, sending and receiving all fail after the timeout. */
static int open_socket(struct zcxsk_broker *broker)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	uint64_t us = broker->timeout_ns / NS_PER_US;
	int room = BROKER_LONG_MAX;
	struct timeval limit = {
		.tv_sec = (time_t)(us / US_PER_S),
		.tv_usec = (suseconds_t)(us % US_PER_S + !us), /* 0 would mean no limit */
	};

	broker->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (broker->fd < 0 ||
	    setsockopt(broker->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(broker->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)))
		return -errno;
	/* If this fails, the default of 208 KiB is too small only for the longest rules. */
	setsockopt(broker->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	memcpy(address.sun_path, broker->path, sizeof(broker->path));
	if (!connect(broker->fd, (struct sockaddr *)&address, sizeof(address)))
		return 0;
	return errno == EAGAIN ? -ETIMEDOUT : -errno;
}

/* Sends the first request, which both kinds of brokers know. */
static int introduce(struct zcxsk_broker *broker, struct zcxsk_error *error)
{
	struct broker_message m;
	char host[65] = ""; /* as long as Linux allows */
	int ret;

	gethostname(host, sizeof(host) - 1);
	broker_begin(&m, "/connect,%s", host);
	ret = broker_ask(broker, &m, -1, error);
	if (ret)
		return ret;
	if (m.count == 1 && !strcmp(m.words[0], BROKER_HELLO) && m.fd < 0)
		return 0;
	broker->plugin = true;
	ret = plugin_welcome(broker, &m, error);
	return ret == -EPROTO ? broker_misfit(&m, error) : ret;
}

/* Only the child's descriptor: a shutdown would end the parent's connection. */
static void in_child(void *object)
{
	struct zcxsk_broker *broker = object;

	fd_close(&broker->fd);
}

static struct zcxsk_broker *allocate(void)
{
	struct zcxsk_broker *broker = calloc(1, sizeof(*broker));

	if (!broker)
		return NULL;
	broker->fd = -1;
	pthread_mutex_init(&broker->lock, NULL);
	if (!fork_register(&broker->fork, in_child, broker))
		return broker;
	free(broker);
	return NULL;
}

static void drop(struct zcxsk_broker *broker)
{
	/* Closing is not enough: a child may hold the connection too. */
	if (broker->fd >= 0)
		shutdown(broker->fd, SHUT_RDWR);
	fd_close(&broker->fd);
	fork_unregister(&broker->fork);
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
				     "the path has %zu bytes; a unix socket's has 1 to %zu",
				     strlen(path), limit);
	if (timeout_ns > TIMEOUT_MAX_NS)
		return explain_usage(error, CONNECT_STEP, "Use 0 for the default.",
				     "timeout_ns %llu is above the limit of %llu",
				     (unsigned long long)timeout_ns, TIMEOUT_MAX_NS);
	return 0;
}

int zcxsk_broker_connect(struct zcxsk_broker **out, const char *path, uint64_t timeout_ns,
			 struct zcxsk_error *error)
{
	struct zcxsk_broker *broker;
	int ret;

	if (out)
		*out = NULL;
	ret = check_arguments(out, path, timeout_ns, error);
	if (ret)
		return ret;
	broker = allocate();
	if (!broker)
		return explain_text(error, CONNECT_STEP, -ENOMEM, "", "out of memory");
	broker->timeout_ns = timeout_ns ? timeout_ns : TIMEOUT_NS;
	memcpy(broker->path, path, strlen(path));
	ret = open_socket(broker);
	ret = ret ? explain_connect(error, path, ret) : introduce(broker, error);
	if (ret) {
		drop(broker);
		return ret;
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
	if (fork_check(&broker->fork))
		return -EOWNERDEAD;
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
