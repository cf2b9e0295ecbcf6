/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * release.h - frames that the queue of a closed socket still has: which they are, and when
 * the kernel has released that queue. It does so in its own time without notification, but
 * does not bind another socket to the queue before.
 */
#ifndef ZCXSK_LIB_SOCKET_RELEASE_H
#define ZCXSK_LIB_SOCKET_RELEASE_H

#include "datapath/socket.h"

/* Whether the queue may be busy because the library itself tried it, see probed.h. */
bool release_is_pending(const struct zcxsk_socket *s);

/* The socket is bound: the kernel has released the queue that was there before. */
void release_bound(struct zcxsk_socket *s);

/* Stores the addresses of all frames that the ledger gives to the kernel's end of s. */
uint32_t release_list(const struct zcxsk_socket *s, uint64_t *frames);

/* The queue of a socket that is not going to be open has the n frames posted last. */
void release_posted(struct zcxsk_socket *s, uint32_t n);

/*
 * A closed socket leaves the frames that its queue has. Those of caller-supplied memory
 * return to the pool before this ends, unless the kernel needs longer than a second, or the
 * application holds frames that cannot be told from them.
 */
void release_leave(struct zcxsk_socket *s);

#define RELEASE_NS 1000000000ull /* most kernels need 20 to 70 ms */

/* Waits until the kernel has released the queues of closed sockets, as far as it is known. */
void release_await(struct zcxsk_pool *pool, uint64_t timeout_ns);

/* The same for the queue of s alone: another one may have got a new owner. */
void release_await_own(const struct zcxsk_socket *s, uint64_t timeout_ns);

/* Returns frames that closed sockets left behind, without waiting. Owner of the cache. */
void release_try(struct zcxsk_cache *c);

#endif
