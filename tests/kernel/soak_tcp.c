/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_tcp.c - a TCP session between the two ends, checked byte by byte. */
#include "soak_tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "rig.h"

#define PORT 7777
#define BLOCK 4096u
#define PAUSE_MS 2	   /* between blocks: the session is to last, not to fill the link */
#define PATIENCE_MS 300000 /* without a byte: its time-outs grow while the card is away */
#define SLICE_MS 200

static unsigned char byte_at(uint64_t n)
{
	return (unsigned char)(n * 31 + (n >> 12));
}

/* A session without a route gets no error, but tries again, and so does this. */
static void *write_on(void *argument)
{
	struct soak_tcp_job *job = argument;
	struct soak_tcp *tcp = job->tcp;
	unsigned char block[BLOCK];
	int fd = tcp->ends[job->end];

	while (!tcp->stop) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		ssize_t n;

		poll(NULL, 0, PAUSE_MS);
		if (poll(&p, 1, SLICE_MS) <= 0)
			continue;
		for (uint32_t i = 0; i < BLOCK; i++)
			block[i] = byte_at(tcp->sent[job->end] + i);
		n = send(fd, block, BLOCK, MSG_DONTWAIT | MSG_NOSIGNAL);
		CHECK("the TCP session takes bytes", n > 0 || errno == EAGAIN);
		if (n > 0)
			tcp->sent[job->end] += (uint64_t)n;
	}
	CHECK_EQ("the end of a direction", shutdown(fd, SHUT_WR), 0);
	return NULL;
}

/* Returns false at the end of the session. */
static bool read_some(struct soak_tcp *tcp, unsigned end)
{
	unsigned char block[BLOCK];
	ssize_t n = recv(tcp->ends[end], block, BLOCK, 0);
	uint32_t wrong = 0;

	CHECK("the TCP session goes on", n >= 0);
	for (ssize_t i = 0; i < n; i++)
		wrong += block[i] != byte_at(tcp->got[end] + (uint64_t)i);
	CHECK_EQ("every byte of TCP arrives in order", wrong, 0);
	tcp->got[end] += (uint64_t)n;
	return n > 0;
}

static void *read_on(void *argument)
{
	struct soak_tcp_job *job = argument;
	struct pollfd p = {.fd = job->tcp->ends[job->end], .events = POLLIN};

	do {
		CHECK("the TCP session continues in time", poll(&p, 1, PATIENCE_MS) == 1);
	} while (read_some(job->tcp, job->end));
	return NULL;
}

static void connect_ends(struct soak_tcp *tcp, const struct soak_cards *c)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, SOAK_NEAR_IP, &a.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	CHECK_EQ("bind", bind(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	CHECK_EQ("listen", listen(fd, 1), 0);
	soak_cards_enter(c->far_ns);
	tcp->ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK_EQ("a connection is made",
		 connect(tcp->ends[1], (const struct sockaddr *)&a, sizeof(a)), 0);
	soak_cards_enter(c->near_ns);
	tcp->ends[0] = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	CHECK("a connection arrives", tcp->ends[0] >= 0);
	close(fd);
}

static void start(struct soak_tcp *tcp, struct soak_tcp_job *job, unsigned end,
		  void *(*run)(void *))
{
	*job = (struct soak_tcp_job){.tcp = tcp, .end = end};
	CHECK_EQ("thread", pthread_create(&job->thread, NULL, run, job), 0);
}

void soak_tcp_start(struct soak_tcp *tcp, const struct soak_cards *c)
{
	memset(tcp, 0, sizeof(*tcp));
	connect_ends(tcp, c);
	for (unsigned i = 0; i < 2; i++) {
		start(tcp, &tcp->writers[i], i, write_on);
		start(tcp, &tcp->readers[i], i, read_on);
	}
}

void soak_tcp_end(struct soak_tcp *tcp)
{
	tcp->stop = true;
	for (unsigned i = 0; i < 2; i++)
		pthread_join(tcp->writers[i].thread, NULL);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(tcp->readers[i].thread, NULL);
	for (unsigned i = 0; i < 2; i++) {
		CHECK_EQ("every byte of TCP has arrived", tcp->got[1 - i], tcp->sent[i]);
		close(tcp->ends[i]);
	}
}
