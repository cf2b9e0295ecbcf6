/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leaks.c - opening and closing, and failing to open at every step, leave no file, no
 * mapping and no BPF program behind.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "check.h"
#include "resources.h"
#include "rig.h"

#define ROUNDS 6u    /* enough to tell a leak of one per round from malloc's own mappings */
#define FRAMES 1024u /* few, since many UMEMs are created */
#define GONE_NS 20000000000ull /* the kernel frees programs asynchronously */
#define PAUSE_MS 5

/* Waits until the kernel has freed the program. */
static void check_program_gone(uint32_t id)
{
	uint64_t deadline = rig_now() + GONE_NS;
	int fd;

	while ((fd = bpf_prog_get_fd_by_id(id)) >= 0) {
		close(fd);
		CHECK("the BPF program is freed", rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
}

static void small_opts(struct rig_opts *o, enum zcxsk_mode mode)
{
	rig_opts(o, mode);
	o->umem.frames = FRAMES;
	/* Small rings: ThreadSanitizer splits its own mappings at each large one. */
	o->socket.fill_ring_size = FRAMES;
}

static uint32_t succeed(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s;
	struct rig_opts o;
	uint32_t id;

	small_opts(&o, mode);
	s = rig_open(rig_left(0), 0, &o.socket);
	id = rig_program(rig_left(0));
	CHECK("an open socket has its program on the interface", id);
	zcxsk_socket_close(s);
	CHECK_EQ("a close detaches the program", rig_program(rig_left(0)), 0);
	return id;
}

static void fail_at(const char *behaviour, const struct zcxsk_socket_opts *opts, int code)
{
	struct zcxsk_error error;

	rig_open_refused(behaviour, rig_left(0), 0, opts, code, &error);
}

/* Fails once at each step that can be made to fail from outside. */
static void fail_everywhere(enum zcxsk_mode mode)
{
	struct zcxsk_redirect *redirect;
	struct rig_opts o;

	small_opts(&o, mode);
	o.socket.rx_ring_size = 1;
	fail_at("options", &o.socket, -EINVAL);
	small_opts(&o, mode);
	o.umem.frame_size = 3000;
	fail_at("UMEM", &o.socket, -EINVAL);
	small_opts(&o, mode);
	o.pool.flags = 1u << 31;
	fail_at("pool", &o.socket, -EINVAL);
	small_opts(&o, mode);
	o.umem.frames = 2;
	fail_at("plan", &o.socket, -ENOMEM);
	small_opts(&o, mode);
	o.redirect.confirm_ns = ZCXSK_CONFIRM_MAX_NS + 1;
	fail_at("attach", &o.socket, -EINVAL);
	if (!(rig_modes_there() & ~(uint32_t)ZCXSK_MODE_GENERIC_COPY))
		return;
	/* A redirect that allows only the other kind of XDP. */
	small_opts(&o, mode);
	o.redirect.modes =
		mode == ZCXSK_MODE_GENERIC_COPY ? ZCXSK_MODE_NATIVE_COPY : ZCXSK_MODE_GENERIC_COPY;
	CHECK_EQ("redirect", zcxsk_redirect_attach(&redirect, rig_left(0), &o.redirect, NULL), 0);
	o.socket.redirect = redirect;
	o.socket.redirect_opts = NULL;
	fail_at("mode", &o.socket, -EOPNOTSUPP);
	CHECK_EQ("a refused socket releases the redirect", zcxsk_redirect_detach(redirect), 0);
}

struct memory {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
};

static void make_memory(struct memory *m, const struct rig_opts *o)
{
	CHECK_EQ("UMEM", zcxsk_umem_create(&m->umem, &o->umem, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&m->pool, m->umem, &o->pool, NULL), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&m->cache, m->pool, NULL), 0);
}

static void free_memory(struct memory *m)
{
	CHECK_EQ("a refused socket releases the cache", zcxsk_cache_destroy(m->cache), 0);
	CHECK_EQ("all frames are in the pool", zcxsk_pool_available(m->pool), FRAMES);
	CHECK_EQ("no ownership violation", zcxsk_pool_violation(m->pool, NULL, 0), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(m->pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(m->umem), 0);
}

/*
 * The queue is busy, so the last step, bind, fails after all others succeeded, and the
 * frames already posted return to the caller's pool.
 */
static void fail_at_bind(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	unsigned files = resources_files(), maps;
	struct memory m;
	struct rig_opts o;

	small_opts(&o, mode);
	make_memory(&m, &o);
	maps = resources_mappings();
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.cache = m.cache;
	o.socket.redirect_opts = NULL;
	o.socket.redirect = zcxsk_socket_redirect(s);
	o.socket.busy_timeout_ns = UINT64_MAX;
	for (unsigned i = 0; i < ROUNDS; i++) {
		fail_at("bind", &o.socket, -EBUSY);
		CHECK_EQ("a failing bind keeps no frame",
			 zcxsk_pool_available(m.pool) + zcxsk_cache_available(m.cache), FRAMES);
	}
	CHECK_EQ("failing binds leave no file", resources_files(), files);
	CHECK("failing binds leave no mapping", resources_mappings() < maps + ROUNDS);
	free_memory(&m);
	zcxsk_socket_close(s);
}

static void nothing_stays(enum zcxsk_mode mode)
{
	unsigned files, maps;
	uint32_t id;

	/* Runs once before counting, because files that libraries open once are no leak. */
	succeed(mode);
	fail_everywhere(mode);
	files = resources_files();
	maps = resources_mappings();
	for (unsigned i = 0; i < ROUNDS; i++) {
		fail_everywhere(mode);
		id = succeed(mode);
	}
	CHECK_EQ("no file stays open", resources_files(), files);
	CHECK("no mapping stays", resources_mappings() < maps + ROUNDS);
	check_program_gone(id);
	fail_at_bind(mode);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(nothing_stays);
	return 0;
}
