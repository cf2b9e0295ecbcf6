/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork.c MAP - a child of fork() gets -EOWNERDEAD, or no packets, from every function on the
 * objects of its parent, also if the fork comes at a bad moment; it keeps no descriptor of
 * theirs, and opens objects of its own. The parent notices nothing.
 *
 * Not a Criterion test, because Criterion forks itself.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zcxsk/sim.h>

#include "check.h"
#include "child.h"
#include "inherited.h"

#define FRAMES 8192u
#define BURST 16u
#define FORKS 100u
#define PATIENCE_S 60 /* for a child; then it hangs */
#define PATIENCE_NS 1000000000ull

/* A set of objects, and the simulated kernel of its socket. */
struct set {
	struct inherited objects;
	struct zcxsk_sim *sim;
	bool tokens;
};

static void open_memory(struct inherited *o, uint32_t pool_flags)
{
	struct zcxsk_umem_opts u;
	struct zcxsk_pool_opts p;

	zcxsk_umem_opts_init(&u);
	u.frames = FRAMES;
	zcxsk_pool_opts_init(&p);
	p.flags = pool_flags;
	CHECK_EQ("UMEM", zcxsk_umem_create(&o->umem, &u, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&o->pool, o->umem, &p, NULL), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&o->cache, o->pool, NULL), 0);
	CHECK_EQ("handoff", zcxsk_handoff_create(&o->handoff, o->pool, NULL, NULL), 0);
}

static struct set open_set(uint32_t pool_flags, uint32_t socket_flags, uint32_t tokens)
{
	struct zcxsk_socket_opts opts;
	struct set set = {0};

	open_memory(&set.objects, pool_flags);
	set.tokens = tokens != ZCXSK_TOKENS_OFF;
	CHECK_EQ("sim", zcxsk_sim_create(&set.sim, NULL), 0);
	zcxsk_socket_opts_init(&opts);
	opts.cache = set.objects.cache;
	opts.flags = socket_flags;
	opts.tokens = tokens;
	CHECK_EQ("socket",
		 zcxsk_socket_open_on(&set.objects.socket, zcxsk_sim_kernel(set.sim), &opts, NULL),
		 0);
	zcxsk_sim_set_memory(set.sim, zcxsk_umem_base(set.objects.umem),
			     zcxsk_umem_size(set.objects.umem));
	return set;
}

static void close_set(struct set *set)
{
	struct inherited *o = &set->objects;
	struct zcxsk_packet p;

	CHECK_EQ("nothing is in flight", zcxsk_socket_close(o->socket), 0);
	zcxsk_sim_destroy(set->sim);
	while (zcxsk_handoff_pop(o->handoff, &p, 1))
		CHECK_EQ("free", zcxsk_cache_free(o->cache, &p.addr, 1), 1);
	CHECK_EQ("handoff", zcxsk_handoff_destroy(o->handoff), 0);
	CHECK_EQ("cache", zcxsk_cache_destroy(o->cache), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(o->pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(o->umem), 0);
}

/* ---- traffic ----------------------------------------------------------------- */

static void send_some(struct set *set)
{
	struct zcxsk_packet p[BURST];
	struct zcxsk_stats stats;

	zcxsk_stats_init(&stats);
	CHECK_EQ("allocated", zcxsk_tx_alloc(set->objects.socket, p, BURST, 60), BURST);
	CHECK_EQ("sent", zcxsk_tx_burst(set->objects.socket, p, BURST), BURST);
	CHECK_EQ("stats", zcxsk_socket_read_stats(set->objects.socket, &stats), 0);
}

static void receive_some(struct set *set)
{
	struct zcxsk_packet p[BURST];
	uint32_t n;

	for (uint32_t i = 0; i < BURST; i++)
		CHECK_EQ("arrival", zcxsk_sim_receive(set->sim, NULL, 60), 0);
	CHECK_EQ("received", zcxsk_rx_wait(set->objects.socket, p, BURST, PATIENCE_NS, &n), 0);
	CHECK_EQ("received", n, BURST);
	CHECK_EQ("released", zcxsk_packet_release(set->objects.socket, p, n), n);
}

/* Completes packets whose tokens are not fetched yet. */
static void send_tokens(struct set *set)
{
	struct zcxsk_packet p[BURST];
	uint64_t tokens[BURST];

	for (uint32_t i = 0; i < BURST; i++)
		tokens[i] = i;
	CHECK_EQ("allocated", zcxsk_tx_alloc(set->objects.socket, p, BURST, 60), BURST);
	CHECK_EQ("sent", zcxsk_tx_burst_tokens(set->objects.socket, p, tokens, BURST), BURST);
	CHECK_EQ("all completed", zcxsk_tx_drain(set->objects.socket, PATIENCE_NS), 0);
}

static struct zcxsk_socket_info info_of(const struct zcxsk_socket *socket)
{
	struct zcxsk_socket_info info;

	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(socket, &info), 0);
	return info;
}

