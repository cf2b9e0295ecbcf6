/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_socket.c - loops over the kernel's own sockets, many messages a call. */
#include "kernel_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum {
	BUFFER = 4 << 20,      /* bytes to receive: a few milliseconds of small packets */
	BUSY_POLL_US = 50,     /* the value in the kernel's documentation */
	SEND_BUFFER = 1 << 20, /* bytes: holds a whole batch */
};

void kernel_socket_tune(int fd, const struct engine_setup *setup)
{
	int size = BUFFER, send_size = SEND_BUFFER, us = BUSY_POLL_US;

	/* If the kernel refuses an option, the socket is slower, as for any user. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &send_size, sizeof(send_size));
	if (setup->busy_poll)
		(void)setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &us, sizeof(us));
}

int kernel_socket_init(struct kernel_socket *s, const struct engine_setup *setup, int fd,
		       uint32_t batch, uint32_t skip, char *why)
{
	batch = batch < KERNEL_BATCH_MAX ? batch : KERNEL_BATCH_MAX;
	*s = (struct kernel_socket){.fd = fd,
				    .batch = batch,
				    .skip = skip,
				    .segments = 1,
				    .packet_size = setup->packet_size};
	s->messages = calloc(batch, sizeof(s->messages[0]));
	s->parts = calloc(batch, sizeof(s->parts[0]));
	s->bytes = calloc(batch, setup->packet_size);
	if (!s->messages || !s->parts || !s->bytes) {
		kernel_socket_close(s);
		return engine_fails(why, "memory", ENOMEM);
	}
	for (uint32_t i = 0; i < batch; i++) {
		uint8_t *packet = s->bytes + (size_t)i * s->packet_size;

		packet_make(packet, setup->place, true, s->packet_size);
		s->parts[i].iov_base = packet + skip;
		s->parts[i].iov_len = s->packet_size - skip;
		s->messages[i].msg_hdr.msg_iov = &s->parts[i];
		s->messages[i].msg_hdr.msg_iovlen = 1;
	}
	return 0;
}

void kernel_socket_close(struct kernel_socket *s)
{
	close(s->fd);
	free(s->messages);
	free(s->parts);
	free(s->bytes);
}

/* True if there is no room at the moment, or the far end rejected an earlier packet. */
static bool is_passing(int error)
{
	return error == EAGAIN || error == ENOBUFS || error == EINTR || error == ECONNREFUSED;
}

static int open_for(struct kernel_socket *s, const struct engine_setup *setup,
		    enum kernel_purpose purpose, struct engine_turn *turn, char *why)
{
	snprintf(turn->mode, sizeof(turn->mode), "kernel");
	return setup->engine->open(s, setup, purpose, why);
}

/* Returns how many were sent, or -errno. */
static int send_one_by_one(struct kernel_socket *s, uint64_t *calls)
{
	uint32_t sent = 0;

	for (uint32_t i = 0; i < s->batch; i++) {
		++*calls;
		if (send(s->fd, s->parts[i].iov_base, s->parts[i].iov_len, 0) >= 0)
			sent++;
		else if (!is_passing(errno))
			return -errno;
	}
	return (int)sent;
}

static int send_batch(struct kernel_socket *s, uint64_t *calls)
{
	int sent;

	if (s->single)
		return send_one_by_one(s, calls);
	++*calls;
	sent = sendmmsg(s->fd, s->messages, s->batch, 0);
	if (sent >= 0)
		return sent;
	return is_passing(errno) ? 0 : -errno;
}

int kernel_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		struct engine_turn *turn, char *why)
{
	struct kernel_socket s;
	struct meter meter;
	int sent = open_for(&s, setup, KERNEL_SENDS, turn, why);

	if (sent)
		return sent;
	/* The loop counts messages, at least one a second. */
	meter_start(&meter, setup, ns, rate && rate < s.segments ? 1 : rate / s.segments);
	while (meter_goes_on(&meter)) {
		if (meter_is_early(&meter, s.batch))
			continue;
		sent = send_batch(&s, &turn->calls);
		if (sent < 0)
			break;
		turn->packets += (uint32_t)sent * s.segments;
	}
	meter_stop(&meter, turn);
	kernel_socket_close(&s);
	return sent < 0 ? engine_fails(why, "sending", -sent) : 0;
}

