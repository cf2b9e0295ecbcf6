/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_proc.h - facts from /proc. */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_PROC_H
#define ZCXSK_LIB_REDIRECT_GUARD_PROC_H

#include "redirect/guard_list.h"

/* A call is repeated this often at most if a signal interrupts it. */
#define GUARD_PROC_ATTEMPTS 8

/*
 * Adds the sockets (struct guard_socket) of a protocol, "tcp" or "udp", in any of the
 * states. Returns 0 or -errno.
 */
int guard_proc_sockets(struct guard_list *list, const char *protocol, uint32_t states);

/* Adds the packet sockets (struct guard_packet_socket). Returns 0 or -errno. */
int guard_proc_packet(struct guard_list *list);

/* Reads a file into buf, terminated. Returns its length, at most size - 1, or -errno. */
int guard_proc_read(const char *path, char *buf, size_t size);

#endif
