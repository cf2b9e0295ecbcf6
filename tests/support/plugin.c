/* SPDX-License-Identifier: BSD-2-Clause */
/* plugin.c - implements the documented handshake. */
#include "plugin.h"

#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

#define REQUEST_MAX 64 /* bytes of a message that the plugin reads */
#define VERSION "0.1"

/* ---- messages ------------------------------------------------------------------ */

/* Sends an answer with this many copies of a descriptor. */
static bool answer(int client, const char *text, int fd, unsigned copies)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(2 * sizeof(int))] = {0};
	struct iovec part = {.iov_base = (void *)text, .iov_len = strlen(text)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (copies) {
		struct cmsghdr *c = (struct cmsghdr *)room;
		int fds[2] = {fd, fd};

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(copies * sizeof(int));
		memcpy(CMSG_DATA(c), fds, copies * sizeof(int));
		message.msg_control = room;
		message.msg_controllen = CMSG_SPACE(copies * sizeof(int));
	}
	return sendmsg(client, &message, MSG_NOSIGNAL) >= 0;
}

/* Receives a request as text, and its descriptor or -1. False at the end. */
static bool request(int client, char text[REQUEST_MAX + 1], int *fd)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int))];
	struct iovec part = {.iov_base = text, .iov_len = REQUEST_MAX};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = room,
				 .msg_controllen = sizeof(room)};
	ssize_t got = recvmsg(client, &message, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c;

	*fd = -1;
	if (got <= 0)
		return false;
	text[got] = '\0';
	c = CMSG_FIRSTHDR(&message);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return true;
}

/* ---- the handshake ------------------------------------------------------------- */

/* The word after "verb,"; NULL for another verb. */
static const char *after(const char *text, const char *verb)
{
	size_t length = strlen(verb);

	return !strncmp(text, verb, length) && text[length] == ',' ? text + length + 1 : NULL;
}

static bool busy_poll(struct plugin *p, int client, const char *numbers, int fd)
{
	unsigned timeout, budget;

	if (sscanf(numbers, "%u,%u", &timeout, &budget) != 2)
		return answer(client, "/nak", -1, 0);
	p->busy_polls++;
	return answer(client,
		      fd >= 0 && budget <= UINT16_MAX ? "/config_busy_poll_ack"
						      : "/config_busy_poll_nak",
		      -1, 0);
}

/* Handles a request. Returns false after the last one. */
static bool serve(struct plugin *p, int client, const char *text, int fd)
{
	const char *word = after(text, "/xsk_map_fd");

	if (word && strcmp(word, p->ifname))
		return answer(client, "/fd_nak", -1, 0);
	if (word)
		return answer(client, "/fd_ack", p->map_fd, p->fault != PLUGIN_WITHOUT_FD);
	if ((word = after(text, "/config_busy_poll")))
		return busy_poll(p, client, word, fd);
	if (!strcmp(text, "/version"))
		return answer(client, VERSION, -1, 0);
	if (strcmp(text, "/fin"))
		return answer(client, "/nak", -1, 0);
	p->farewells++;
	answer(client, "/fin_ack", -1, 0);
	return false;
}

/* The pod has to identify itself first. */
static bool welcome(const struct plugin *p, int client, const char *text)
{
	const char *host = after(text, "/connect");

	switch (p->fault) {
	case PLUGIN_SILENT:
		return true; /* keeps reading until the client disconnects */
	case PLUGIN_MALFORMED:
		answer(client, "/host_ok,\x01", -1, 0);
		return false;
	case PLUGIN_GONE:
		return false;
	case PLUGIN_UNASKED_FD:
		answer(client, "/host_ok", p->map_fd, 2);
		return false;
	default:
		break;
	}
	if (!host)
		return false;
	answer(client, strcmp(host, p->hostname) ? "/host_nak" : "/host_ok", -1, 0);
	return !strcmp(host, p->hostname);
}

static void serve_client(struct plugin *p, int client)
{
	char text[REQUEST_MAX + 1];
	bool known = false, on = true;
	int fd;

	while (on && request(client, text, &fd)) {
		on = !known ? welcome(p, client, text) : serve(p, client, text, fd);
		known = on && p->fault != PLUGIN_SILENT;
		if (fd >= 0)
			close(fd);
	}
	close(client);
}

static void *run(void *argument)
{
	struct plugin *p = argument;
	int client;

	while ((client = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		serve_client(p, client);
	return NULL;
}

void plugin_start(struct plugin *p)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", p->path);
	unlink(p->path);
	p->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	CHECK("the plugin's socket",
	      p->listener >= 0 &&
		      !bind(p->listener, (struct sockaddr *)&address, sizeof(address)) &&
		      !chmod(p->path, 0666) && !listen(p->listener, 4));
	CHECK_EQ("thread", pthread_create(&p->thread, NULL, run, p), 0);
}

/* The shutdown ends the thread's accept(); clients have disconnected before. */
void plugin_stop(struct plugin *p)
{
	shutdown(p->listener, SHUT_RDWR);
	CHECK_EQ("thread", pthread_join(p->thread, NULL), 0);
	close(p->listener);
	unlink(p->path);
}
