/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork.c - children of a program whose sockets and ports are in use: a child gets
 * -EOWNERDEAD or no packets from every function, the parent's traffic goes on, and a child
 * that lives on keeps neither a queue busy nor a program attached. After daemon() the new
 * process opens for itself.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "check.h"
#include "child.h"
#include "inherited.h"
#include "rig.h"
#include "traffic.h"

#define ROUNDS 5u
#define PACKETS 1000u
#define SOME 64u
#define FORKS 30u
#define GUEST_FORKS 3u /* its cards take seconds to attach and detach */
#define PATIENCE_S 60  /* for a child; then it hangs */
#define PAUSE_MS 5
#define NUMBERS 64 /* more descriptors than the library had open */

/* Traffic goes from left to right on pair 0; pair 1 has the port. */
struct program {
	struct zcxsk_socket *left, *right;
	struct zcxsk_redirect *given; /* on a map of the test's own */
	struct inherited objects;     /* all others, and one of the sockets */
};

static int numbers[NUMBERS]; /* descriptors of a child */

static struct zcxsk_port *open_port(enum zcxsk_mode mode)
{
	struct zcxsk_error error = {0};
	struct zcxsk_port_opts p;
	struct zcxsk_port *port;
	struct rig_opts o;

	rig_opts(&o, mode);
	zcxsk_port_opts_init(&p);
	p.socket_opts = &o.socket;
	if (zcxsk_port_open(&port, rig_left(1), &p, &error))
		fprintf(stderr, "%s: %s\n", error.step, error.cause);
	CHECK_EQ("port", error.code, 0);
	return port;
}

static struct zcxsk_redirect *take_map(enum zcxsk_mode mode)
{
	int map = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "others", sizeof(uint32_t), sizeof(uint32_t),
				 1, NULL);
	struct zcxsk_redirect *redirect;

	CHECK("map", map >= 0);
	CHECK_EQ("redirect on a map",
		 zcxsk_redirect_from_map(&redirect, rig_right(1), map, mode, NULL), 0);
	close(map);
	return redirect;
}

static struct program open_all(enum zcxsk_mode mode)
{
	struct program p = {.right = rig_open_plain(rig_right(0), mode)};
	struct inherited *o = &p.objects;

	p.left = rig_open_plain(rig_left(0), mode);
	p.given = take_map(mode);
	o->ifname = rig_left(0);
	o->port = open_port(mode);
	o->umem = zcxsk_socket_umem(p.left);
	o->cache = zcxsk_socket_cache(p.left);
	o->pool = zcxsk_cache_pool(o->cache);
	o->redirect = zcxsk_socket_redirect(p.left);
	CHECK_EQ("handoff", zcxsk_handoff_create(&o->handoff, o->pool, NULL, NULL), 0);
	CHECK_EQ("kicker", zcxsk_kicker_start(&o->kicker, p.left, 0), 0);
	CHECK("descriptor", zcxsk_socket_service_fd(p.left) >= 0);
	return p;
}

static void close_all(struct program *p)
{
	zcxsk_kicker_stop(p->objects.kicker);
	CHECK_EQ("handoff", zcxsk_handoff_destroy(p->objects.handoff), 0);
	CHECK_EQ("nothing is in flight", zcxsk_socket_close(p->left), 0);
	zcxsk_socket_close(p->right);
	zcxsk_port_close(p->objects.port);
	CHECK_EQ("detach", zcxsk_redirect_detach(p->given), 0);
}

/* ---- the child's part --------------------------------------------------------- */

/* A handler that runs twice for an object would close numbers that are in use again. */
static void check_reused_numbers(void *unused)
{
	(void)unused;
	for (int i = 0; i < NUMBERS; i++)
		CHECK_EQ("a grandchild inherits descriptors", fcntl(numbers[i], F_GETFD), 0);
	_exit(0);
}

static void fork_again(void)
{
	for (int i = 0; i < NUMBERS; i++) {
		numbers[i] = open("/dev/null", O_RDONLY);
		CHECK("descriptor", numbers[i] >= 0);
	}
	child_run("a grandchild", check_reused_numbers, NULL);
	for (int i = 0; i < NUMBERS; i++)
		close(numbers[i]);
}

static void ask_all(struct program *p)
{
	struct inherited given = {.redirect = p->given, .ifname = rig_right(1)};

	alarm(PATIENCE_S);
	inherited_check_files(NULL);
	p->objects.socket = p->left;
	inherited_check_all(&p->objects);
	p->objects.socket = p->right;
	inherited_check_all(&p->objects);
	inherited_check_all(&given);
	fork_again();
}

static void ask_and_end(void *program)
{
	child_ready();
	ask_all(program);
	_exit(0);
}

static void ask_and_live(void *program)
{
	ask_all(program);
	child_ready();
	for (;;)
		pause();
}

/* ---- the tests ------------------------------------------------------------------ */

static void in_the_middle(enum zcxsk_mode mode)
{
	struct program p;

	inherited_note_files();
	p = open_all(mode);
	for (unsigned i = 0; i < ROUNDS; i++) {
		pid_t child;

		/* These packets are in the rings at the fork. */
		traffic_send_all(p.left, 0, SOME);
		child = child_start(ask_and_end, &p);
		traffic_receive_all(p.right, 0, SOME);
		traffic_run(p.left, p.right, PACKETS);
		child_join("a child that calls everything", child);
		traffic_run(p.left, p.right, PACKETS);
	}
	CHECK_EQ("nothing has changed on the port", zcxsk_port_check(p.objects.port), 0);
	CHECK_EQ("confirm", zcxsk_redirect_confirm(p.objects.redirect), 0);
	rig_check_quiet("the parent's frames are completed", p.left);
	rig_check_places("the parent's frames are accounted for", p.left);
	rig_check_places("the parent's frames are accounted for", p.right);
	close_all(&p);
}