/* Leaves something in every place that a child could mistake for its own. */
static void use(struct set *set)
{
	struct inherited *o = &set->objects;
	struct zcxsk_socket_info info;
	const struct zcxsk_packet *view;
	struct zcxsk_packet p[BURST];
	uint64_t frame;
	uint32_t n;

	if (set->tokens)
		send_tokens(set);
	info = info_of(o->socket);
	if (info.tx_ring_size)
		send_some(set);
	if (info.rx_ring_size) {
		receive_some(set);
		for (uint32_t i = 0; i < BURST; i++)
			CHECK_EQ("arrival", zcxsk_sim_receive(set->sim, NULL, 60), 0);
		/* A view that is held, and packets after it. */
		n = zcxsk_rx_view(o->socket, &view, BURST / 2);
		CHECK_EQ("view", n, BURST / 2);
		memcpy(p, view, n * sizeof(*p));
		CHECK_EQ("released", zcxsk_packet_release(o->socket, p, n / 2), n / 2);
		CHECK_EQ("pushed", zcxsk_handoff_push(o->handoff, p + n / 2, n / 2), n / 2);
	}
	CHECK_EQ("allocated", zcxsk_cache_alloc(o->cache, &frame, 1), 1);
	CHECK_EQ("freed", zcxsk_cache_free(o->cache, &frame, 1), 1);
}

/* The parent's objects work as before. */
static void go_on(struct set *set)
{
	struct inherited *o = &set->objects;
	struct zcxsk_packet p[BURST];
	uint64_t tokens[BURST];
	struct zcxsk_socket_info info = info_of(o->socket);

	if (info.rx_ring_size) {
		CHECK_EQ("the rest of the packets", zcxsk_rx_burst(o->socket, p, BURST), BURST / 2);
		CHECK_EQ("released", zcxsk_packet_release(o->socket, p, BURST / 2), BURST / 2);
		receive_some(set);
	}
	if (set->tokens)
		CHECK_EQ("tokens", zcxsk_tx_done(o->socket, tokens, BURST), BURST);
	if (info.tx_ring_size) {
		send_some(set);
		CHECK_EQ("all completed", zcxsk_tx_drain(o->socket, PATIENCE_NS), 0);
	}
	CHECK_EQ("status", zcxsk_socket_status(o->socket), 0);
	CHECK_EQ("no violation", zcxsk_pool_violation(o->pool, NULL, 0), 0);
}

/* ---- the child --------------------------------------------------------------- */

/* Without a leak check, which looks for the threads of the parent. */
static _Noreturn void end(void)
{
	_exit(0);
}

/* Opens objects of its own, uses and closes them. */
static void use_own(void)
{
	struct set own = open_set(ZCXSK_POOL_CHECK, 0, 0);

	use(&own);
	go_on(&own);
	close_set(&own);
}

static void be_child(void *argument)
{
	struct set *set = argument;

	alarm(PATIENCE_S);
	inherited_check_files(NULL);
	inherited_check_all(&set->objects);
	use_own();
	inherited_check_all(&set->objects);
	end();
}

