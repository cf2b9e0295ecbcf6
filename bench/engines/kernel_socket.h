/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_socket.h - the loops of the engines on the kernel's own sockets, which
 * differ in how they open a socket and in which bytes of a packet it carries.
 */
#ifndef ZCXSK_BENCH_KERNEL_SOCKET_H
#define ZCXSK_BENCH_KERNEL_SOCKET_H

#include <sys/socket.h>

#include "meter.h"
#include "packet.h"
#include "runner.h"

enum { KERNEL_BATCH_MAX = 1024 /* messages a call; the kernel's limit */ };

/* What engine.open() opens a socket for. */
enum kernel_purpose { KERNEL_SENDS, KERNEL_MOVES, KERNEL_PINGS };

struct kernel_socket {
	int fd;
	uint32_t batch;
	uint32_t skip;		  /* bytes of the packet that the kernel writes itself */
	uint32_t segments;	  /* packets a message */
	bool single;		  /* sends by one call a packet */
	struct mmsghdr *messages; /* batch of them */
	struct iovec *parts;
	uint8_t *bytes; /* batch packets of packet_size bytes */
	uint32_t packet_size;
};

/* Prepares messages with one packet each. 0 or -errno with `why` filled; then closes fd. */
int kernel_socket_init(struct kernel_socket *s, const struct engine_setup *setup, int fd,
		       uint32_t batch, uint32_t skip, char *why);
void kernel_socket_close(struct kernel_socket *s);
/* Sets buffers for bursts, and busy polling if the setup says so. */
void kernel_socket_tune(int fd, const struct engine_setup *setup);

/* As in struct engine, on the socket that setup->engine->open() opens. */
int kernel_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		struct engine_turn *turn, char *why);
int kernel_move(const struct engine_setup *setup, bool forwards, uint64_t ns,
		struct engine_turn *turn, char *why);
int kernel_ping(const struct engine_setup *setup, uint32_t count, struct engine_turn *turn,
		uint64_t *round_trips_ns, char *why);

/*
 * A packet socket that bypasses the queueing discipline: its descriptor, or -errno
 * with `why` filled. raw_socket_bind() starts to receive, unless the socket only
 * sends; rings must exist before that.
 */
int raw_socket_open(const struct engine_setup *setup, char *why);
int raw_socket_bind(int fd, const struct engine_setup *setup, bool receives, char *why);

#endif
