/* SPDX-License-Identifier: BSD-2-Clause */
/* sim.c - the public calls of the simulated kernel, and its five system calls. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/opts.h"
#include "sim/state.h"

/* Sizes as AF_XDP programs use them, and times of the same order as on a real machine. */
#define RX_RING 2048u
#define TX_RING 1024u
#define FILL_RING 2048u
#define RING_MAX 65536u
#define DEVICE_SLOTS 256u   /* virtio-net's ring in QEMU */
#define COPY_BUDGET 32u	    /* the kernel's TX_BATCH_SIZE */
#define FRAME_SIZE 2048u    /* bytes */
#define START_NS 1000000000 /* not 0, so that a time that was never set is noticed */
#define PACKET_NS 1000u	    /* about a million packets a second */
#define INTERRUPT_NS 5000u
#define CALL_NS 500u
#define CLOCK_NS 20u
#define ARRIVAL_LEN 60u /* bytes; the shortest Ethernet frame */

#define ALL_FLAGS                                                                                  \
	(ZCXSK_SIM_CLEARS_FLAG | ZCXSK_SIM_NO_RECHECK | ZCXSK_SIM_OLD_COPY |                       \
	 ZCXSK_SIM_RETURN_INVALID)

/* ---- system calls ---------------------------------------------------------- */

/* Entering the kernel takes time, during which due events happen. */
static struct zcxsk_sim *enter(void *context)
{
	struct zcxsk_sim *sim = context;

	sim_clock_run(sim, sim_later(sim->now, sim->opts.call_ns));
	return sim;
}

static int device_error(const struct zcxsk_sim *sim)
{
	if (sim->dead)
		return -ENXIO;
	return sim_down(sim) ? -ENETDOWN : 0;
}

/* The driver checks the TX ring, unless zero-copy needs no wakeup. */
static int look_at_tx(struct zcxsk_sim *sim)
{
	if (sim->copy)
		return sim_tx_copy(sim);
	if (sim_ring_flag(sim->tx))
		sim_tx_poll(sim);
	return 0;
}

static void look_at_fill(struct zcxsk_sim *sim)
{
	if (sim_ring_flag(sim->fill))
		sim_rx_refill(sim);
}

static int failed_kick(struct zcxsk_sim *sim, uint64_t wanted)
{
	static const int any[] = {EAGAIN, EBUSY, ENOBUFS, EINTR, EIO};
	int err = wanted ? (int)wanted : any[sim_random(sim) % (sizeof(any) / sizeof(any[0]))];

	if (err == EBUSY && sim->copy)
		sim_tx_drop(sim);
	return -err;
}

static int sim_kick(void *context)
{
	struct zcxsk_sim *sim = enter(context);
	uint64_t value;
	int ret;

	sim->count.kicks++;
	sim_states_by_chance(sim);
	ret = device_error(sim);
	if (!ret && sim_strikes(sim, ZCXSK_SIM_KICK_FAILS, &value))
		ret = failed_kick(sim, value);
	else if (!ret)
		ret = look_at_tx(sim);
	sim->count.kicks_failed += ret != 0;
	return ret;
}

static int sim_receive(void *context)
{
	struct zcxsk_sim *sim = enter(context);
	int ret = device_error(sim);

	sim->count.receives++;
	if (!ret)
		look_at_fill(sim);
	return ret;
}

/* Whether poll() would report one of the events; never while device or link are down. */
static bool is_ready(struct zcxsk_sim *sim, short events)
{
	if (device_error(sim))
		return false;
	if (events & POLLIN && sim_ring_room(sim->rx) < sim->rx->size)
		return true;
	return events & POLLOUT && sim_ring_ready(sim->tx) <= sim->tx->size / 2;
}

static int sim_wait(void *context, short events, uint64_t timeout_ns)
{
	struct zcxsk_sim *sim = enter(context);
	uint64_t deadline = sim_later(sim->now, timeout_ns), next, value;

	sim->count.waits++;
	if (sim_strikes(sim, ZCXSK_SIM_WAIT_FAILS, &value))
		return -EINTR;
	if (!device_error(sim)) {
		look_at_tx(sim);
		look_at_fill(sim);
	}
	while (!is_ready(sim, events)) {
		next = sim_clock_next(sim);
		if (next > deadline || next == NEVER) {
			sim_clock_run(sim, deadline);
			return 0;
		}
		sim_clock_run(sim, next > sim->now ? next : sim->now);
	}
	return 1;
}

static uint64_t sim_clock(void *context)
{
	struct zcxsk_sim *sim = context;

	sim_clock_run(sim, sim_later(sim->now, sim->opts.clock_ns));
	sim->count.clock_readings++;
	return sim->now;
}