static void be_parent_too(void *argument)
{
	struct set *set = argument, own = open_set(0, 0, 0);

	alarm(PATIENCE_S);
	use(&own);
	child_run("a grandchild has neither its parent's objects", be_child, &own);
	child_run("nor its grandparent's", be_child, set);
	go_on(&own);
	close_set(&own);
}

static void one_set(uint32_t pool_flags, uint32_t socket_flags, uint32_t tokens)
{
	struct set set;

	inherited_note_files();
	set = open_set(pool_flags, socket_flags, tokens);
	if (!(socket_flags & ZCXSK_SOCKET_RX_ONLY))
		CHECK_EQ("kicker", zcxsk_kicker_start(&set.objects.kicker, set.objects.socket, 0),
			 0);
	/* Opens the descriptors that are made when they are needed. */
	CHECK("fd", zcxsk_handoff_push_fd(set.objects.handoff) >= 0);
	CHECK("fd", zcxsk_handoff_pop_fd(set.objects.handoff) >= 0);
	use(&set);
	child_run("a child", be_child, &set);
	go_on(&set);
	zcxsk_kicker_stop(set.objects.kicker);
	close_set(&set);
}

static void every_kind_of_socket(void)
{
	one_set(0, 0, ZCXSK_TOKENS_OFF);
	one_set(ZCXSK_POOL_CHECK, 0, ZCXSK_TOKENS_OFF);
	one_set(0, ZCXSK_SOCKET_RX_ONLY, ZCXSK_TOKENS_OFF);
	one_set(0, ZCXSK_SOCKET_TX_ONLY, ZCXSK_TOKENS_AS_DONE);
	one_set(0, 0, ZCXSK_TOKENS_IN_ORDER);
}

static void grandchildren(void)
{
	struct set set;

	inherited_note_files();
	set = open_set(0, 0, 0);
	use(&set);
	child_run("a child with a child", be_parent_too, &set);
	go_on(&set);
	close_set(&set);
}

/* ---- bad moments ------------------------------------------------------------- */

static struct inherited shared;
static atomic_bool enough;

/* Takes the pool's lock all the time. */
static void *hold_pool(void *unused)
{
	while (!atomic_load(&enough))
		zcxsk_pool_available(shared.pool);
	return unused;
}

/*
 * The sanitizers' allocators do not survive a fork while another thread allocates.
 */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ALLOCATES_BESIDE_FORK
/* Takes the lock of the list of objects all the time. */
static void *open_and_close(void *unused)
{
	while (!atomic_load(&enough)) {
		struct zcxsk_cache *cache;

		CHECK_EQ("cache", zcxsk_cache_create(&cache, shared.pool, NULL), 0);
		CHECK_EQ("cache", zcxsk_cache_destroy(cache), 0);
	}
	return unused;
}
#endif

static void ask_all(void *unused)
{
	(void)unused;
	alarm(PATIENCE_S);
	inherited_check_all(&shared);
	end();
}

