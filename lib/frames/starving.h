/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * starving.h - sockets that find the pool without frames to post. While there is one, caches
 * keep nothing: a call that frees frames moves them to the pool and wakes the sockets.
 *
 * No wake-up is lost: a socket is listed only while the pool is empty, and frames reach the
 * pool under the same lock. A call that frees frames while the list is made may still use the
 * cache's old limit, as one just before would; so may frames up to that limit stay there.
 */
#ifndef ZCXSK_LIB_FRAMES_STARVING_H
#define ZCXSK_LIB_FRAMES_STARVING_H

#include "frames/memory.h"

/*
 * A socket in the list of its pool. All but `waiting` is changed under the pool's lock. The
 * owner of the socket is the only one that changes `fd`, and may read it without the lock.
 */
struct starving {
	struct starving *next;
	int fd;		/* an eventfd, readable while signalled; -1 = not created */
	bool signalled; /* frames came into the pool since the socket looked last */
	bool listed;
	bool waiting; /* the same as `listed`, for the owner of the socket */
};

/*
 * Replaces the descriptor, -1 for none, and closes the one before, to which no other thread
 * writes any more.
 */
void starving_set_fd(struct zcxsk_pool *p, struct starving *who, int fd);

/* In a child of the process, where another thread may have held the lock. */
void starving_in_child(struct starving *who);

/*
 * Lists a socket, unless the pool has frames: then false, and it should try again. Takes back
 * the signal.
 */
bool starving_begin(struct zcxsk_pool *p, struct starving *who);

/* The socket has what it needs, or needs nothing any more. */
void starving_end(struct zcxsk_pool *p, struct starving *who);

/* Whether other threads could free frames: the pool has other caches. */
bool starving_can_end(struct zcxsk_pool *p);

/* Frames came into the pool. The caller holds its lock. */
void starving_wake(struct zcxsk_pool *p);

#endif
