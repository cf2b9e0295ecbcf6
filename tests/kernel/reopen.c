/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reopen.c - sockets are opened and closed again and again on memory of the caller's: the
 * pool gets back the frames that a queue had, with and without the ledger, except while the
 * application holds frames that cannot be told from them.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "monotonic.h"
#include "rig.h"
#include "traffic.h"

#define FRAMES 8192u
#define CYCLES 9u /* as many as once emptied a pool of the default size */
#define PACKETS 300u
#define HELD 16u /* frames that the application keeps */

struct memory {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *caches[2];
};

static void make_memory(struct memory *m, uint32_t pool_flags, unsigned caches)
{
	struct zcxsk_umem_opts u;
	struct zcxsk_pool_opts p;

	zcxsk_umem_opts_init(&u);
	zcxsk_pool_opts_init(&p);
	u.frames = FRAMES;
	u.frame_size = rig_frame_size();
	p.flags = pool_flags;
	CHECK_EQ("UMEM", zcxsk_umem_create(&m->umem, &u, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&m->pool, m->umem, &p, NULL), 0);
	m->caches[1] = NULL;
	for (unsigned i = 0; i < caches; i++)
		CHECK_EQ("cache", zcxsk_cache_create(&m->caches[i], m->pool, NULL), 0);
}

static void free_memory(struct memory *m)
{
	for (unsigned i = 0; i < 2; i++)
		CHECK_EQ("the cache can be destroyed", zcxsk_cache_destroy(m->caches[i]), 0);
	CHECK_EQ("no frame is left behind", zcxsk_pool_left_behind(m->pool), 0);
	CHECK_EQ("no frame is missing", zcxsk_pool_available(m->pool), FRAMES);
	CHECK_EQ("no ownership violation", zcxsk_pool_violation(m->pool, NULL, 0), 0);
	CHECK_EQ("the pool can be destroyed", zcxsk_pool_destroy(m->pool), 0);
	CHECK_EQ("the UMEM can be destroyed", zcxsk_umem_destroy(m->umem), 0);
}

static struct zcxsk_socket *open_patient(struct zcxsk_cache *cache, const char *ifname,
					 enum zcxsk_mode mode, uint64_t busy_timeout_ns)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.cache = cache;
	o.socket.busy_timeout_ns = busy_timeout_ns;
	return rig_open(ifname, 0, &o.socket);
}

static struct zcxsk_socket *open_on(struct zcxsk_cache *cache, const char *ifname,
				    enum zcxsk_mode mode)
{
	return open_patient(cache, ifname, mode, 0);
}

/* As long as this descriptor is open, the kernel does not release the queue of the socket. */
static int hold_queue(const struct zcxsk_socket *s)
{
	int fd = dup(zcxsk_socket_fd(s));

	CHECK("the queue is held", fd >= 0);
	return fd;
}

static void check_whole(const char *behaviour, struct memory *m)
{
	CHECK_EQ(behaviour, zcxsk_pool_left_behind(m->pool), 0);
	CHECK_EQ(behaviour, zcxsk_pool_available(m->pool), FRAMES);
}

/* ---- alone on its memory ------------------------------------------------------- */

static void cycles(enum zcxsk_mode mode, uint32_t pool_flags)
{
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode), *s;
	uint64_t posted = 0;
	struct memory m;

	make_memory(&m, pool_flags, 1);
	for (unsigned i = 0; i < CYCLES; i++) {
		struct zcxsk_stats st;

		s = open_on(m.caches[0], rig_left(0), mode);
		st = rig_stats(s);
		posted = posted ? posted : st.in_fill_ring + st.in_kernel_rx;
		CHECK_EQ("each socket posts as many frames as the first",
			 st.in_fill_ring + st.in_kernel_rx, posted);
		traffic_run(s, peer, PACKETS);
		traffic_run(peer, s, PACKETS);
		if (i % 2)
			CHECK_EQ("a reopened socket can be rebuilt", zcxsk_socket_rebuild(s, NULL),
				 0);
		CHECK_EQ("all are completed", zcxsk_socket_close(s), 0);
		check_whole("the pool is whole after a close", &m);
	}
	free_memory(&m);
	zcxsk_socket_close(peer);
}

static void without_ledger(enum zcxsk_mode mode)
{
	cycles(mode, 0);
}