static void fork_beside(void *(*thread)(void *))
{
	pthread_t t;

	open_memory(&shared, 0);
	atomic_store(&enough, false);
	CHECK_EQ("thread", pthread_create(&t, NULL, thread, NULL), 0);
	for (unsigned i = 0; i < FORKS; i++)
		child_run("a child forked beside a busy thread", ask_all, NULL);
	atomic_store(&enough, true);
	pthread_join(t, NULL);
	CHECK_EQ("handoff", zcxsk_handoff_destroy(shared.handoff), 0);
	CHECK_EQ("cache", zcxsk_cache_destroy(shared.cache), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(shared.pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(shared.umem), 0);
}

/* ---- the application's own handlers ----------------------------------------------- */

static struct set watched; /* open during a fork; its sim is NULL otherwise */

static void open_one(void)
{
	struct inherited o = {0};

	open_memory(&o, 0);
	CHECK_EQ("handoff", zcxsk_handoff_destroy(o.handoff), 0);
	CHECK_EQ("cache", zcxsk_cache_destroy(o.cache), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(o.pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(o.umem), 0);
}

/* The newest object of all is closed after the library's own handler has run. */
static void before_fork(void)
{
	if (!watched.sim)
		return;
	alarm(PATIENCE_S);
	CHECK_EQ("handoff", zcxsk_handoff_destroy(watched.objects.handoff), 0);
	watched.objects.handoff = NULL;
	open_one();
}

static struct zcxsk_umem *kept; /* opened by the child's handler */

static void after_fork_in_child(void)
{
	struct zcxsk_umem_opts u;

	if (!watched.sim)
		return;
	CHECK_EQ("a parent's socket is refused already", zcxsk_socket_close(watched.objects.socket),
		 0);
	CHECK_EQ("a parent's cache is refused already", zcxsk_cache_destroy(watched.objects.cache),
		 -EOWNERDEAD);
	open_one();
	zcxsk_umem_opts_init(&u);
	u.frames = FRAMES;
	CHECK_EQ("UMEM", zcxsk_umem_create(&kept, &u, NULL), 0);
}

static void use_after_handlers(void *objects)
{
	CHECK_EQ("what a handler opened is the child's", zcxsk_umem_frames(kept), FRAMES);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(kept), 0);
	inherited_check_all(objects);
	end();
}

static void handlers(void)
{
	watched = open_set(0, 0, 0);
	/* The newest of its objects. */
	CHECK_EQ("handoff", zcxsk_handoff_destroy(watched.objects.handoff), 0);
	CHECK_EQ("handoff",
		 zcxsk_handoff_create(&watched.objects.handoff, watched.objects.pool, NULL, NULL),
		 0);
	child_run("handlers that were installed before the library's", use_after_handlers,
		  &watched.objects);
	alarm(0);
	CHECK_EQ("handoff",
		 zcxsk_handoff_create(&watched.objects.handoff, watched.objects.pool, NULL, NULL),
		 0);
	close_set(&watched);
	watched.sim = NULL;
}

/* ---- children without handlers --------------------------------------------------- */

/* In memory of its own, or in the parent's. */
static int ask_unhandled(void *objects)
{
	alarm(PATIENCE_S);
	inherited_check_unhandled(objects);
	_exit(0);
}

static int clone_child(struct set *set)
{
	long child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);

	return child ? (int)child : ask_unhandled(&set->objects);
}

#ifndef __SANITIZE_ADDRESS__
/* Like vfork(): the parent waits until the child has ended. */
static int clone_in_place(struct set *set)
{
	static _Alignas(16) unsigned char stack[256 * 1024];

	return clone(ask_unhandled, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD,
		     &set->objects);
}
#endif

static void unhandled(int (*start)(struct set *set))
{
	struct set set = open_set(0, 0, 0);
	int status = 0, child;

	CHECK_EQ("kicker", zcxsk_kicker_start(&set.objects.kicker, set.objects.socket, 0), 0);
	use(&set);
	child = start(&set);
	CHECK("clone", child >= 0);
	CHECK_EQ("wait", waitpid(child, &status, 0), child);
	CHECK_EQ("a child of clone() does no harm", status, 0);
	go_on(&set);
	zcxsk_kicker_stop(set.objects.kicker);
	close_set(&set);
}

int main(int argc, char **argv)
{
	CHECK_EQ("an argument", argc, 2);
	inherited_check_complete(argv[1]);
	CHECK_EQ("handlers", pthread_atfork(before_fork, NULL, after_fork_in_child), 0);
	every_kind_of_socket();
	grandchildren();
	fork_beside(hold_pool);
#ifdef ALLOCATES_BESIDE_FORK
	fork_beside(open_and_close);
#endif
	handlers();
	unhandled(clone_child);
#ifndef __SANITIZE_ADDRESS__ /* which does not know the child's stack */
	unhandled(clone_in_place);
#endif
	return 0;
}
