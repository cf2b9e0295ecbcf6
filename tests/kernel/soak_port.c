/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_port.c - opens, closes and checks the port of the soak's worker. */
#include "soak_port.h"

#include "check.h"
#include "flows.h"
#include "resources.h"

#define FRAMES 4096u /* for each queue: enough for three more, which another program may add */
#define RX_RING 256u
#define TX_RING 256u
#define RING 128u	       /* entries of a handoff */
#define BUSY_NS 20000000000ull /* a killed worker's queue, on a slow guest */
#define MAPPINGS_MARGIN 16u    /* malloc maps and unmaps memory of its own */

void soak_port_stop(struct soak_port *p)
{
	for (uint32_t i = 0; i < SOAK_QUEUES; i++)
		soak_thread_stop(&p->threads[i]);
}

void soak_port_go(struct soak_port *p)
{
	for (uint32_t i = 0; i < SOAK_QUEUES; i++)
		soak_thread_go(&p->threads[i]);
}

/* ---- accounts ---------------------------------------------------------------------- */

static struct zcxsk_pool *pool_of(struct soak_port *p)
{
	return zcxsk_cache_pool(zcxsk_socket_cache(zcxsk_port_socket(p->port, 0)));
}

static void check_pool(struct soak_port *p)
{
	char text[200] = "";

	if (zcxsk_pool_violation(pool_of(p), text, sizeof(text)))
		fprintf(stderr, "the pool: %s\n", text);
	CHECK("no frame has two owners", !text[0]);
}

static void check_accounts(struct soak_port *p)
{
	struct zcxsk_stats st = flows_stats("every frame is in one place", p->port);
	int64_t held = 0;

	for (uint32_t i = 0; i < p->queues; i++)
		held += (int64_t)p->threads[i].held_count +
			(int64_t)zcxsk_handoff_count(p->rings[i]);
	CHECK_EQ("the program holds as many frames as the library counts", held, st.in_application);
	check_pool(p);
	atomic_fetch_add(&p->sh->checks, 1);
}

void soak_port_check(struct soak_port *p)
{
	soak_port_stop(p);
	if (p->port)
		check_accounts(p);
	soak_port_go(p);
}

/* ---- parting and joining ----------------------------------------------------------- */

void soak_port_part(struct soak_port *p)
{
	for (uint32_t i = 0; i < p->queues; i++) {
		soak_thread_let_go(&p->threads[i], 0);
		soak_thread_empty(&p->threads[i]);
	}
	check_accounts(p);
	for (uint32_t i = 0; i < SOAK_QUEUES; i++) {
		CHECK_EQ("an empty handoff", zcxsk_handoff_destroy(p->rings[i]), 0);
		p->rings[i] = NULL;
		p->threads[i].socket = NULL;
		p->threads[i].in = NULL;
		p->threads[i].out = NULL;
		p->threads[i].gone = false;
	}
	p->queues = 0;
}

void soak_port_join(struct soak_port *p)
{
	struct zcxsk_handoff_opts opts;

	zcxsk_handoff_opts_init(&opts);
	opts.entries = RING;
	p->queues = zcxsk_port_queues(p->port);
	for (uint32_t i = 0; i < p->queues; i++) {
		CHECK_EQ("a handoff", zcxsk_handoff_create(&p->rings[i], pool_of(p), &opts, NULL),
			 0);
		p->threads[i].socket = zcxsk_port_socket(p->port, i);
		p->threads[i].out = p->rings[i];
		p->threads[i].in = p->rings[(i + p->queues - 1) % p->queues];
	}
	/* The ring of thread i - 1 leads to thread i, also when that was not made yet. */
	p->threads[0].in = p->rings[p->queues - 1];
}

/* ---- opening and closing ------------------------------------------------------------ */

static void set_opts(const struct soak_port *p, struct port_rig *o)
{
	flows_opts(o, p->sh->mode);
	o->rig.redirect.rules = NULL;
	o->rig.redirect.rules_text = "take udp dport 9000";
	o->rig.umem.frames = FRAMES;
	o->rig.socket.rx_ring_size = RX_RING;
	o->rig.socket.tx_ring_size = TX_RING;
	o->rig.socket.busy_timeout_ns = BUSY_NS;
}

int soak_port_open(struct soak_port *p, struct zcxsk_error *error)
{
	struct port_rig o;
	int ret;

	set_opts(p, &o);
	ret = zcxsk_port_open(&p->port, SOAK_NEAR, &o.port, error);
	if (!ret)
		soak_port_join(p);
	return ret;
}

static unsigned ring_mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];
	unsigned n = 0;

	CHECK("maps", f);
	while (fgets(line, sizeof(line), f))
		n += strstr(line, "socket:") != NULL || strstr(line, "anon_inode:bpf") != NULL;
	fclose(f);
	return n;
}

static void check_left(struct soak_port *p)
{
	unsigned files = resources_files(), mappings = resources_mappings();

	CHECK_EQ("no ring stays mapped", ring_mappings(), 0);
	if (!p->closed++) {
		p->files = files;
		p->mappings = mappings;
	}
	CHECK_EQ("no descriptor stays open", files, p->files);
	CHECK("no mapping stays",
	      SOAK_SANITIZED || mappings < p->mappings + p->closed + MAPPINGS_MARGIN);
}

void soak_port_close(struct soak_port *p)
{
	soak_port_part(p);
	zcxsk_port_close(p->port);
	p->port = NULL;
	check_left(p);
}
