/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_proc.c - the tables of sockets in /proc, for kernels whose sock_diag does not answer. */
#include "redirect/guard_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "redirect/guard_facts.h"

/* A line of /proc/net/tcp6 has 200 bytes at most. */
#define LINE_MAX_BYTES 512
#define CHUNK 4096

/* ---- files ------------------------------------------------------------------------- */

/* Opens a file. */
static int open_file(const char *path)
{
	int fd = -1;

	for (int i = 0; fd < 0 && (!i || errno == EINTR) && i < GUARD_PROC_ATTEMPTS; i++)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static ssize_t read_some(int fd, char *buf, size_t size)
{
	ssize_t got = -1;

	for (int i = 0; got < 0 && (!i || errno == EINTR) && i < GUARD_PROC_ATTEMPTS; i++)
		got = read(fd, buf, size);
	return got < 0 ? -errno : got;
}

int guard_proc_read(const char *path, char *buf, size_t size)
{
	int fd = open_file(path);
	ssize_t got;

	if (fd < 0)
		return fd;
	got = read_some(fd, buf, size - 1);
	fd_close(&fd);
	if (got >= 0)
		buf[got] = '\0';
	return (int)got;
}

/* Calls see for every line but the first, the heading. Returns 0 or -errno. */
static int each_line(const char *path, int (*see)(const char *line, void *data), void *data)
{
	char buf[CHUNK + LINE_MAX_BYTES];
	size_t kept = 0;
	bool heading = true;
	ssize_t got;
	int fd = open_file(path), ret = 0;

	if (fd < 0)
		return fd;
	while (!ret && (got = read_some(fd, buf + kept, sizeof(buf) - kept - 1)) > 0) {
		char *line = buf, *end;

		kept += (size_t)got;
		buf[kept] = '\0';
		for (; !ret && (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			if (!heading)
				ret = see(line, data);
			heading = false;
		}
		kept = strlen(line);
		memmove(buf, line, kept + 1);
		if (kept >= LINE_MAX_BYTES)
			ret = -EPROTO;
	}
	fd_close(&fd);
	return ret ? ret : (int)got;
}

/* ---- sockets --------------------------------------------------------------------------- */

struct reader {
	struct guard_list *list;
	int family;
	uint32_t states;
};

/* As the kernel prints it: each word in the byte order of the machine. */
static bool read_address(const char *text, int family, unsigned char *bytes)
{
	unsigned words = family == AF_INET ? 1 : 4;

	for (unsigned i = 0; i < words; i++) {
		uint32_t word;

		if (sscanf(text + 8 * i, "%8" SCNx32, &word) != 1)
			return false;
		memcpy(bytes + 4 * i, &word, sizeof(word));
	}
	return true;
}

static int see_socket(const char *line, void *data)
{
	const struct reader *r = data;
	unsigned char local[16], remote[16];
	char local_text[40], remote_text[40];
	unsigned local_port, remote_port, state;
	struct guard_socket *s;
	uint64_t inode;

	if (sscanf(line, " %*[^:]: %39[0-9A-F]:%x %39[0-9A-F]:%x %x %*s %*s %*s %*s %*s %" SCNu64,
		   local_text, &local_port, remote_text, &remote_port, &state, &inode) != 6 ||
	    state > 31 || strlen(local_text) != (r->family == AF_INET ? 8 : 32) ||
	    strlen(remote_text) != strlen(local_text) ||
	    !read_address(local_text, r->family, local) ||
	    !read_address(remote_text, r->family, remote))
		return -EPROTO;
	if (!(r->states >> state & 1))
		return 0;
	s = guard_list_add(r->list, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->local = guard_address_of(r->family, local);
	s->remote = guard_address_of(r->family, remote);
	s->local_port = (uint16_t)local_port;
	s->remote_port = (uint16_t)remote_port;
	s->inode = inode;
	s->listens = state == TCP_LISTEN;
	s->connected = remote_port;
	s->any_local = !s->local.bytes.high && !s->local.bytes.low;
	s->both_families = r->family == AF_INET6;
	return 0;
}

int guard_proc_sockets(struct guard_list *list, const char *protocol, uint32_t states)
{
	struct reader r = {.list = list, .family = AF_INET, .states = states};
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "/proc/thread-self/net/%s", protocol);
	ret = each_line(path, see_socket, &r);
	if (ret)
		return ret;
	r.family = AF_INET6;
	snprintf(path, sizeof(path), "/proc/thread-self/net/%s6", protocol);
	ret = each_line(path, see_socket, &r);
	/* A kernel without IPv6. */
	return ret == -ENOENT ? 0 : ret;
}

static int see_packet(const char *line, void *list)
{
	struct guard_packet_socket *s;
	unsigned ethertype, device;

	if (sscanf(line, "%*s %*s %*s %x %u", &ethertype, &device) != 2)
		return -EPROTO;
	s = guard_list_add(list, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->ethertype = (uint16_t)ethertype;
	s->device = device;
	return 0;
}

int guard_proc_packet(struct guard_list *list)
{
	return each_line("/proc/thread-self/net/packet", see_packet, list);
}
