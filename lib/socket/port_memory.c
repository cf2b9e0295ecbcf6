/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port_memory.c - the frames of a port: one UMEM for all queues, one per NUMA node,
 * or one per queue; and a cache for each queue.
 */
#include "socket/port.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "explain/explain.h"
#include "frames/left_behind.h"
#include "datapath/fill.h"
#include "datapath/outstanding.h"
#include "datapath/socket.h"
#include "socket/frames_plan.h"
#include "socket/plan.h"

/* ---- NUMA ------------------------------------------------------------------ */

/* The most nodes that a kernel can be built for; policies are masks of them. */
#define NODES_MAX 1024u
#define MASK_BITS (8u * sizeof(unsigned long))

/* The memory policy of a thread. */
struct policy {
	int mode;
	unsigned long nodes[NODES_MAX / MASK_BITS];
};

static int read_policy(struct policy *policy)
{
	return syscall(SYS_get_mempolicy, &policy->mode, policy->nodes, (unsigned long)NODES_MAX,
		       NULL, 0ul)
		       ? -errno
		       : 0;
}

/* The kernel uses one bit less than the given number. */
static int set_policy(const struct policy *policy)
{
	return syscall(SYS_set_mempolicy, policy->mode, policy->nodes, (unsigned long)NODES_MAX + 1)
		       ? -errno
		       : 0;
}

/* Lets this thread allocate from the node. A kernel without NUMA has only node 0. */
static int prefer_node(struct policy *before, int32_t node)
{
	struct policy policy = {.mode = MPOL_PREFERRED};
	int ret;

	if (node >= (int32_t)NODES_MAX)
		return -EINVAL;
	ret = read_policy(before);
	if (ret == -ENOSYS)
		return node ? -EINVAL : 0;
	if (ret)
		return ret;
	policy.nodes[(uint32_t)node / MASK_BITS] = 1ul << (uint32_t)node % MASK_BITS;
	return set_policy(&policy);
}

/* The node for a queue's memory, -1 = any. */
static int32_t node_of(const struct zcxsk_port *p, uint32_t queue)
{
	if (p->nodes)
		return p->nodes[queue % p->opts.node_count];
	return p->opts.memory == ZCXSK_PORT_MEMORY_PER_NODE ? p->nic.numa_node : -1;
}

static int create_umem(struct zcxsk_umem **umem, const struct zcxsk_umem_opts *opts, int32_t node,
		       struct zcxsk_error *error)
{
	struct policy before = {.mode = MPOL_DEFAULT};
	int ret;

	if (node < 0)
		return zcxsk_umem_create(umem, opts, error);
	ret = prefer_node(&before, node);
	if (ret)
		return explain_text(error, "create packet memory", ret,
				    "`lscpu` shows the NUMA nodes; -1 means any node.",
				    "memory cannot be allocated on NUMA node %d", node);
	/* This touches the pages, so they are allocated before the policy is restored. */
	ret = zcxsk_umem_create(umem, opts, error);
	set_policy(&before);
	return ret;
}

/* ---- memory ---------------------------------------------------------------- */

int64_t port_share(const struct zcxsk_port *p, uint32_t queue)
{
	switch (p->opts.memory) {
	case ZCXSK_PORT_MEMORY_PER_QUEUE:
		return queue;
	case ZCXSK_PORT_MEMORY_PER_NODE:
		return node_of(p, queue);
	default:
		return 0;
	}
}

struct port_memory *port_find_memory(const struct zcxsk_port *p, uint32_t queue)
{
	struct port_memory *m = p->memories;

	while (m && m->share != port_share(p, queue))
		m = m->next;
	return m;
}

struct zcxsk_pool *port_find_pool(const struct zcxsk_port *p, uint32_t queue)
{
	const struct port_memory *m;

	if (p->caches)
		return p->caches[queue % p->opts.cache_count]->pool;
	if (p->opts.pool)
		return p->opts.pool;
	m = port_find_memory(p, queue);
	return m ? m->pool : NULL;
}

