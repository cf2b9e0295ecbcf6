/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork.c - the list of all objects of this process. It is global, because a fork is: the
 * handler of pthread_atfork() has no argument. Unloading the library removes the handler.
 */
#include "base/fork.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

static struct {
	pthread_mutex_t lock;
	bool watching; /* the handlers are installed */
	struct fork_node *first;
	struct fork_node *at_fork; /* the first node when the fork began; later ones precede it */
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Handlers of the application may open and close objects while the fork holds the lock. */
static _Thread_local bool forking;

void fork_lock(void)
{
	if (!forking)
		pthread_mutex_lock(&registry.lock);
}

void fork_unlock(void)
{
	if (!forking)
		pthread_mutex_unlock(&registry.lock);
}

static void begin(void)
{
	fork_lock();
	registry.at_fork = registry.first;
	forking = true;
}

static void end(void)
{
	forking = false;
	fork_unlock();
}

/* Nodes of the parent's parent are marked already. */
static void mark_all(void)
{
	for (struct fork_node *n = registry.at_fork; n; n = n->next) {
		if (n->inherited)
			continue;
		n->inherited = true;
		if (n->in_child)
			n->in_child(n->object);
	}
	end();
}

static int watch_forks(void)
{
	if (!registry.watching)
		registry.watching = !pthread_atfork(begin, end, mark_all);
	return registry.watching ? 0 : -ENOMEM;
}

int fork_register(struct fork_node *node, void (*in_child)(void *object), void *object)
{
	int ret;

	fork_lock();
	ret = watch_forks();
	if (!ret) {
		*node = (struct fork_node){.next = registry.first,
					   .link = &registry.first,
					   .in_child = in_child,
					   .object = object,
					   .owner = getpid()};
		if (node->next)
			node->next->link = &node->next;
		registry.first = node;
	}
	fork_unlock();
	return ret;
}

void fork_unregister(struct fork_node *node)
{
	if (!node->link)
		return;
	fork_lock();
	if (registry.at_fork == node)
		registry.at_fork = node->next;
	*node->link = node->next;
	if (node->next)
		node->next->link = node->link;
	node->link = NULL;
	fork_unlock();
}

int fork_check(const struct fork_node *node)
{
	/* A node that is not registered has no owner. */
	if (node->inherited || (node->owner && node->owner != getpid()))
		return -EOWNERDEAD;
	return 0;
}
