/* SPDX-License-Identifier: BSD-2-Clause */
/* rx.c - packets a second that each engine receives, and sends back, under a flood. */
#include <errno.h>
#include <inttypes.h>

#include "far_thread.h"
#include "machine_time.h"
#include "meter.h"

struct hooks {
	struct far_thread *flood;
	struct machine_turn machine;
	uint64_t sent; /* by the far end, in the time that was measured */
};

static void start(void *context)
{
	struct hooks *h = context;

	machine_turn_start(&h->machine);
	far_thread_start(h->flood);
}

static void end(void *context)
{
	struct hooks *h = context;

	h->sent = far_thread_sent(h->flood);
	machine_turn_end(&h->machine);
}

static const struct sweep sweep_fwd;

/* Reports the offered rate, too: an engine as fast as the sender is limited by it. */
static int flooded_turn(const struct entry *e, char *why)
{
	struct engine_setup setup = e->setup;
	struct engine_turn turn = {0};
	struct hooks hooks = {0};
	int ret = far_thread_open(&hooks.flood, setup.place, setup.packet_size, why);

	if (ret)
		return ret;
	setup.ready = start;
	setup.over = end;
	setup.context = &hooks;
	ret = e->engine->move(&setup, e->sweep == &sweep_fwd, e->plan->turn_ns, &turn, why);
	far_thread_close(hooks.flood);
	if (ret)
		return ret;
	if (!sweep_add_turn(e, &turn))
		return engine_refuses(why, EIO, "no packet was received; the far end sent %" PRIu64,
				      hooks.sent);
	sweep_add(e, turn.mode, "offered_packets_per_second", "packets/s",
		  (double)hooks.sent * (double)NS_PER_S / (double)turn.ns);
	if (e->plan->place->kind == PLACE_GUEST)
		machine_turn_add(e, &turn, &hooks.machine);
	return 0;
}

static bool can_receive(const struct engine *engine)
{
	return engine->receives;
}

static bool can_forward(const struct engine *engine)
{
	return engine->forwards;
}

static const struct sweep sweep_rx = {.name = "rx", .can = can_receive, .turn = flooded_turn};
static const struct sweep sweep_fwd = {.name = "fwd", .can = can_forward, .turn = flooded_turn};

const struct bench_case case_rx = {
	.name = "rx",
	.words = "packets per second received from a far end that floods",
	.needs_place = true,
	.ignores = "rate",
	.sweep = &sweep_rx,
};

const struct bench_case case_fwd = {
	.name = "fwd",
	.words = "packets per second received and sent back",
	.needs_place = true,
	.ignores = "rate",
	.sweep = &sweep_fwd,
};