bool port_share_frames(const struct zcxsk_port *p, uint32_t a, uint32_t b)
{
	if (p->caches)
		return p->caches[a % p->opts.cache_count]->pool ==
		       p->caches[b % p->opts.cache_count]->pool;
	return p->opts.pool || port_share(p, a) == port_share(p, b);
}

uint32_t port_sharers(const struct zcxsk_port *p, uint32_t a, uint32_t first, uint32_t n)
{
	uint32_t sharers = 0;

	for (uint32_t q = first; q < n; q++)
		sharers += port_share_frames(p, a, q);
	return sharers;
}

/* By default as many as a socket's own memory has. */
uint64_t port_frames_each(const struct zcxsk_port *p)
{
	return p->umem_opts.frames ? p->umem_opts.frames : frames_default(&p->socket_opts, &p->nic);
}

static int fill_memory(const struct zcxsk_port *p, struct port_memory *m, uint32_t queue,
		       uint32_t n, struct zcxsk_error *error)
{
	struct zcxsk_umem_opts u = p->umem_opts;
	int ret;

	u.frames = 0;
	for (uint32_t q = 0; q < n; q++)
		u.frames += port_share(p, q) == m->share ? port_frames_each(p) : 0;
	u.frame_size = plan_frame_size(&u, &p->socket_opts, &p->nic);
	ret = create_umem(&m->umem, &u, node_of(p, queue), error);
	if (!ret)
		ret = zcxsk_pool_create(&m->pool, m->umem, &p->pool_opts, error);
	return ret;
}

static void free_memory(struct port_memory *m)
{
	zcxsk_pool_destroy(m->pool);
	zcxsk_umem_destroy(m->umem);
	free(m);
}

/* The pool for a queue, created for the first queue that needs it. */
static int get_pool(struct zcxsk_port *p, uint32_t queue, uint32_t n, struct zcxsk_pool **pool,
		    struct zcxsk_error *error)
{
	struct port_memory *m = port_find_memory(p, queue);
	int ret;

	if (m) {
		*pool = m->pool;
		return 0;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return explain_text(error, "create packet memory", -ENOMEM, "", "out of memory");
	m->share = port_share(p, queue);
	ret = fill_memory(p, m, queue, n, error);
	if (ret) {
		free_memory(m);
		return ret;
	}
	pthread_mutex_lock(&p->lock);
	m->next = p->memories;
	p->memories = m;
	pthread_mutex_unlock(&p->lock);
	*pool = m->pool;
	return 0;
}

int port_get_cache(struct zcxsk_port *p, uint32_t queue, uint32_t n, struct zcxsk_cache **cache,
		   struct zcxsk_error *error)
{
	struct zcxsk_pool *pool = p->opts.pool;
	int ret = 0;

	if (p->caches) {
		*cache = p->caches[queue % p->opts.cache_count];
		return 0;
	}
	if (!pool)
		ret = get_pool(p, queue, n, &pool, error);
	if (!ret)
		ret = zcxsk_cache_create(&p->queue[queue].cache, pool, error);
	if (ret)
		port_drop_cache(p, queue);
	*cache = p->queue[queue].cache;
	return ret;
}

void port_drop_cache(struct zcxsk_port *p, uint32_t queue)
{
	struct port_memory **at = &p->memories;

	zcxsk_cache_destroy(p->queue[queue].cache);
	p->queue[queue].cache = NULL;
	while (*at) {
		struct port_memory *m = *at;

		if (m->pool->caches) {
			at = &m->next;
			continue;
		}
		pthread_mutex_lock(&p->lock);
		*at = m->next;
		pthread_mutex_unlock(&p->lock);
		free_memory(m);
	}
}

uint64_t port_frames_held(const struct zcxsk_port *p)
{
	int64_t held = 0;

	for (const struct port_memory *m = p->memories; m; m = m->next)
		held += (int64_t)(m->umem->frames - left_count(m->pool) -
				  zcxsk_pool_available(m->pool));
	for (uint32_t q = 0; port_owns_memory(p) && q < p->queues; q++) {
		const struct zcxsk_socket *s = p->queue[q].socket;

		held -= (int64_t)s->cache->stack.count + fill_posted(s) + outstanding_count(s) +
			s->out.strays.lost;
	}
	return (uint64_t)held;
}
