/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_worker.c - the process that owns the soak's sockets: obeys orders, checks accounts. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "resources.h"
#include "rig.h"
#include "soak_port.h"

#define MS_NS 1000000ull
#define ACCOUNTS_NS 1000000000ull /* between two checks of the accounts */
#define GONE_NS 20000000000ull	  /* until a missing card is reported, on a busy machine */
#define RING_LARGEST 2048u

/* ---- orders that leave the traffic running ------------------------------------------- */

/* All take the soak's packets, and pass the kernel's. */
static const char *const rules[] = {
	"take udp dport 9000",
	"pass icmp; take udp dport 53; take dst " SOAK_NEAR_IP " and udp dport 8999-9001",
	"pass arp; pass tcp; pass ip6; pass icmp; pass proto 2; take ip",
};

/* Some are provisional, and replaced before they end. */
static int swap_rules(struct soak_port *p)
{
	struct zcxsk_redirect_opts opts;

	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = rules[prng_below(&p->prng, sizeof(rules) / sizeof(rules[0]))];
	opts.confirm_ns = prng_below(&p->prng, 2) ? ZCXSK_CONFIRM_MAX_NS : 0;
	return zcxsk_redirect_swap(zcxsk_port_redirect(p->port), &opts, NULL);
}

static void swap(struct soak_port *p)
{
	CHECK_EQ("rules can be swapped", swap_rules(p), 0);
}

static int resize_rings(struct soak_port *p)
{
	int ret = 0;

	for (uint32_t i = 0; i < p->queues && !ret; i++)
		ret = zcxsk_handoff_resize(p->rings[i], 2 + prng_below(&p->prng, RING_LARGEST),
					   NULL);
	return ret;
}

/* Leaves few frames for the kernel, for some time. */
static void hoard(struct soak_port *p, uint32_t ms)
{
	soak_port_stop(p);
	for (uint32_t i = 0; i < p->queues; i++)
		p->threads[i].keep = SOAK_HELD;
	soak_port_go(p);
	poll(NULL, 0, (int)ms);
	soak_port_check(p);
	soak_port_stop(p);
	for (uint32_t i = 0; i < p->queues; i++)
		p->threads[i].keep = SOAK_KEEP;
	soak_port_go(p);
}

/* The other queues' threads go on. */
static int rebuild(struct soak_port *p, uint32_t value, struct zcxsk_error *error)
{
	struct soak_thread *t = &p->threads[value % p->queues];
	int ret;

	soak_thread_stop(t);
	ret = zcxsk_socket_rebuild(t->socket, error);
	soak_thread_go(t);
	return ret;
}

/* ---- orders that change the sockets ---------------------------------------------------- */

static void must(const char *behaviour, int ret, const struct zcxsk_error *error)
{
	if (ret)
		fprintf(stderr, "%s: %s\n", error->step, error->cause);
	CHECK_EQ(behaviour, ret, 0);
}

static void open_port(struct soak_port *p)
{
	struct zcxsk_error error = {0};

	must("the port opens", soak_port_open(p, &error), &error);
}

static void set_queues(struct soak_port *p, uint32_t queues)
{
	struct zcxsk_error error = {0};

	soak_port_part(p);
	must("the number of queues changes", zcxsk_port_set_queues(p->port, queues, NULL, &error),
	     &error);
	CHECK_EQ("the port has as many queues", zcxsk_port_queues(p->port), queues);
	soak_port_join(p);
}

static void follow_queues(struct soak_port *p)
{
	struct zcxsk_error error = {0};

	CHECK_EQ("a change by another program is detected", zcxsk_port_check(p->port), -ESTALE);
	soak_port_part(p);
	must("and followed", zcxsk_port_refresh(p->port, NULL, &error), &error);
	soak_port_join(p);
}

static void card_gone(struct soak_port *p)
{
	uint64_t deadline = rig_now() + GONE_NS;

	for (uint32_t i = 0; i < p->queues; i++)
		while (!p->threads[i].gone) {
			CHECK("a missing card is reported", rig_now() < deadline);
			poll(NULL, 0, 1);
		}
	CHECK_EQ("the port reports it", zcxsk_port_check(p->port), -ENODEV);
	soak_port_check(p);
	soak_port_stop(p);
	soak_port_close(p);
}

/* ---- orders under a limit --------------------------------------------------------------- */

/* Allows that many more bytes of memory, or descriptors, than are in use. */
static struct rlimit set_limit(int resource, uint32_t more)
{
	struct rlimit before, now;

