/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork.h - objects that a child process inherits and must not use: it would take the
 * parent's queues away, and its memory lacks the rings and the packets.
 *
 * Each object registers a node. After fork() a handler marks all nodes in the child and lets
 * objects with descriptors close them, so that the child keeps nothing of the parent's in
 * use. A child of clone() or _Fork() runs no handlers; fork_check() recognizes it by its
 * process ID.
 */
#ifndef ZCXSK_LIB_BASE_FORK_H
#define ZCXSK_LIB_BASE_FORK_H

#include <stdbool.h>
#include <sys/types.h>

struct fork_node {
	struct fork_node *next;
	struct fork_node **link; /* that points to this node; NULL = not registered */
	void (*in_child)(void *object);
	void *object;
	pid_t owner;
	bool inherited;
};

/*
 * Registers an object, whose node is zeroed. In a child in_child(object) runs once; it may
 * only close descriptors and change the object. NULL: the mark is enough. Returns 0 or
 * -ENOMEM. Any thread.
 */
int fork_register(struct fork_node *node, void (*in_child)(void *object), void *object);

/* Before the object is freed; does nothing if the node is not registered. Any thread. */
void fork_unregister(struct fork_node *node);

/* The lock is held during every fork, so that a child finds what it protects complete. */
void fork_lock(void);
void fork_unlock(void);

/* Whether the handler has marked the object, for the data path. */
static inline bool fork_is_inherited(const struct fork_node *node)
{
	return node->inherited;
}

/*
 * For calls outside the data path: 0, or -EOWNERDEAD if the object belongs to another
 * process, even if no handler ran. Makes a system call.
 */
int fork_check(const struct fork_node *node);

#endif
