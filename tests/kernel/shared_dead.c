/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared_dead.c - a socket whose interface was removed does not keep others from its UMEM:
 * beside a living socket, and as the only one.
 */
#include "check.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 2000u
#define FRAMES 16384u

struct memory {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
};

static void make_memory(struct memory *m)
{
	struct rig_opts o;

	rig_opts(&o, ZCXSK_MODES_ALL);
	o.umem.frames = FRAMES;
	CHECK_EQ("UMEM", zcxsk_umem_create(&m->umem, &o.umem, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&m->pool, m->umem, &o.pool, NULL), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&m->cache, m->pool, NULL), 0);
}

static void free_memory(struct memory *m)
{
	char text[200] = "";

	CHECK_EQ(text, zcxsk_pool_violation(m->pool, text, sizeof(text)), 0);
	CHECK_EQ("cache", zcxsk_cache_destroy(m->cache), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(m->pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(m->umem), 0);
}

static struct zcxsk_socket *open_sharing(const char *ifname, enum zcxsk_mode mode,
					 const struct memory *m)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.cache = m->cache;
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	return rig_open(ifname, 0, &o.socket);
}

static struct zcxsk_socket *open_dead(enum zcxsk_mode mode, const struct memory *m)
{
	struct zcxsk_socket *dead = open_sharing(rig_right(1), mode, m);

	rig_unplug(rig_right(1));
	return dead;
}

static void the_newest_is_dead(enum zcxsk_mode mode)
{
	struct zcxsk_socket *left, *right, *dead;
	struct memory m;

	make_memory(&m);
	left = open_sharing(rig_left(0), mode, &m);
	dead = open_dead(mode, &m);
	right = open_sharing(rig_right(0), mode, &m);
	traffic_run(left, right, PACKETS);
	traffic_run(right, left, PACKETS);
	zcxsk_socket_close(right);
	zcxsk_socket_close(dead);
	zcxsk_socket_close(left);
	free_memory(&m);
	rig_replug(rig_right(1));
}

static void all_are_dead(enum zcxsk_mode mode)
{
	struct zcxsk_socket *left, *right, *dead;
	struct memory m;

	make_memory(&m);
	dead = open_dead(mode, &m);
	left = open_sharing(rig_left(0), mode, &m);
	right = open_sharing(rig_right(0), mode, &m);
	traffic_run(left, right, PACKETS);
	zcxsk_socket_close(dead);
	traffic_run(right, left, PACKETS);
	zcxsk_socket_close(left);
	zcxsk_socket_close(right);
	free_memory(&m);
	rig_replug(rig_right(1));
}

int main(void)
{
	rig_setup(2);
	rig_each_mode(the_newest_is_dead);
	rig_each_mode(all_are_dead);
	return 0;
}