static void with_ledger(enum zcxsk_mode mode)
{
	cycles(mode, ZCXSK_POOL_CHECK);
}

/* ---- the program works its rings -------------------------------------------------- */

/* Nothing is free again before the kernel has released the queue. */
static void own_rings(enum zcxsk_mode mode)
{
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode), *s;
	struct zcxsk_stats st;
	struct memory m;
	int queue;

	make_memory(&m, ZCXSK_POOL_CHECK, 1);
	s = open_patient(m.caches[0], rig_left(0), mode, UINT64_MAX);
	st = rig_stats(s);
	CHECK("the program receives", zcxsk_socket_fill_ring(s));
	traffic_send_all(peer, 0, PACKETS);
	queue = hold_queue(s);
	zcxsk_socket_close(s);
	CHECK_EQ("frames stay with the kernel", zcxsk_pool_left_behind(m.pool),
		 st.in_fill_ring + st.in_kernel_rx);
	close(queue);
	zcxsk_socket_close(open_on(m.caches[0], rig_left(0), mode));
	check_whole("the pool is whole after the next socket", &m);
	s = open_on(m.caches[0], rig_left(0), mode);
	CHECK("the program receives", zcxsk_socket_fill_ring(s));
	zcxsk_socket_close(s);
	check_whole("the pool is whole after a close that waits", &m);
	free_memory(&m);
	zcxsk_socket_close(peer);
}

/* ---- other users of the frames -------------------------------------------------- */

/* Frames of the application may be among those of the queue: without the ledger they wait. */
static void while_frames_are_held(enum zcxsk_mode mode)
{
	uint64_t held[HELD], left;
	struct zcxsk_socket *s;
	struct memory m;

	make_memory(&m, 0, 2);
	s = open_on(m.caches[0], rig_left(0), mode);
	CHECK_EQ("the application takes frames", zcxsk_cache_alloc(m.caches[1], held, HELD), HELD);
	zcxsk_socket_close(s);
	left = zcxsk_pool_left_behind(m.pool);
	CHECK("the frames of the queue are reported", left > 0);
	CHECK_EQ("all others are free",
		 zcxsk_pool_available(m.pool) + zcxsk_cache_available(m.caches[1]),
		 FRAMES - left - HELD);
	CHECK_EQ("held frames can be freed", zcxsk_cache_free(m.caches[1], held, HELD), HELD);
	s = open_on(m.caches[1], rig_left(0), mode);
	CHECK_EQ("the next open returns them", zcxsk_pool_left_behind(m.pool), 0);
	zcxsk_socket_close(s);
	check_whole("then the pool is whole", &m);
	free_memory(&m);
}

/* The ledger knows them. */
static void while_frames_are_held_in_a_ledger(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s;
	uint64_t held[HELD];
	struct memory m;

	make_memory(&m, ZCXSK_POOL_CHECK, 2);
	s = open_on(m.caches[0], rig_left(0), mode);
	CHECK_EQ("the application takes frames", zcxsk_cache_alloc(m.caches[1], held, HELD), HELD);
	zcxsk_socket_close(s);
	CHECK_EQ("the frames of the queue are back", zcxsk_pool_left_behind(m.pool), 0);
	CHECK_EQ("held frames can be freed", zcxsk_cache_free(m.caches[1], held, HELD), HELD);
	free_memory(&m);
}

/* The frames of two sockets cannot be told apart, but all are free when both are closed. */
static void two_sockets(enum zcxsk_mode mode)
{
	struct zcxsk_socket *a, *b;
	struct memory m;

	make_memory(&m, 0, 2);
	for (unsigned i = 0; i < 3; i++) {
		a = open_on(m.caches[0], rig_left(0), mode);
		b = open_on(m.caches[1], rig_right(0), mode);
		traffic_run(a, b, PACKETS);
		traffic_run(b, a, PACKETS);
		zcxsk_socket_close(a);
		CHECK("the frames of the first wait for the second",
		      zcxsk_pool_left_behind(m.pool) > 0);
		zcxsk_socket_close(b);
		check_whole("the pool is whole when both are closed", &m);
	}
	free_memory(&m);
}

