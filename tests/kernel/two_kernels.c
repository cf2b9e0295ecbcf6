/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * two_kernels.c - sockets of one UMEM are all real or all simulated: the other kind is refused
 * with the reason, and opens on another UMEM, as the remedy says.
 */
#include <errno.h>

#include <zcxsk/kernel.h>
#include <zcxsk/sim.h>

#include "check.h"
#include "rig.h"

struct memory {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
};

static struct memory memory[2];
static enum zcxsk_mode real_mode;

static void make_memory(struct memory *m)
{
	CHECK_EQ("UMEM", zcxsk_umem_create(&m->umem, NULL, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&m->pool, m->umem, NULL, NULL), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&m->cache, m->pool, NULL), 0);
}

static void drop_memory(const struct memory *m)
{
	CHECK_EQ("all frames are free",
		 zcxsk_pool_available(m->pool) + zcxsk_cache_available(m->cache),
		 zcxsk_umem_frames(m->umem));
	CHECK_EQ("cache", zcxsk_cache_destroy(m->cache), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(m->pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(m->umem), 0);
}

/* Opens a socket of one kind on this memory. */
typedef int open_kind(struct zcxsk_socket **s, const struct memory *m, struct zcxsk_error *error);

static int open_real(struct zcxsk_socket **s, const struct memory *m, struct zcxsk_error *error)
{
	struct rig_opts o;

	rig_opts(&o, real_mode);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.cache = m->cache;
	return zcxsk_socket_open(s, rig_left(0), 0, &o.socket, error);
}

static struct zcxsk_sim *sim;

static int open_simulated(struct zcxsk_socket **s, const struct memory *m,
			  struct zcxsk_error *error)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.cache = m->cache;
	return zcxsk_socket_open_on(s, zcxsk_sim_kernel(sim), &o, error);
}

static void one_kind(open_kind *first, open_kind *second, const char *cause)
{
	struct zcxsk_socket *s[2] = {NULL, NULL};
	struct zcxsk_error error = {0};

	for (int i = 0; i < 2; i++)
		make_memory(&memory[i]);
	CHECK_EQ("sim", zcxsk_sim_create(&sim, NULL), 0);
	CHECK_EQ("the first socket", first(&s[0], &memory[0], &error), 0);
	CHECK_EQ("one of the other kind", second(&s[1], &memory[0], &error), -EBUSY);
	CHECK_NAMES("the kind is named", error.cause, cause);
	CHECK_NAMES("the remedy", error.remedy, "Use another UMEM");
	CHECK_EQ("it opens on another UMEM", second(&s[1], &memory[1], &error), 0);
	for (int i = 0; i < 2; i++)
		CHECK_EQ("close", zcxsk_socket_close(s[i]), 0);
	zcxsk_sim_destroy(sim);
	for (int i = 0; i < 2; i++)
		drop_memory(&memory[i]);
}

static void each_kind_first(enum zcxsk_mode mode)
{
	real_mode = mode;
	one_kind(open_real, open_simulated, "the UMEM already serves real sockets");
	one_kind(open_simulated, open_real, "the UMEM already serves simulated sockets");
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(each_kind_first);
	return 0;
}
