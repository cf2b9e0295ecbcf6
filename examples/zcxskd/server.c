/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.c - one thread with one epoll loop, which reads and answers each message. If
 * a client closes, dies, does not read its answers or sends invalid messages, it loses
 * its connection and everything it got through it.
 */
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "request.h"

#define CLIENTS_MAX 128u /* each has a few descriptors and some hundred bytes */
#define BACKLOG 16
#define EVENTS 16
/* Everyone may connect; the policy decides what a client gets. */
#define SOCKET_MODE 0666

struct client {
	struct client *next;
	int fd;
	struct identity who;
};

struct server {
	const struct policy *policy;
	bool verbose;
	int fd;
	int epoll;
	struct sockaddr_un address;
	struct ports ports;
	struct client *clients;
	unsigned client_count;
	char question[BROKER_LONG_MAX + 1];
};

/* ---- clients ------------------------------------------------------------------- */

/* The identity of the client when it connected, from the kernel. */
static bool identify(int fd, struct identity *who)
{
	struct ucred ucred;
	socklen_t size = sizeof(ucred);

	memset(who, 0, sizeof(*who));
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &ucred, &size))
		return false;
	who->uid = ucred.uid;
	who->pid = ucred.pid;
	who->groups[0] = ucred.gid;
	who->group_count = 1;
	size = sizeof(who->groups) - sizeof(who->groups[0]);
	/* If there are more groups than room, the kernel reports none. */
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, who->groups + 1, &size))
		who->group_count += size / sizeof(who->groups[0]);
	return true;
}

static bool watch(struct server *s, int fd, void *what)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};

	return !epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void accept_client(struct server *s)
{
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *c;

	if (fd < 0)
		return;
	c = s->client_count < CLIENTS_MAX ? calloc(1, sizeof(*c)) : NULL;
	if (!c || !identify(fd, &c->who) || !watch(s, fd, c)) {
		fprintf(stderr, "zcxskd: client refused, %u are connected\n", s->client_count);
		free(c);
		close(fd);
		return;
	}
	c->fd = fd;
	c->next = s->clients;
	s->clients = c;
	s->client_count++;
}

static void drop_client(struct server *s, struct client *c)
{
	struct client **at = &s->clients;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	s->client_count--;
	ports_end(&s->ports, &c->who);
	if (s->verbose)
		fprintf(stderr, "zcxskd: user %u, process %d: disconnected\n", c->who.uid,
			(int)c->who.pid);
	close(c->fd);
	free(c);
}

/* ---- messages ------------------------------------------------------------------ */

static void report(const struct server *s, const struct client *c, const struct request *r,
		   const char *question)
{
	if (r->error.code)
		fprintf(stderr, "zcxskd: user %u, process %d: %s refused: %s\n", c->who.uid,
			(int)c->who.pid, question, r->error.cause);
	else if (s->verbose)
		fprintf(stderr, "zcxskd: user %u, process %d: %s\n", c->who.uid, (int)c->who.pid,
			question);
}

/* Formats a request as one line. */
static void describe(const struct broker_message *m, char *buf, size_t size)
{
	size_t length = 0;

	buf[0] = '\0';
	for (uint32_t i = 0; i < m->count && length < size; i++)
		length += (size_t)snprintf(buf + length, size - length, "%s%s", i ? " " : "",
					   m->words[i]);
}

/* False if the client must be dropped. */
static bool serve(struct server *s, struct client *c)
{
	struct broker_message m;
	struct request r = {
		.policy = s->policy,
		.ports = &s->ports,
		.who = &c->who,
		.message = &m,
	};
	char question[160];
	int ret;

	broker_lend(&m, s->question, BROKER_LONG_MAX);
	ret = broker_receive(c->fd, &m, MSG_DONTWAIT);
	if (ret == -EAGAIN || ret == -EINTR)
		return true;
	if (ret)
		return false;
	describe(&m, question, sizeof(question));
	request_answer(&r);
	report(s, c, &r, question);
	ret = broker_send(c->fd, &m, r.give, MSG_DONTWAIT);
	if (r.give >= 0)
		close(r.give);
	return !ret;
}

/* ---- the loop -------------------------------------------------------------------- */

bool server_run(struct server *s, int until_fd)
{
	struct epoll_event events[EVENTS];

	if (!watch(s, until_fd, NULL)) {
		fprintf(stderr, "zcxskd: epoll: %s\n", strerror(errno));
		return false;
	}
	for (;;) {
		int n = epoll_wait(s->epoll, events, EVENTS, -1);

		if (n < 0 && errno != EINTR) {
			fprintf(stderr, "zcxskd: epoll: %s\n", strerror(errno));
			return false;
		}
		for (int i = 0; i < n; i++) {
			if (!events[i].data.ptr)
				return true;
			if (events[i].data.ptr == s)
				accept_client(s);
			else if (!serve(s, events[i].data.ptr))
				drop_client(s, events[i].data.ptr);
		}
	}
}

/* ---- on and off ------------------------------------------------------------------- */

/* Whether a broker listens there; a killed one leaves only the file. */
static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool served =
		fd >= 0 && (!connect(fd, (const struct sockaddr *)address, sizeof(*address)) ||
			    errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return served;
}

static bool is_socket(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISSOCK(st.st_mode);
}

static bool listen_on(struct server *s)
{
	const char *path = s->address.sun_path;

	if (is_served(&s->address)) {
		fprintf(stderr, "zcxskd: %s: another broker listens on it\n", path);
		return false;
	}
	if (is_socket(path))
		unlink(path);
	s->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&s->address, sizeof(s->address))) {
		fprintf(stderr, "zcxskd: %s: %s\n", path, strerror(errno));
		return false;
	}
	if (chmod(path, SOCKET_MODE) || listen(s->fd, BACKLOG)) {
		fprintf(stderr, "zcxskd: %s: %s\n", path, strerror(errno));
		unlink(path);
		return false;
	}
	return true;
}

struct server *server_open(const char *path, const struct policy *policy, bool verbose)
{
	struct server *s = calloc(1, sizeof(*s));

	if (!s) {
		fprintf(stderr, "zcxskd: out of memory\n");
		return NULL;
	}
	s->policy = policy;
	s->verbose = verbose;
	s->fd = -1;
	s->address.sun_family = AF_UNIX;
	memcpy(s->address.sun_path, path, strlen(path));
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0)
		fprintf(stderr, "zcxskd: epoll: %s\n", strerror(errno));
	if (s->epoll >= 0 && listen_on(s) && watch(s, s->fd, s))
		return s;
	if (s->fd >= 0)
		close(s->fd);
	if (s->epoll >= 0)
		close(s->epoll);
	free(s);
	return NULL;
}

void server_close(struct server *s)
{
	while (s->clients)
		drop_client(s, s->clients);
	ports_close(&s->ports);
	unlink(s->address.sun_path);
	close(s->fd);
	close(s->epoll);
	free(s);
}
