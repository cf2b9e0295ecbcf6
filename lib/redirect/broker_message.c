/* SPDX-License-Identifier: BSD-2-Clause */
/* broker_message.c - writes, reads, sends and receives the messages of a broker. */
#include "redirect/broker_message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERRNO_MAX 4095u /* the kernel's own limit */
#define REFUSED "/refused"
#define REFUSED_WORDS 5u

/* The most descriptors to receive with a message; all but the first are closed. */
#define FDS_MAX 4u

/* ---- writing --------------------------------------------------------------- */

static bool is_text(char c)
{
	return (unsigned char)c >= ' ' && c != 0x7f;
}

static void add(struct broker_message *m, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void add(struct broker_message *m, const char *format, va_list args)
{
	size_t from = m->length;
	int length;

	if (from > m->max)
		return;
	length = vsnprintf(m->text + from, m->max + 1 - from, format, args);
	m->length += length < 0 ? m->max + 1 : (size_t)length;
	for (size_t i = from; i < m->length && i < m->max; i++)
		if (!is_text(m->text[i]))
			m->text[i] = ' ';
}

void broker_lend(struct broker_message *m, char *buf, size_t max)
{
	m->text = buf;
	m->max = max;
	m->length = 0;
	m->count = 0;
	m->fd = -1;
}

void broker_clear(struct broker_message *m)
{
	broker_lend(m, m->own, BROKER_TEXT_MAX);
}

void broker_begin(struct broker_message *m, const char *format, ...)
{
	va_list args;

	broker_clear(m);
	va_start(args, format);
	add(m, format, args);
	va_end(args);
}

void broker_add(struct broker_message *m, const char *format, ...)
{
	va_list args;

	if (m->length && m->length < m->max)
		m->text[m->length] = '\n';
	m->length += !!m->length;
	va_start(args, format);
	add(m, format, args);
	va_end(args);
}

size_t broker_rules_text(const struct zcxsk_rules *rules, char *buf, size_t size)
{
	size_t length = 0, used = 0;

	if (size)
		buf[0] = '\0';
	for (uint32_t i = 0; i < zcxsk_rules_count(rules); i++) {
		if (i)
			length += (size_t)snprintf(buf ? buf + used : NULL, size - used, "; ");
		used = length < size ? length : size;
		length += (size_t)zcxsk_rules_text(rules, i, buf ? buf + used : NULL, size - used);
		used = length < size ? length : size;
	}
	return length;
}

void broker_add_rules(struct broker_message *m, const struct zcxsk_rules *rules)
{
	broker_add(m, "%s", "");
	if (m->length <= m->max)
		m->length += broker_rules_text(rules, m->text + m->length, m->max + 1 - m->length);
}

/* ---- reading --------------------------------------------------------------- */

int broker_split(struct broker_message *m)
{
	char *at = m->text;

	m->count = 0;
	if (!m->length || m->length > m->max)
		return -EPROTO;
	for (size_t i = 0; i < m->length; i++)
		if (!is_text(m->text[i]) && m->text[i] != '\n')
			return -EPROTO;
	m->text[m->length] = '\0';
	while (at) {
		if (m->count == BROKER_WORDS)
			return -EPROTO;
		m->words[m->count++] = strsep(&at, "\n");
	}
	return 0;
}

bool broker_number(const char *word, uint64_t max, uint64_t *value)
{
	uint64_t sum = 0;

	if (!word[0])
		return false;
	for (; *word; word++) {
		uint64_t digit = (uint64_t)(unsigned char)*word - '0';

		if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return sum <= max;
}

void broker_refuse(struct broker_message *m, const struct zcxsk_error *error)
{
	broker_begin(m, REFUSED);
	broker_add(m, "%d", -error->code);
	broker_add(m, "%s", error->step);
	broker_add(m, "%s", error->cause);
	broker_add(m, "%s", error->remedy);
}

int broker_refusal(const struct broker_message *m, struct zcxsk_error *error)
{
	uint64_t code;

	if (m->count != REFUSED_WORDS || strcmp(m->words[0], REFUSED) ||
	    !broker_number(m->words[1], ERRNO_MAX, &code))
		return 0;
	if (error) {
		memset(error, 0, sizeof(*error));
		error->code = -(int32_t)code;
		snprintf(error->step, sizeof(error->step), "%s", m->words[2]);
		snprintf(error->cause, sizeof(error->cause), "%s", m->words[3]);
		snprintf(error->remedy, sizeof(error->remedy), "%s", m->words[4]);
	}
	return -(int)code;
}

/* ---- sending and receiving -------------------------------------------------- */

/* When a socket's timeout expires, a blocking call fails with EAGAIN, too. */
static int result(int flags)
{
	return errno == EAGAIN && !(flags & MSG_DONTWAIT) ? -ETIMEDOUT : -errno;
}

int broker_send(int socket, const struct broker_message *m, int fd, int flags)
{
	union {
		struct cmsghdr aligned;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec text = {.iov_base = (void *)m->text, .iov_len = m->length};
	struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1};
	ssize_t sent;

	if (m->length > m->max)
		return -EMSGSIZE;
	if (fd >= 0) {
		struct cmsghdr *c;

		message.msg_control = control.room;
		message.msg_controllen = sizeof(control.room);
		c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	sent = sendmsg(socket, &message, flags | MSG_NOSIGNAL);
	return sent < 0 ? result(flags) : 0;
}

/* Returns the first descriptor of a message and closes the others. -1 = none. */
static int take_fd(struct msghdr *message)
{
	int first = -1, fd;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		size_t bytes = c->cmsg_len - CMSG_LEN(0);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; at + sizeof(fd) <= bytes; at += sizeof(fd)) {
			memcpy(&fd, CMSG_DATA(c) + at, sizeof(fd));
			if (first < 0)
				first = fd;
			else
				close(fd);
		}
	}
	return first;
}

int broker_receive(int socket, struct broker_message *m, int flags)
{
	union {
		struct cmsghdr aligned;
		char room[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control = {0};
	struct iovec text = {.iov_base = m->text, .iov_len = m->max};
	struct msghdr message = {
		.msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	ssize_t got;
	int ret;

	got = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
	if (got < 0)
		return result(flags);
	m->length = (size_t)got;
	m->fd = take_fd(&message);
	ret = !got ? -ECONNRESET : message.msg_flags & MSG_TRUNC ? -EMSGSIZE : broker_split(m);
	/* The kernel drops a descriptor that this process has no number left for. */
	if (!ret && message.msg_flags & MSG_CTRUNC && m->fd < 0)
		ret = -EMFILE;
	if (ret && m->fd >= 0)
		close(m->fd);
	if (ret)
		m->fd = -1;
	return ret;
}