static void two_sockets_in_a_ledger(enum zcxsk_mode mode)
{
	struct zcxsk_socket *a, *b;
	struct memory m;

	make_memory(&m, ZCXSK_POOL_CHECK, 2);
	b = open_on(m.caches[1], rig_right(0), mode);
	for (unsigned i = 0; i < CYCLES; i++) {
		a = open_on(m.caches[0], rig_left(0), mode);
		traffic_run(a, b, PACKETS);
		traffic_run(b, a, PACKETS);
		zcxsk_socket_close(a);
		CHECK_EQ("the frames of a queue are back while another socket works",
			 zcxsk_pool_left_behind(m.pool), 0);
	}
	zcxsk_socket_close(b);
	free_memory(&m);
}

/* Returns how long a close on the other interface takes; some drivers reset the card then. */
static uint64_t time_of_close(struct memory *m, enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = open_on(m->caches[0], rig_right(0), mode);
	uint64_t from = monotonic_ns();

	zcxsk_socket_close(s);
	return monotonic_ns() - from;
}

/* Close and open do not wait for a queue that another program has by now. */
static void while_a_queue_has_another_owner(enum zcxsk_mode mode)
{
	struct zcxsk_socket *owner, *s;
	struct memory m, others;
	uint64_t usual;
	int queue;

	make_memory(&m, ZCXSK_POOL_CHECK, 1);
	usual = time_of_close(&m, mode);
	make_memory(&others, ZCXSK_POOL_CHECK, 1);
	s = open_patient(m.caches[0], rig_left(0), mode, UINT64_MAX);
	queue = hold_queue(s);
	zcxsk_socket_close(s);
	CHECK("nobody waited for the queue", zcxsk_pool_left_behind(m.pool) > 0);
	close(queue);
	owner = open_on(others.caches[0], rig_left(0), mode);
	CHECK("a close waits for its own queue only",
	      time_of_close(&m, mode) < usual + 900000000ull);
	zcxsk_socket_close(owner);
	zcxsk_socket_close(open_on(m.caches[0], rig_left(0), mode));
	free_memory(&m);
	free_memory(&others);
}

/*
 * A close learns of the release by a bind of its own, which must not stand in the way. The
 * program is attached all the time, since that gives the kernel time.
 */
static void without_patience(enum zcxsk_mode mode)
{
	struct zcxsk_redirect *redirect;
	struct rig_opts o;
	struct memory m;

	make_memory(&m, ZCXSK_POOL_CHECK, 1);
	rig_opts(&o, mode);
	o.redirect.modes = mode;
	CHECK_EQ("program",
		 zcxsk_redirect_attach(&redirect, rig_left(0), o.socket.redirect_opts, NULL), 0);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.redirect_opts = NULL;
	o.socket.redirect = redirect;
	o.socket.cache = m.caches[0];
	for (unsigned i = 0; i < CYCLES; i++) {
		o.socket.busy_timeout_ns = 0;
		zcxsk_socket_close(rig_open(rig_left(0), 0, &o.socket));
		check_whole("a close waits for the release", &m);
		o.socket.busy_timeout_ns = UINT64_MAX;
		zcxsk_socket_close(rig_open(rig_left(0), 0, &o.socket));
		o.socket.busy_timeout_ns = 0;
		zcxsk_socket_close(rig_open(rig_left(0), 0, &o.socket));
	}
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	free_memory(&m);
}

/* ---- a kernel without cookies of namespaces ---------------------------------------- */

/* From now on the socket option does not exist, as before Linux 5.14. */
static void forbid_cookies(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsockopt, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SO_NETNS_COOKIE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOPROTOOPT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	CHECK_EQ("filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void on_an_old_kernel(void *unused)
{
	uint64_t cookie;
	socklen_t length = sizeof(cookie);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)unused;
	forbid_cookies();
	CHECK("there are no cookies",
	      getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) &&
		      errno == ENOPROTOOPT);
	close(fd);
	rig_each_mode(two_sockets_in_a_ledger);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(without_ledger);
	rig_each_mode(with_ledger);
	rig_each_mode(own_rings);
	rig_each_mode(while_frames_are_held);
	rig_each_mode(while_frames_are_held_in_a_ledger);
	rig_each_mode(two_sockets);
	rig_each_mode(two_sockets_in_a_ledger);
	rig_each_mode(while_a_queue_has_another_owner);
	rig_each_mode(without_patience);
	child_run("the release is noticed on old kernels", on_an_old_kernel, NULL);
	return 0;
}