	CHECK_EQ("limit", getrlimit(resource, &before), 0);
	now = before;
	/* The folder's three other entries are "." and ".." and the folder's own. */
	now.rlim_cur = (resource == RLIMIT_AS ? resources_memory() : resources_files() - 3) + more;
	CHECK_EQ("limit", setrlimit(resource, &now), 0);
	return before;
}

/* -EPERM: the guard of the rules refuses what it cannot check. */
static void check_short(const char *call, int ret)
{
	if (!ret || ret == -ENOMEM || ret == -EMFILE || ret == -EPERM)
		return;
	fprintf(stderr, "%s: %s\n", call, strerror(-ret));
	CHECK_EQ("a call that lacks a resource says which", ret, -ENOMEM);
}

/*
 * Calls may fail while memory or descriptors are short. Afterwards every one of them works,
 * and what failed half-way is mended.
 */
static void under_limit(struct soak_port *p, int resource, uint32_t value)
{
	uint32_t more = resource == RLIMIT_AS ? value % 4 * 65536 : value % 4;
	struct rlimit before;
	struct zcxsk_error error = {0};

	before = set_limit(resource, more);
	check_short("swap", swap_rules(p));
	check_short("resize", resize_rings(p));
	check_short("rebuild", rebuild(p, value, &error));
	CHECK_EQ("limit", setrlimit(resource, &before), 0);
	must("a rebuild works again", rebuild(p, value, &error), &error);
	swap(p);
}

static void reopen(struct soak_port *p)
{
	soak_port_close(p);
	open_port(p);
}

/* ---- the loop ----------------------------------------------------------------------------- */

static void with_stopped(struct soak_port *p, const struct soak_message *m)
{
	soak_port_stop(p);
	switch (m->order) {
	case SOAK_OPEN:
		open_port(p);
		break;
	case SOAK_QUEUES_SET:
		set_queues(p, m->value);
		break;
	case SOAK_QUEUES_FOLLOW:
		follow_queues(p);
		break;
	default:
		reopen(p);
	}
	soak_port_go(p);
}

static void obey(struct soak_port *p, const struct soak_message *m)
{
	struct zcxsk_error error = {0};

	p->prng.state = p->sh->seed + m->value + 1;
	switch (m->order) {
	case SOAK_SWAP:
		swap(p);
		break;
	case SOAK_REBUILD:
		must("a socket can be rebuilt", rebuild(p, m->value, &error), &error);
		break;
	case SOAK_HOARD:
		hoard(p, m->value);
		break;
	case SOAK_RESIZE:
		CHECK_EQ("handoffs can be resized", resize_rings(p), 0);
		break;
	case SOAK_FEW_FILES:
		under_limit(p, RLIMIT_NOFILE, m->value);
		break;
	case SOAK_LITTLE_MEMORY:
		under_limit(p, RLIMIT_AS, m->value);
		break;
	case SOAK_GONE:
		card_gone(p);
		break;
	default:
		with_stopped(p, m);
	}
}

/* Returns false when the accounts are to be checked first. */
static bool next_order(int orders, struct soak_message *m)
{
	static uint64_t due;
	struct pollfd fd = {.fd = orders, .events = POLLIN};
	uint64_t now = rig_now();

	if (now >= due) {
		due = now + ACCOUNTS_NS;
		return false;
	}
	if (poll(&fd, 1, (int)((due - now) / MS_NS) + 1) <= 0)
		return false;
	/* The controller's end was closed, so the soak is over. */
	if (recv(orders, m, sizeof(*m), 0) != sizeof(*m))
		exit(1);
	return true;
}

int soak_worker(int orders, int memory)
{
	static struct soak_port port;
	struct soak_port *p = &port;
	struct soak_message m = {0};

	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	p->sh = mmap(NULL, sizeof(*p->sh), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	CHECK("shared memory", p->sh != MAP_FAILED);
	for (uint32_t i = 0; i < SOAK_QUEUES; i++)
		soak_thread_start(&p->threads[i], p->sh, i);
	soak_port_go(p);
	for (;;) {
		if (!next_order(orders, &m)) {
			soak_port_check(p);
			continue;
		}
		if (m.order == SOAK_QUIT)
			break;
		obey(p, &m);
		CHECK_EQ("an answer", send(orders, &m, sizeof(m), 0), sizeof(m));
	}
	soak_port_check(p);
	soak_port_stop(p);
	if (p->port)
		soak_port_close(p);
	for (uint32_t i = 0; i < SOAK_QUEUES; i++)
		soak_thread_end(&p->threads[i]);
	return 0;
}