static void child_lives_on(enum zcxsk_mode mode)
{
	struct program p;
	pid_t child;

	inherited_note_files();
	p = open_all(mode);
	child = child_start(ask_and_live, &p);
	close_all(&p);
	CHECK_EQ("a child keeps no program on an interface", rig_program(rig_left(0)), 0);
	CHECK_EQ("a child keeps no program on an interface", rig_program(rig_left(1)), 0);
	p = open_all(mode);
	traffic_run(p.left, p.right, PACKETS);
	close_all(&p);
	child_kill(child);
}

/* An end of the last process closes its programs and queues a little later. */
static void await_free(const char *ifname)
{
	uint64_t start = rig_now();

	for (; rig_program(ifname); poll(NULL, 0, PAUSE_MS))
		CHECK("the first process has left the interface",
		      rig_now() - start < TRAFFIC_PATIENCE_NS);
}

/*
 * ThreadSanitizer refuses new threads in a child of a program with threads, and the allocator of
 * AddressSanitizer does not survive a fork while such a thread begins.
 */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define DAEMON_HAS_THREADS false
#else
#define DAEMON_HAS_THREADS true
#endif

struct daemon_test {
	enum zcxsk_mode mode;
	int pipes[2];
};

/* Opens too early, becomes a daemon, and opens again. */
static void become_daemon(void *argument)
{
	struct daemon_test *t = argument;
	struct program p;

	close(t->pipes[0]);
	inherited_note_files();
	p = open_all(t->mode);
	traffic_run(p.left, p.right, SOME);
	CHECK_EQ("daemon", daemon(1, 1), 0);
	ask_all(&p);
	await_free(rig_left(0));
	await_free(rig_right(0));
	await_free(rig_left(1));
	p = open_all(t->mode);
	traffic_run(p.left, p.right, PACKETS);
	close_all(&p);
	CHECK_EQ("done", write(t->pipes[1], "", 1), 1);
	_exit(0);
}

static void daemonized(enum zcxsk_mode mode)
{
	struct daemon_test t = {.mode = mode};
	char byte;

	CHECK_EQ("pipe", pipe(t.pipes), 0);
	child_run("a daemon's first process", become_daemon, &t);
	close(t.pipes[1]);
	CHECK_EQ("a daemon opens for itself", read(t.pipes[0], &byte, 1), 1);
	/* The end of file is the daemon's end. */
	CHECK_EQ("the daemon ends", read(t.pipes[0], &byte, 1), 0);
	close(t.pipes[0]);
}

/* A child of clone() runs no handlers. */
static void unhandled(enum zcxsk_mode mode)
{
	struct program p = open_all(mode);
	uint32_t program = rig_program(rig_left(0));
	int status = 0;
	long child;

	p.objects.socket = p.left;
	traffic_send_all(p.left, 0, SOME);
	child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
	CHECK("clone", child >= 0);
	if (!child) {
		alarm(PATIENCE_S);
		inherited_check_unhandled(&p.objects);
		_exit(0);
	}
	CHECK_EQ("wait", waitpid((pid_t)child, &status, 0), child);
	CHECK_EQ("a child of clone()", status, 0);
	traffic_receive_all(p.right, 0, SOME);
	traffic_run(p.left, p.right, PACKETS);
	CHECK_EQ("the program is still attached", rig_program(rig_left(0)), program);
	close_all(&p);
}

/* The sanitizers' allocators do not survive a fork while another thread allocates. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static atomic_bool enough;

static void *open_and_close(void *mode)
{
	while (!atomic_load(&enough))
		zcxsk_socket_close(rig_open_plain(rig_left(0), *(enum zcxsk_mode *)mode));
	return NULL;
}

static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

/* Attaches a program of its own, for which it needs every lock of the library. */
static void attach_own(void *mode)
{
	struct rig_opts o;
	struct zcxsk_redirect *redirect;

	alarm(PATIENCE_S);
	CHECK("the library no longer silences libbpf",
	      libbpf_set_print(print_nothing) == print_nothing);
	rig_opts(&o, *(enum zcxsk_mode *)mode);
	CHECK_EQ("a child attaches",
		 zcxsk_redirect_attach(&redirect, rig_left(1), &o.redirect, NULL), 0);
	CHECK_EQ("a child detaches", zcxsk_redirect_detach(redirect), 0);
	_exit(0);
}

static void beside_an_open(enum zcxsk_mode mode)
{
	pthread_t t;

	libbpf_set_print(print_nothing);
	atomic_store(&enough, false);
	CHECK_EQ("thread", pthread_create(&t, NULL, open_and_close, &mode), 0);
	for (unsigned i = 0; i < (rig_in_guest() ? GUEST_FORKS : FORKS); i++)
		child_run("a child forked while a socket is opened", attach_own, &mode);
	atomic_store(&enough, true);
	pthread_join(t, NULL);
}
#else
static void beside_an_open(enum zcxsk_mode mode)
{
	(void)mode;
}
#endif

static void every_test(enum zcxsk_mode mode)
{
	/* A card takes seconds for each, and in the copy modes veth shows the same. */
	if (rig_in_guest() && mode != ZCXSK_MODE_ZERO_COPY)
		return;
	in_the_middle(mode);
	child_lives_on(mode);
	if (DAEMON_HAS_THREADS)
		daemonized(mode);
	unhandled(mode);
	beside_an_open(mode);
}

int main(void)
{
	rig_setup(2);
	rig_each_mode(every_test);
	return 0;
}
