/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * endpoint.c - opens and closes the sockets of a run, and prints the mode of each,
 * why better ones were refused, and if packets arrive differently than they were on
 * the wire.
 */
#include "endpoint.h"

#include <stdio.h>
#include <string.h>

#include "rules.h"

int endpoints_explain(const char *what, const struct zcxsk_error *error)
{
	char text[sizeof(*error)];

	zcxsk_error_format(error, text, sizeof(text));
	fprintf(stderr, "zcxsock: %s: %s\n", what, text);
	return 1;
}

/* Prints the mode and, for each better one, why it was refused, in one line. */
static void print_mode(const struct zcxsk_socket *socket, const char *ifname, uint32_t queue,
		       bool verbose)
{
	static const enum zcxsk_mode ladder[] = {ZCXSK_MODE_ZERO_COPY, ZCXSK_MODE_NATIVE_COPY,
						 ZCXSK_MODE_GENERIC_COPY};
	bool refused = false;

	for (size_t i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++) {
		const struct zcxsk_error *why = zcxsk_socket_refusal(socket, ladder[i]);

		if (!why)
			continue;
		if (!refused)
			fprintf(stderr, "zcxsock: %s queue %u: %s mode", ifname, queue,
				zcxsk_mode_name(zcxsk_socket_mode(socket)));
		fprintf(stderr, "; %s was refused at %s: %s (%s)", zcxsk_mode_name(ladder[i]),
			why->step, why->cause, zcxsk_errno_name(why->code));
		if (verbose && why->remedy[0])
			fprintf(stderr, ". %s", why->remedy);
		refused = true;
	}
	if (refused)
		fputc('\n', stderr);
}

static void print_fault(const struct zcxsk_socket *socket, const char *ifname)
{
	struct zcxsk_socket_info info;

	zcxsk_socket_info_init(&info);
	if (!zcxsk_socket_read_info(socket, &info) && info.known_fault)
		fprintf(stderr, "zcxsock: warning: a fault of this kernel in zero-copy on %s: %s\n",
			ifname, info.known_fault);
}

static void warn(const struct zcxsk_socket *socket, enum zcxsk_trait trait)
{
	struct zcxsk_error why;

	if (zcxsk_socket_trait(socket, trait, &why) == 1)
		fprintf(stderr, "zcxsock: warning: %s. Remedy: %s\n", why.cause, why.remedy);
}

/* fwd completes unfinished checksums itself; the rest matters only to some runs. */
static void print_traits(const struct zcxsk_socket *socket, const struct options *o)
{
	warn(socket, ZCXSK_TRAIT_MERGED);
	if (o->rules && rules_mention_tags(o->rules))
		warn(socket, ZCXSK_TRAIT_UNTAGGED);
	if (o->verbose)
		warn(socket, ZCXSK_TRAIT_FILTERED);
}

/* Copies the options; the library has the defaults and checks the limits. */
static void set_sending(struct zcxsk_socket_opts *opts, const struct options *o)
{
	opts->kick_policy = o->kick;
	opts->kick_watermark = o->watermark;
	opts->kick_tail_ns = o->tail_ns;
	opts->watchdog_first_ns = o->watchdog_first_ns;
	opts->watchdog_last_ns = o->watchdog_last_ns;
	opts->stall_ns = o->stall_ns;
	opts->tx_limit = o->limit;
	opts->tokens = o->tokens;
}

/* Directions of the socket on the first interface. */
static uint32_t in_flags(const struct options *o)
{
	if (o->command == COMMAND_TX)
		return ZCXSK_SOCKET_TX_ONLY;
	return o->command == COMMAND_RX || o->out_ifname ? ZCXSK_SOCKET_RX_ONLY : 0;
}

/* All zero if the socket cannot be opened anyway. */
static struct zcxsk_plan plan_of(const struct options *o, const char *ifname, uint32_t queue,
				 uint32_t flags)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_plan plan;

	zcxsk_socket_opts_init(&opts);
	zcxsk_plan_init(&plan);
	opts.flags = flags;
	opts.modes = o->modes;
	opts.rx_ring_size = o->ring_size;
	if (zcxsk_socket_plan(ifname, queue, &opts, &plan, NULL))
		memset(&plan, 0, sizeof(plan));
	return plan;
}