static int sim_reopen(void *context, struct zcxsk_kernel_rings *rings)
{
	struct zcxsk_sim *sim = enter(context);
	struct sim_ring *old[4] = {sim->rx, sim->tx, sim->fill, sim->comp};
	uint64_t value;
	int ret;

	sim->count.reopens++;
	if (sim_strikes(sim, ZCXSK_SIM_REOPEN_FAILS, &value))
		return -(int)value;
	ret = sim_rings_make(sim);
	if (ret)
		return ret;
	sim_rings_free(old);
	sim_tx_forget(sim);
	sim->posted_first = sim->posted_count = 0;
	*rings = sim->kernel.rings = sim_rings_view(sim);
	return 0;
}

/* ---- creating -------------------------------------------------------------- */

static void fill_in(struct zcxsk_sim_opts *o)
{
	o->mode = o->mode ? o->mode : ZCXSK_MODE_ZERO_COPY;
	o->rx_ring_size = o->rx_ring_size ? o->rx_ring_size : RX_RING;
	o->tx_ring_size = o->tx_ring_size ? o->tx_ring_size : TX_RING;
	o->fill_ring_size = o->fill_ring_size ? o->fill_ring_size : FILL_RING;
	if (!o->completion_ring_size)
		o->completion_ring_size = o->tx_ring_size;
	o->device_slots = o->device_slots ? o->device_slots : DEVICE_SLOTS;
	o->copy_budget = o->copy_budget ? o->copy_budget : COPY_BUDGET;
	o->frame_size = o->frame_size ? o->frame_size : FRAME_SIZE;
	o->start_ns = o->start_ns ? o->start_ns : START_NS;
	o->packet_ns = o->packet_ns ? o->packet_ns : PACKET_NS;
	o->interrupt_ns = o->interrupt_ns ? o->interrupt_ns : INTERRUPT_NS;
	o->call_ns = o->call_ns ? o->call_ns : CALL_NS;
	o->clock_ns = o->clock_ns ? o->clock_ns : CLOCK_NS;
	o->arrival_len = o->arrival_len ? o->arrival_len : ARRIVAL_LEN;
}

static bool power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

static bool state_without_span(uint32_t kind, uint64_t span_ns)
{
	return !span_ns && (kind == ZCXSK_SIM_LINK_DOWN || kind == ZCXSK_SIM_DEVICE_STOPS);
}

static bool chances_are_valid(const struct zcxsk_sim_opts *o)
{
	for (uint32_t kind = 0; kind < ZCXSK_SIM_KINDS; kind++) {
		const struct zcxsk_sim_chance *c = &o->chances[kind];

		if (c->reserved || (c->ppm && state_without_span(kind, c->span_ns)))
			return false;
	}
	return true;
}

static bool opts_are_valid(const struct zcxsk_sim_opts *o)
{
	const uint32_t sizes[] = {o->rx_ring_size, o->tx_ring_size, o->fill_ring_size,
				  o->completion_ring_size};

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (!power_of_two(sizes[i]) || sizes[i] > RING_MAX)
			return false;
	if (o->mode != ZCXSK_MODE_ZERO_COPY && o->mode != ZCXSK_MODE_NATIVE_COPY &&
	    o->mode != ZCXSK_MODE_GENERIC_COPY)
		return false;
	return !(o->flags & ~ALL_FLAGS) && !o->reserved && o->device_slots <= RING_MAX &&
	       power_of_two(o->frame_size) && o->frame_size > ZCXSK_XDP_HEADROOM &&
	       o->arrival_len <= o->frame_size - ZCXSK_XDP_HEADROOM && chances_are_valid(o);
}

static int allocate(struct zcxsk_sim *sim)
{
	uint32_t slots = sim->opts.device_slots;

	sim->device = calloc(slots, sizeof(*sim->device));
	sim->batch = calloc(slots, sizeof(*sim->batch));
	sim->posted = calloc(slots, sizeof(*sim->posted));
	sim->held = calloc(sim->opts.completion_ring_size, sizeof(*sim->held));
	if (!sim->device || !sim->batch || !sim->posted || !sim->held)
		return -ENOMEM;
	return sim_rings_make(sim);
}

static void set_up(struct zcxsk_sim *sim)
{
	const struct zcxsk_sim_opts *o = &sim->opts;

	sim->copy = o->mode != ZCXSK_MODE_ZERO_COPY;
	sim->random = o->seed;
	sim->now = o->start_ns;
	sim->arrival_ns = o->arrival_ns ? sim_later(sim->now, o->arrival_ns) : NEVER;
	sim_tx_forget(sim);
	zcxsk_kernel_init(&sim->kernel);
	sim->kernel.context = sim;
	sim->kernel.mode = o->mode;
	sim->kernel.rings = sim_rings_view(sim);
	sim->kernel.kick = sim_kick;
	sim->kernel.receive = sim_receive;
	sim->kernel.wait = sim_wait;
	sim->kernel.now = sim_clock;
	sim->kernel.reopen = sim_reopen;
}