/* Returns how many packets arrived within WAIT_MS, or -errno. */
static int receive_some(struct kernel_socket *s, bool spin, uint64_t *calls)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};
	int got = recvmmsg(s->fd, s->messages, s->batch, MSG_DONTWAIT, NULL);

	++*calls;
	if (got >= 0)
		return got;
	if (!is_passing(errno))
		return -errno;
	if (!spin) {
		++*calls;
		poll(&p, 1, WAIT_MS);
	}
	return 0;
}

/* Sends the packets just received, with their lengths. Returns how many, or -errno. */
static int send_back(struct kernel_socket *s, uint32_t n, uint64_t *calls)
{
	uint32_t sent = 0;

	for (uint32_t i = 0; i < n; i++) {
		s->parts[i].iov_len = s->messages[i].msg_len;
		if (!s->skip)
			packet_turn_back(s->parts[i].iov_base, s->messages[i].msg_len);
	}
	while (sent < n) {
		int ret = sendmmsg(s->fd, s->messages + sent, n - sent, 0);

		++*calls;
		if (ret < 0 && !is_passing(errno))
			return -errno;
		if (ret <= 0)
			break;
		sent += (uint32_t)ret;
	}
	for (uint32_t i = 0; i < n; i++)
		s->parts[i].iov_len = s->packet_size - s->skip;
	return (int)sent;
}

int kernel_move(const struct engine_setup *setup, bool forwards, uint64_t ns,
		struct engine_turn *turn, char *why)
{
	struct kernel_socket s;
	struct meter meter;
	int n = open_for(&s, setup, KERNEL_MOVES, turn, why);

	if (n)
		return n;
	meter_start(&meter, setup, ns, 0);
	while (meter_goes_on(&meter)) {
		n = receive_some(&s, meter.spin, &turn->calls);
		if (n > 0 && forwards)
			n = send_back(&s, (uint32_t)n, &turn->calls);
		if (n < 0)
			break;
		if (!n)
			meter_look_soon(&meter);
		turn->packets += (uint32_t)n;
	}
	meter_stop(&meter, turn);
	kernel_socket_close(&s);
	return n < 0 ? engine_fails(why, forwards ? "forwarding" : "receiving", -n) : 0;
}

/* Waits for the echo of the packet in flight; sleeps in recv(). */
static bool await_echo(struct kernel_socket *s, bool spin, const struct pings *pings)
{
	uint8_t *packet = s->bytes;
	int flags = spin ? MSG_DONTWAIT : 0;

	while (meter_now_ns() < pings->give_up_ns) {
		ssize_t got = recv(s->fd, packet + s->skip, s->packet_size - s->skip, flags);

		if (got > 0 && packet_number_of(packet, (uint32_t)got + s->skip) == pings->number)
			return true;
	}
	return false;
}

static int ping(struct kernel_socket *s, const struct engine_setup *setup, struct pings *pings,
		char *why)
{
	const struct timeval longest = {.tv_usec = ECHO_MS * 1000};
	bool spin = setup->spin || setup->busy_poll;

	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof(longest)))
		return engine_fails(why, "time limit", errno);
	while (pings_go_on(pings)) {
		/* An echo overwrites the packet that was sent. */
		packet_make(s->bytes, setup->place, true, s->packet_size);
		packet_number(s->bytes, pings->number);
		pings_start(pings);
		if (send(s->fd, s->parts[0].iov_base, s->parts[0].iov_len, 0) < 0 &&
		    !is_passing(errno))
			return engine_fails(why, "sending", errno);
		pings_end(pings, await_echo(s, spin, pings));
	}
	return 0;
}

int kernel_ping(const struct engine_setup *setup, uint32_t count, struct engine_turn *turn,
		uint64_t *round_trips_ns, char *why)
{
	struct kernel_socket s;
	struct pings pings;
	int ret = open_for(&s, setup, KERNEL_PINGS, turn, why);

	if (ret)
		return ret;
	pings_init(&pings, round_trips_ns, count);
	ret = ping(&s, setup, &pings, why);
	kernel_socket_close(&s);
	return ret;
}