static int open_socket(struct zcxsk_socket **socket, const struct endpoints *e,
		       const struct options *o, const char *ifname, uint32_t queue, uint32_t flags)
{
	struct zcxsk_redirect_opts redirect;
	struct zcxsk_socket_opts opts;
	struct zcxsk_error error;

	zcxsk_redirect_opts_init(&redirect);
	if (!(flags & ZCXSK_SOCKET_TX_ONLY))
		rules_fill_in(&redirect, o, o->rules);
	redirect.flags |= o->coexist ? ZCXSK_REDIRECT_COEXIST : 0;
	zcxsk_socket_opts_init(&opts);
	opts.flags = flags | (o->no_self_test ? ZCXSK_SOCKET_NO_SELF_TEST : 0);
	if (o->promiscuous && !(flags & ZCXSK_SOCKET_TX_ONLY))
		opts.flags |= ZCXSK_SOCKET_PROMISCUOUS;
	opts.modes = o->modes;
	opts.rx_ring_size = o->ring_size;
	opts.tx_ring_size = o->tx_ring_size;
	opts.cache = e->cache;
	opts.redirect_opts = &redirect;
	set_sending(&opts, o);
	if (zcxsk_socket_open(socket, ifname, queue, &opts, &error))
		return endpoints_explain(ifname, &error);
	print_mode(*socket, ifname, queue, o->verbose);
	print_fault(*socket, ifname);
	if (!(flags & ZCXSK_SOCKET_TX_ONLY))
		print_traits(*socket, o);
	return 0;
}

/* Frames for all rings of both sockets, one more ring, and what stays with the kernel. */
static void choose_frames(struct zcxsk_umem_opts *memory, const struct options *o)
{
	struct zcxsk_plan in = plan_of(o, o->ifname, o->queue, in_flags(o)), out = {0};

	if (o->out_ifname)
		out = plan_of(o, o->out_ifname, o->out_queue, ZCXSK_SOCKET_TX_ONLY);
	memory->frames = (o->out_ifname ? 10ull : 6ull) * o->ring_size + in.floor + out.floor;
	memory->frame_size = o->frame_size;
	if (!memory->frame_size)
		memory->frame_size =
			in.frame_size > out.frame_size ? in.frame_size : out.frame_size;
	if (o->packet_size > FRAME_SIZE_SMALL)
		memory->frame_size = FRAME_SIZE_MAX;
}

static int open_memory(struct endpoints *e, const struct options *o)
{
	struct zcxsk_umem_opts opts;
	struct zcxsk_pool_opts pool;
	struct zcxsk_error error;

	zcxsk_pool_opts_init(&pool);
	/* With two sockets on one memory, only the ledger tracks which socket has a frame. */
	if (o->out_ifname && o->on_stall == ON_STALL_REBUILD)
		pool.flags = ZCXSK_POOL_CHECK;
	zcxsk_umem_opts_init(&opts);
	opts.flags = o->huge_pages ? ZCXSK_UMEM_HUGE_PAGES : 0;
	choose_frames(&opts, o);
	if (zcxsk_umem_create(&e->umem, &opts, &error) ||
	    zcxsk_pool_create(&e->pool, e->umem, &pool, &error) ||
	    zcxsk_cache_create(&e->cache, e->pool, &error))
		return endpoints_explain("packet memory", &error);
	return 0;
}

int endpoints_open(struct endpoints *e, const struct options *o)
{
	int status;

	memset(e, 0, sizeof(*e));
	status = open_memory(e, o);
	if (status)
		return status;
	if (o->command == COMMAND_TX)
		return open_socket(&e->out, e, o, o->ifname, o->queue, in_flags(o));
	status = open_socket(&e->in, e, o, o->ifname, o->queue, in_flags(o));
	if (status || o->command == COMMAND_RX)
		return status;
	if (o->out_ifname)
		return open_socket(&e->out, e, o, o->out_ifname, o->out_queue,
				   ZCXSK_SOCKET_TX_ONLY);
	e->out = e->in;
	return 0;
}

int endpoints_rebuild(struct endpoints *e, const struct options *o)
{
	struct zcxsk_error error;
	int ret = zcxsk_socket_rebuild(e->out, &error);

	if (ret)
		endpoints_explain(o->out_ifname ? o->out_ifname : o->ifname, &error);
	return ret;
}

uint32_t endpoints_close(struct endpoints *e)
{
	uint32_t missing = zcxsk_socket_close(e->in);

	if (e->out != e->in)
		missing += zcxsk_socket_close(e->out);
	zcxsk_cache_destroy(e->cache);
	zcxsk_pool_destroy(e->pool);
	zcxsk_umem_destroy(e->umem);
	return missing;
}