int zcxsk_sim_create(struct zcxsk_sim **out, const struct zcxsk_sim_opts *opts)
{
	struct zcxsk_sim_opts o;
	struct zcxsk_sim *sim;

	if (!out)
		return -EINVAL;
	*out = NULL;
	if (opts_copy(&o, sizeof(o), opts, sizeof(o)))
		return -EINVAL;
	fill_in(&o);
	if (!opts_are_valid(&o))
		return -EINVAL;
	sim = calloc(1, sizeof(*sim));
	if (!sim)
		return -ENOMEM;
	sim->opts = o;
	if (allocate(sim)) {
		zcxsk_sim_destroy(sim);
		return -ENOMEM;
	}
	set_up(sim);
	*out = sim;
	return 0;
}

void zcxsk_sim_destroy(struct zcxsk_sim *sim)
{
	struct sim_ring *rings[4];

	if (!sim)
		return;
	rings[0] = sim->rx;
	rings[1] = sim->tx;
	rings[2] = sim->fill;
	rings[3] = sim->comp;
	sim_rings_free(rings);
	free(sim->device);
	free(sim->batch);
	free(sim->posted);
	free(sim->held);
	free(sim->faults);
	free(sim);
}

/* ---- using ----------------------------------------------------------------- */

void zcxsk_sim_opts_init(struct zcxsk_sim_opts *opts)
{
	memset(opts, 0, sizeof(*opts));
	opts->size = sizeof(*opts);
}

void zcxsk_sim_stats_init(struct zcxsk_sim_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
}

const struct zcxsk_kernel *zcxsk_sim_kernel(struct zcxsk_sim *sim)
{
	return sim ? &sim->kernel : NULL;
}

void zcxsk_sim_set_memory(struct zcxsk_sim *sim, void *memory, uint64_t size)
{
	sim->opts.memory = memory;
	sim->opts.memory_size = size;
}

uint64_t zcxsk_sim_now(const struct zcxsk_sim *sim)
{
	return sim->now;
}

void zcxsk_sim_advance(struct zcxsk_sim *sim, uint64_t ns)
{
	sim_clock_run(sim, sim_later(sim->now, ns));
}

int zcxsk_sim_receive(struct zcxsk_sim *sim, const void *data, uint32_t len)
{
	if (!sim || !len)
		return -EINVAL;
	if (len > sim->opts.frame_size - ZCXSK_XDP_HEADROOM)
		return -EMSGSIZE;
	return sim_rx_arrive(sim, data, len);
}

int zcxsk_sim_add_fault(struct zcxsk_sim *sim, const struct zcxsk_sim_fault *fault)
{
	struct zcxsk_sim_fault f;

	if (!sim || !fault || fault->kind >= ZCXSK_SIM_KINDS || fault->reserved ||
	    state_without_span(fault->kind, fault->span_ns))
		return -EINVAL;
	f = *fault;
	if (f.at_ns < sim->now)
		f.at_ns = sim->now;
	return sim_fault_add(sim, &f);
}

void zcxsk_sim_calm(struct zcxsk_sim *sim)
{
	memset(sim->opts.chances, 0, sizeof(sim->opts.chances));
	memset(sim->scripted, 0, sizeof(sim->scripted));
	sim->fault_count = 0;
	if (sim_down(sim))
		sim_link_up(sim);
}

int zcxsk_sim_read_stats(const struct zcxsk_sim *sim, struct zcxsk_sim_stats *stats)
{
	struct zcxsk_sim_stats st;

	if (!sim || !stats)
		return -EINVAL;
	st = sim->count;
	st.in_device = sim->device_count + sim->held_count;
	st.posted = sim->posted_count;
	return opts_answer(stats, &st, sizeof(st));
}

const char *zcxsk_sim_kind_name(enum zcxsk_sim_kind kind)
{
	static const char *const names[ZCXSK_SIM_KINDS] = {
		"interrupt-lost",	"interrupt-late",     "flag-late",
		"kick-fails",		"wait-fails",	      "reopen-fails",
		"completion-lost",	"completion-late",    "completions-shuffled",
		"completion-doubled",	"completion-foreign", "completion-unknown",
		"descriptor-swallowed", "link-down",	      "device-stops",
		"socket-dies",
	};

	return (unsigned)kind < ZCXSK_SIM_KINDS ? names[kind] : "unknown";
}
