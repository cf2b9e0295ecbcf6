/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_socket.h - what the engines on the kernel's own sockets have in
 * common: messages that all point to one packet, and loops over them. Datagram
 * sockets and raw packet sockets differ only in how they are opened and in
 * which bytes are theirs.
 */
#ifndef ZCXSK_BENCH_KERNEL_SOCKET_H
#define ZCXSK_BENCH_KERNEL_SOCKET_H

#include <sys/socket.h>

#include "fails.h"
#include "meter.h"
#include "runner.h"
#include "packet.h"

enum { KERNEL_BATCH_MAX = 1024 /* messages a call; what the kernel takes at most */ };

struct kernel_socket {
	int fd;
	uint32_t batch;
	uint32_t skip;		  /* bytes of the packet that the kernel writes itself */
	bool single;		  /* sends by one call a packet */
	bool turn_back;		  /* when forwarding, the MAC addresses are ours to swap */
	struct mmsghdr *messages; /* batch of them */
	struct iovec *parts;
	uint8_t *bytes; /* batch packets of packet_size bytes */
	uint32_t packet_size;
};

/* Messages with the packet in each. 0 or -errno with `why` filled; closes fd then. */
int kernel_socket_init(struct kernel_socket *s, const struct engine_setup *setup, int fd,
		       uint32_t skip, char *why);
void kernel_socket_close(struct kernel_socket *s);

int kernel_socket_send(struct kernel_socket *s, const struct engine_setup *setup, uint64_t ns,
		       uint64_t rate, struct engine_turn *turn, char *why);
int kernel_socket_receive(struct kernel_socket *s, const struct engine_setup *setup, uint64_t ns,
			  struct engine_turn *turn, char *why);
int kernel_socket_forward(struct kernel_socket *s, const struct engine_setup *setup, uint64_t ns,
			  struct engine_turn *turn, char *why);
int kernel_socket_ping(struct kernel_socket *s, const struct engine_setup *setup, uint32_t count,
		       uint64_t *round_trips_ns, char *why);

/* A receive buffer for bursts, and busy polling where it is asked for. */
void kernel_socket_tune(int fd, const struct engine_setup *setup);

#endif
