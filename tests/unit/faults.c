/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults.c - runs seeded scripts of faults against a socket on the simulated kernel:
 * random options, calls and faults. After each call and at the end of each script, checks
 * every frame, packet, token and counter, and that no call took longer than allowed.
 *
 * ZCXSK_SEED=n runs only the script with that seed, ZCXSK_SCRIPTS=n that many scripts.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zcxsk/kernel.h>
#include <zcxsk/rx.h>
#include <zcxsk/service.h>
#include <zcxsk/sim.h>
#include <zcxsk/stats.h>
#include <zcxsk/token.h>
#include <zcxsk/tx.h>
#include <zcxsk/watchdog.h>

#include "datapath/outstanding.h"
#include "prng.h"
#include "watcher.h"

#define SCRIPTS 20480u /* in total, over the tests below */
#define FRAME 2048u    /* bytes */
#define HELD_MAX 64u   /* most frames that the application holds */
#define BURST_MAX 32u
#define EVENTS 16u /* more than there are types */
#define US 1000ull /* ns */
#define MS 1000000ull
#define S 1000000000ull
/* Time that a call may take in addition to its timeout, for each entry into the kernel. */
#define CALL_NS 500u
/*
 * Entries into the kernel that one call may make in addition to waiting: several per
 * descriptor, if the kernel takes them one at a time.
 */
#define CALLS_MAX 1200u
/* A wait wakes up at most once in this time, and enters the kernel some times for each. */
#define TICK_MIN_NS (10 * US)
#define CALLS_PER_TICK 40u
/* By then a healthy kernel has processed everything, whatever happened before. */
#define SETTLED_NS (2 * S)
#define ENDING_NS (10 * MS) /* a script's last fault strikes within this time */

/* Aligned to the largest page that arm64 offers. */
static _Alignas(65536) unsigned char memory[WATCHER_FRAMES * FRAME];

struct script {
	uint64_t seed;
	uint64_t random;
	struct watcher watcher;
	struct zcxsk_sim *sim;
	struct zcxsk_sim_opts sim_opts;
	struct zcxsk_socket *socket;
	struct zcxsk_socket_opts opts;
	bool checked;	  /* a pool with ZCXSK_POOL_CHECK */
	bool keeps_frame; /* a frame that is held and never sent */
	uint64_t kept_frame;
	struct zcxsk_packet held[HELD_MAX];
	uint32_t held_count;
	struct zcxsk_kernel inner; /* the simulated one; the test's wrapper counts its calls */
	uint64_t calls;		   /* into the kernel, during the current library call */
	uint64_t calls_max;
	uint64_t started_ns;
	uint64_t timeout_ns;
};

static struct script script;

__attribute__((format(printf, 2, 3))) static void fail(const struct script *s, const char *format,
						       ...)
{
	char why[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	cr_assert_fail("ZCXSK_SEED=%" PRIu64 ": %s", s->seed, why);
}

/* Formats the message only on failure, since there are very many checks. */
#define HOLDS(condition, ...)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail(s, __VA_ARGS__);                                                      \
	} while (0)

/* splitmix64, like the simulated kernel's, but a separate sequence. */
static uint64_t roll(struct script *s, uint64_t below)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31)) % below;
}

static bool one_in(struct script *s, uint64_t n)
{
	return roll(s, n) == 0;
}

/* A value from `from` to `to`; each order of magnitude above `from` is equally likely. */
static uint64_t spread(struct script *s, uint64_t from, uint64_t to)
{
	uint64_t range = to - from + 1, orders = 0;

	while (orders < 63 && range >> orders)
		orders++;
	orders = 1ull << roll(s, orders + 1);
	return from + roll(s, orders < range ? orders : range);
}

/* ---- the kernel, with its calls counted ------------------------------------ */

/* At each entry into the kernel: a completion that comes meanwhile takes the packet back. */
static void note_given_up(struct script *s)
{
	const uint64_t *bits = s->socket ? s->socket->out.strays.frames : NULL;

	for (uint32_t i = 0; bits && s->socket->out.strays.lost && i < s->socket->umem->frames; i++)
		if (bits[i / 64] >> i % 64 & 1)
			watcher_gave_up(&s->watcher, i);
}

static struct script *count_call(void *context)
{
	struct script *s = context;

	note_given_up(s);
	s->calls++;
	HOLDS(s->calls <= s->calls_max, "a call entered the kernel %" PRIu64 " times", s->calls);
	return s;
}

static int count_kick(void *context)
{
	struct script *s = count_call(context);

	return s->inner.kick(s->inner.context);
}

static int count_receive(void *context)
{
	struct script *s = count_call(context);

	return s->inner.receive(s->inner.context);
}

static int count_wait(void *context, short events, uint64_t timeout_ns)
{
	struct script *s = count_call(context);

	return s->inner.wait(s->inner.context, events, timeout_ns);
}

static uint64_t count_now(void *context)
{
	struct script *s = count_call(context);

	return s->inner.now(s->inner.context);
}

static int count_reopen(void *context, struct zcxsk_kernel_rings *rings)
{
	struct script *s = count_call(context);

	return s->inner.reopen(s->inner.context, rings);
}

/* Starts a library call, which may take this long; end() checks it. */
static void begin(struct script *s, uint64_t timeout_ns)
{
	s->calls = 0;
	s->calls_max = CALLS_MAX + timeout_ns / TICK_MIN_NS * CALLS_PER_TICK;
	s->started_ns = zcxsk_sim_now(s->sim);
	s->timeout_ns = timeout_ns;
}

static void end(struct script *s, const char *call)
{
	uint64_t took = zcxsk_sim_now(s->sim) - s->started_ns;
	uint64_t most = s->timeout_ns + s->calls * CALL_NS + CALL_NS;

	HOLDS(took <= most, "%s took %" PRIu64 " ns, with a timeout of %" PRIu64, call, took,
	      s->timeout_ns);
	note_given_up(s);
	HOLDS(!s->watcher.error[0], "after %s: %s", call, s->watcher.error);
}

static struct zcxsk_stats read_stats(struct script *s)
{
	struct zcxsk_stats st;

	zcxsk_stats_init(&st);
	HOLDS(zcxsk_socket_read_stats(s->socket, &st) == 0, "no stats");
	return st;
}

static struct zcxsk_sim_stats read_sim(const struct script *s)
{
	struct zcxsk_sim_stats st;

	zcxsk_sim_stats_init(&st);
	HOLDS(zcxsk_sim_read_stats(s->sim, &st) == 0, "no statistics from the simulated kernel");
	return st;
}

/* ---- random options -------------------------------------------------------- */

static void chance(struct script *s, enum zcxsk_sim_kind kind, uint32_t ppm_max, uint64_t span_ns,
		   uint64_t value)
{
	if (!one_in(s, 3))
		return;
	s->sim_opts.chances[kind] = (struct zcxsk_sim_chance){
		.ppm = ppm_max >> roll(s, 6),
		.span_ns = span_ns,
		.value = value,
	};
}

/* Faults that only a zero-copy driver can have. */
static void roll_zero_copy_faults(struct script *s)
{
	struct zcxsk_sim_opts *o = &s->sim_opts;

	if (one_in(s, 3)) {
		o->flags |= ZCXSK_SIM_CLEARS_FLAG;
		o->flags |= one_in(s, 2) ? ZCXSK_SIM_NO_RECHECK : 0;
		chance(s, ZCXSK_SIM_FLAG_LATE, 1000000, 0, spread(s, 100, 500 * US));
	} else {
		/* A kick repairs this, except with drivers that clear the flag. */
		chance(s, ZCXSK_SIM_INTERRUPT_LOST, 1000000, one_in(s, 3) ? 20 * MS : 0, 0);
	}
	chance(s, ZCXSK_SIM_INTERRUPT_LATE, 500000, 0, spread(s, US, 5 * MS));
}

static void roll_faults(struct script *s)
{
	if (s->sim_opts.mode == ZCXSK_MODE_ZERO_COPY)
		roll_zero_copy_faults(s);
	chance(s, ZCXSK_SIM_KICK_FAILS, 300000, one_in(s, 4) ? spread(s, US, MS) : 0, 0);
	chance(s, ZCXSK_SIM_WAIT_FAILS, 100000, 0, 0);
	chance(s, ZCXSK_SIM_COMPLETION_LOST, 5000, 0, 0);
	chance(s, ZCXSK_SIM_COMPLETION_LATE, 100000, 0, spread(s, US, 5 * MS));
	chance(s, ZCXSK_SIM_COMPLETIONS_SHUFFLED, 500000, 0, 0);
	chance(s, ZCXSK_SIM_COMPLETION_DOUBLED, 100000, 0, 0);
	chance(s, ZCXSK_SIM_COMPLETION_FOREIGN, 100000, 0,
	       one_in(s, 2) ? 0 : sizeof(memory) + roll(s, UINT64_MAX - sizeof(memory)));
	chance(s, ZCXSK_SIM_DESCRIPTOR_SWALLOWED, 5000, 0, 0);
	chance(s, ZCXSK_SIM_LINK_DOWN, 5000, spread(s, US, 20 * MS), 0);
	chance(s, ZCXSK_SIM_DEVICE_STOPS, 5000, spread(s, US, 50 * MS), 0);
}

static void roll_sim(struct script *s)
{
	static const uint32_t modes[] = {ZCXSK_MODE_ZERO_COPY, ZCXSK_MODE_ZERO_COPY,
					 ZCXSK_MODE_NATIVE_COPY, ZCXSK_MODE_GENERIC_COPY};
	struct zcxsk_sim_opts *o = &s->sim_opts;

	zcxsk_sim_opts_init(o);
	o->seed = s->seed;
	o->mode = modes[roll(s, 4)];
	o->tx_ring_size = 16u << roll(s, 5);
	o->completion_ring_size = o->tx_ring_size << roll(s, 2);
	o->fill_ring_size = 16u << roll(s, 4);
	o->rx_ring_size = 16u << roll(s, 4);
	o->first_index = one_in(s, 2) ? UINT32_MAX - (uint32_t)roll(s, 500) : 0;
	o->device_slots = (uint32_t)spread(s, 8, 256);
	o->copy_budget = (uint32_t)spread(s, 4, 64);
	o->memory = memory;
	o->memory_size = sizeof(memory);
	o->packet_ns = spread(s, 100, 20 * US);
	o->interrupt_ns = spread(s, 500, 200 * US);
	o->call_ns = CALL_NS;
	o->arrival_ns = one_in(s, 4) ? spread(s, 50 * US, 5 * MS) : 0;
	o->flags = o->mode != ZCXSK_MODE_ZERO_COPY && one_in(s, 3) ? ZCXSK_SIM_OLD_COPY : 0;
	o->event = watcher_event;
	o->event_context = &s->watcher;
	roll_faults(s);
}

static void roll_socket(struct script *s)
{
	struct zcxsk_socket_opts *o = &s->opts;

	zcxsk_socket_opts_init(o);
	o->flags = one_in(s, 6) ? ZCXSK_SOCKET_TX_ONLY : 0;
	o->tx_limit = one_in(s, 2) ? (uint32_t)spread(s, 1, s->sim_opts.tx_ring_size) : 0;
	o->kick_policy = (uint32_t)roll(s, 4);
	o->kick_watermark = one_in(s, 2) ? (uint32_t)spread(s, 1, s->sim_opts.tx_ring_size) : 0;
	o->kick_tail_ns = one_in(s, 2) ? spread(s, US, MS) : 0;
	o->watchdog_first_ns = one_in(s, 2) ? spread(s, 10 * US, MS) : 0;
	o->watchdog_last_ns = one_in(s, 2) ? spread(s, MS, 20 * MS) : 0;
	o->stall_ns = one_in(s, 2) ? spread(s, MS, S) : 0;
	o->lost_ns = one_in(s, 2) ? spread(s, MS, S) : 0;
	if (one_in(s, 10))
		o->watchdog_first_ns = UINT64_MAX;
	o->copy_threshold = one_in(s, 2) ? (uint32_t)spread(s, 64, 1024) : 0;
	o->tokens = (uint32_t)roll(s, 3);
}

/* ---- opening and closing --------------------------------------------------- */

static struct zcxsk_kernel counting(struct script *s)
{
	struct zcxsk_kernel k = s->inner;

	k.context = s;
	k.kick = count_kick;
	k.receive = count_receive;
	k.wait = count_wait;
	k.now = count_now;
	k.reopen = count_reopen;
	return k;
}

static void open_script(struct script *s, uint64_t seed)
{
	struct zcxsk_umem_opts umem;
	struct zcxsk_pool_opts pool;
	struct zcxsk_kernel kernel;
	struct zcxsk_error error;
	int ret;

	memset(s, 0, sizeof(*s));
	s->seed = s->random = seed;
	watcher_init(&s->watcher, memory, FRAME);
	roll_sim(s);
	roll_socket(s);
	zcxsk_umem_opts_init(&umem);
	umem.memory = memory;
	umem.memory_size = (64u << roll(s, 4)) * FRAME;
	zcxsk_pool_opts_init(&pool);
	s->checked = one_in(s, 2);
	pool.flags = s->checked ? ZCXSK_POOL_CHECK : 0;
	s->opts.umem_opts = &umem;
	s->opts.pool_opts = &pool;
	s->calls_max = CALLS_MAX;
	HOLDS(zcxsk_sim_create(&s->sim, &s->sim_opts) == 0, "no sim");
	s->inner = *zcxsk_sim_kernel(s->sim);
	kernel = counting(s);
	ret = zcxsk_socket_open_on(&s->socket, &kernel, &s->opts, &error);
	HOLDS(ret == 0, "no socket: %d, %s", ret, error.cause);
	s->opts.umem_opts = NULL;
	s->opts.pool_opts = NULL;
}

/* Allocates a frame that the application keeps, for completions of frames never sent. */
static void keep_frame(struct script *s)
{
	struct zcxsk_sim_fault fault = {.kind = ZCXSK_SIM_COMPLETION_UNKNOWN};
	struct zcxsk_packet p;

	if (!one_in(s, 4) || !zcxsk_tx_alloc(s->socket, &p, 1, 0))
		return;
	watcher_allocated(&s->watcher, &p, 1);
	s->keeps_frame = true;
	s->kept_frame = p.addr;
	fault.value = p.addr;
	for (uint64_t i = 1 + roll(s, 8); i--;) {
		fault.at_ns = zcxsk_sim_now(s->sim) + roll(s, 20 * MS);
		HOLDS(zcxsk_sim_add_fault(s->sim, &fault) == 0, "no fault");
	}
}

/* ---- calls ----------------------------------------------------------------- */

static void allocate(struct script *s)
{
	uint32_t n = (uint32_t)spread(s, 1, BURST_MAX);

	if (n > HELD_MAX - s->held_count)
		n = HELD_MAX - s->held_count;
	begin(s, 0);
	n = zcxsk_tx_alloc(s->socket, s->held + s->held_count, n, 0);
	watcher_allocated(&s->watcher, s->held + s->held_count, n);
	s->held_count += n;
	end(s, "tx_alloc");
}

/* Drops the first n of the held frames from the list. */
static void forget_held(struct script *s, uint32_t n)
{
	s->held_count -= n;
	memmove(s->held, s->held + n, s->held_count * sizeof(s->held[0]));
}

static uint32_t some_held(struct script *s)
{
	uint32_t n = s->held_count ? 1 + (uint32_t)roll(s, s->held_count) : 0;

	if (s->watcher.sent + HELD_MAX > WATCHER_PACKETS)
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		s->held[i].len = (uint32_t)spread(s, 60, 1500);
		s->held[i].flags = 0;
	}
	return n;
}

/* Sends the first n of the held frames, or as many as the socket accepts. */
static void burst_of(struct script *s, uint32_t n)
{
	bool tokens = s->opts.tokens && !one_in(s, 4);
	uint64_t numbers[HELD_MAX];
	uint32_t taken;

	watcher_send(&s->watcher, s->held, n, tokens);
	for (uint32_t i = 0; i < n; i++)
		numbers[i] = s->watcher.sent + i;
	begin(s, 0);
	taken = tokens ? zcxsk_tx_burst_tokens(s->socket, s->held, numbers, n)
		       : zcxsk_tx_burst(s->socket, s->held, n);
	watcher_taken(&s->watcher, s->held, n, taken);
	end(s, "tx_burst");
	forget_held(s, taken);
}

static void burst(struct script *s)
{
	burst_of(s, some_held(s));
}

static void burst_wait(struct script *s)
{
	uint64_t timeout = spread(s, US, 20 * MS);
	uint32_t n = some_held(s), taken;
	int ret;

	if (!n)
		return;
	watcher_send(&s->watcher, s->held, n, false);
	begin(s, timeout);
	ret = zcxsk_tx_wait(s->socket, s->held, n, timeout, &taken);
	watcher_taken(&s->watcher, s->held, n, taken);
	end(s, "tx_wait");
	HOLDS((ret == 0) == (taken == n), "tx_wait returned %d after %u of %u packets", ret, taken,
	      n);
	HOLDS(ret == 0 || ret == -ETIMEDOUT || ret == -ETIME || ret == -EINTR || ret == -ENETDOWN ||
		      ret == -ENXIO,
	      "tx_wait returned %d", ret);
	forget_held(s, taken);
}

static void send_copy(struct script *s)
{
	static unsigned char data[FRAME];
	uint32_t len = (uint32_t)spread(s, 60, FRAME);
	uint64_t timeout = one_in(s, 2) ? spread(s, US, 10 * MS) : 0;
	int ret;

	if (s->watcher.sent + 1 >= WATCHER_PACKETS)
		return;
	watcher_send_copy(&s->watcher, data);
	begin(s, timeout);
	ret = timeout ? zcxsk_tx_send_wait(s->socket, data, len, timeout)
		      : zcxsk_tx_send(s->socket, data, len);
	watcher_copy_taken(&s->watcher, ret == 0);
	end(s, "tx_send");
	HOLDS(ret == 0 || ret == (timeout ? -ETIMEDOUT : -EAGAIN) || ret == -ENXIO ||
		      (timeout && (ret == -EINTR || ret == -ENETDOWN || ret == -ETIME)),
	      "tx_send of a copy returned %d", ret);
}

static void send_in_place(struct script *s)
{
	uint32_t threshold = s->opts.copy_threshold ? s->opts.copy_threshold : 256;
	struct zcxsk_packet *p = s->held;
	int ret;

	if (!some_held(s))
		return;
	p->len = threshold + 1 + (uint32_t)roll(s, 100);
	if (p->len > FRAME - p->addr % FRAME)
		return;
	watcher_send(&s->watcher, p, 1, false);
	begin(s, 0);
	ret = zcxsk_tx_send(s->socket, memory + p->addr, p->len);
	watcher_taken(&s->watcher, p, 1, ret == 1);
	end(s, "tx_send");
	HOLDS(ret == 1 || ret == -EAGAIN || ret == -ENXIO, "tx_send in place returned %d", ret);
	if (ret == 1)
		forget_held(s, 1);
}

static void release(struct script *s)
{
	uint32_t n = s->held_count ? 1 + (uint32_t)roll(s, s->held_count) : 0;

	begin(s, 0);
	watcher_released(&s->watcher, s->held, n);
	HOLDS(zcxsk_packet_release(s->socket, s->held, n) == n, "a release was refused");
	end(s, "packet_release");
	forget_held(s, n);
}

static void collect_tokens(struct script *s)
{
	uint64_t tokens[BURST_MAX];
	uint32_t n;

	begin(s, 0);
	n = zcxsk_tx_done(s->socket, tokens, (uint32_t)spread(s, 1, BURST_MAX));
	note_given_up(s);
	for (uint32_t i = 0; i < n; i++)
		watcher_reported(&s->watcher, tokens[i], s->opts.tokens == ZCXSK_TOKENS_IN_ORDER);
	end(s, "tx_done");
}

static void flush(struct script *s)
{
	begin(s, 0);
	zcxsk_tx_flush(s->socket);
	end(s, "tx_flush");
}

static void reap(struct script *s)
{
	begin(s, 0);
	zcxsk_tx_reap(s->socket);
	end(s, "tx_reap");
}

static void serve(struct script *s)
{
	struct zcxsk_event events[EVENTS];
	struct zcxsk_stall stall;
	uint32_t n;
	int ret, read;

	begin(s, 0);
	ret = zcxsk_socket_service(s->socket, events, EVENTS, &n);
	end(s, "service");
	HOLDS(ret == 0 && n <= EVENTS, "service returned %d and %u events", ret, n);
	zcxsk_stall_init(&stall);
	read = zcxsk_watchdog_read_stall(s->socket, &stall);
	HOLDS(zcxsk_socket_status(s->socket) != -ETIME || read == 0,
	      "a stall that cannot be read: %d", read);
	if (read == 0)
		HOLDS(stall.frames && stall.age_ns >= (s->opts.stall_ns ? s->opts.stall_ns : S),
		      "a stall of %u frames after %" PRIu64 " ns", stall.frames, stall.age_ns);
}

static void arrive(struct script *s)
{
	unsigned char data[64] = {0};
	uint64_t number;

	for (uint64_t n = 1 + roll(s, 8); n--;) {
		number = s->watcher.arriving;
		memcpy(data, &number, sizeof(number));
		if (zcxsk_sim_receive(s->sim, data, sizeof(data)) == 0)
			s->watcher.arriving++;
	}
}

/* A wait ends without a packet if the link, which was down, is up again. */
static bool link_may_be_back(struct script *s)
{
	return s->sim_opts.chances[ZCXSK_SIM_LINK_DOWN].ppm &&
	       zcxsk_socket_status(s->socket) != -ENETDOWN;
}

static void receive(struct script *s)
{
	uint64_t timeout = one_in(s, 4) ? spread(s, US, 10 * MS) : 0;
	struct zcxsk_packet *packets = s->held + s->held_count;
	uint32_t room = HELD_MAX - s->held_count, n = 0;
	int ret = 0;

	if (s->opts.flags & ZCXSK_SOCKET_TX_ONLY || !room)
		return;
	begin(s, timeout);
	if (timeout)
		ret = zcxsk_rx_wait(s->socket, packets, room, timeout, &n);
	else
		n = zcxsk_rx_burst(s->socket, packets, room);
	watcher_received(&s->watcher, packets, n, !s->sim_opts.arrival_ns);
	end(s, "rx_burst or rx_wait");
	HOLDS(!timeout || (ret == 0) == (n > 0) || (!ret && link_may_be_back(s)),
	      "rx_wait returned %d and %u packets", ret, n);
	s->held_count += n;
}

static void let_time_pass(struct script *s)
{
	zcxsk_sim_advance(s->sim, spread(s, 100, one_in(s, 8) ? 20 * MS : 200 * US));
}

/* Checks that the frame counts in the statistics always add up to all frames. */
static void check_places(struct script *s)
{
	struct zcxsk_stats st = read_stats(s);

	HOLDS(st.frames == st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring + st.in_tx_ring +
				   st.in_kernel_tx + st.in_completion_ring + st.in_lost +
				   (uint64_t)st.in_application + st.in_cache + st.in_pool,
	      "the ten places do not add up to all frames");
	HOLDS(st.in_application == s->watcher.held,
	      "%" PRId64 " frames with the application, which holds %u", st.in_application,
	      s->watcher.held);
}

static void step(struct script *s)
{
	static void (*const calls[])(struct script *) = {
		allocate,   allocate,  allocate,       burst,	      burst,
		burst,	    send_copy, send_in_place,  arrive,	      receive,
		receive,    release,   collect_tokens, reap,	      flush,
		burst_wait, serve,     let_time_pass,  let_time_pass, check_places,
	};

	calls[roll(s, sizeof(calls) / sizeof(calls[0]))](s);
}

/* ---- the end --------------------------------------------------------------- */

enum ending {
	END_WELL,
	END_STOPPED, /* the device has stopped for good */
	END_DEAD,    /* the device is gone */
};

static enum ending roll_ending(struct script *s)
{
	struct zcxsk_sim_fault fault = {0};
	uint64_t die = roll(s, 10);

	fault.at_ns = zcxsk_sim_now(s->sim) + spread(s, US, ENDING_NS);
	if (die == 0) {
		fault.kind = ZCXSK_SIM_SOCKET_DIES;
	} else if (die == 1) {
		fault.kind = ZCXSK_SIM_DEVICE_STOPS;
		fault.span_ns = UINT64_MAX;
	} else {
		return END_WELL;
	}
	HOLDS(zcxsk_sim_add_fault(s->sim, &fault) == 0, "no fault");
	return die == 0 ? END_DEAD : END_STOPPED;
}

/* The packets that are neither finished nor kept by a fault. */
static uint32_t unsettled(const struct script *s)
{
	return watcher_count(&s->watcher, FATE_IN_FLIGHT);
}

static uint32_t in_flight_by_watcher(const struct script *s)
{
	return unsettled(s) + watcher_count(&s->watcher, FATE_KEPT);
}

/*
 * Only runs the watchdog now and then, like an otherwise idle owner: everything has to
 * be sent and completed.
 */
static void settle_by_watchdog(struct script *s)
{
	uint64_t deadline = zcxsk_sim_now(s->sim) + SETTLED_NS;

	while (unsettled(s) && zcxsk_sim_now(s->sim) < deadline) {
		zcxsk_sim_advance(s->sim, 1 + roll(s, 2 * MS));
		/* With manual kicks the owner flushes; the watchdog covers only kicked packets. */
		if (s->opts.kick_policy == ZCXSK_KICK_MANUAL)
			flush(s);
		serve(s);
	}
	HOLDS(!unsettled(s), "%u packets are not yet sent or completed", unsettled(s));
}

/*
 * Checks on a healthy kernel that unkicked packets are kicked when their tail time is
 * over, by calls made for other reasons.
 */
static void check_tail(struct script *s)
{
	uint64_t tail = s->opts.kick_tail_ns ? s->opts.kick_tail_ns : 50 * US, deadline;

	/* Without a watchdog, packets left over from before may prevent this check. */
	if (s->opts.kick_policy == ZCXSK_KICK_MANUAL || unsettled(s))
		return;
	/* A flag that is set late is set by then. */
	zcxsk_sim_advance(s->sim, MS);
	allocate(s);
	for (uint32_t i = 0; i < 2; i++)
		burst_of(s, some_held(s) ? 1 : 0);
	deadline = zcxsk_sim_now(s->sim) + tail + 20 * US;
	/* A driver that cleared the flag takes the packet in its next interrupt. */
	if (s->sim_opts.flags & ZCXSK_SIM_CLEARS_FLAG)
		deadline += s->sim_opts.interrupt_ns + 2 * s->sim_opts.packet_ns;
	while (read_sim(s).taken < s->watcher.sent && zcxsk_sim_now(s->sim) < deadline) {
		zcxsk_sim_advance(s->sim, 2 * US);
		begin(s, 0);
		zcxsk_tx_reap(s->socket);
		end(s, "tx_reap");
	}
	HOLDS(read_sim(s).taken >= s->watcher.sent,
	      "the tail time is over, and nothing was kicked");
}

static void settle(struct script *s, enum ending ending)
{
	bool watched = s->opts.watchdog_first_ns != UINT64_MAX;
	uint32_t out, lost;

	zcxsk_sim_advance(s->sim, ENDING_NS);
	zcxsk_sim_calm(s->sim);
	if (ending == END_WELL && watched && one_in(s, 2))
		settle_by_watchdog(s);
	begin(s, SETTLED_NS);
	out = zcxsk_tx_drain(s->socket, SETTLED_NS);
	end(s, "tx_drain");
	lost = (uint32_t)read_stats(s).in_lost;
	HOLDS(out + lost == in_flight_by_watcher(s),
	      "drain reports %u in flight and %u lost instead of %u", out, lost,
	      in_flight_by_watcher(s));
	HOLDS(out == zcxsk_tx_outstanding(s->socket), "drain and outstanding differ");
	if (ending == END_WELL && watched)
		HOLDS(!unsettled(s), "%u packets not drained", unsettled(s));
	/* The drain lasted longer than any silence may. */
	if (ending != END_DEAD && watched && outstanding_live(s->socket))
		HOLDS(read_stats(s).tx_stalls, "%u packets are in flight, and no stall is reported",
		      out);
	if (ending == END_DEAD && out)
		HOLDS(zcxsk_socket_status(s->socket) == -ENXIO, "a dead socket has status %d",
		      zcxsk_socket_status(s->socket));
}

/* Checks the socket's counters against the simulated kernel's. */
static void check_counters(struct script *s)
{
	struct zcxsk_stats st = read_stats(s);
	struct zcxsk_sim_stats sim = read_sim(s);

	HOLDS(st.tx_completed == sim.completed, "%" PRIu64 " of %" PRIu64 " completions seen",
	      st.tx_completed, sim.completed);
	HOLDS(st.completion_foreign == sim.foreign, "%" PRIu64 " of %" PRIu64 " foreign seen",
	      st.completion_foreign, sim.foreign);
	HOLDS(st.completion_doubled + st.completion_unknown == sim.doubled + sim.unknown,
	      "%" PRIu64 " doubled and %" PRIu64 " unknown seen, of %" PRIu64 " and %" PRIu64,
	      st.completion_doubled, st.completion_unknown, sim.doubled, sim.unknown);
	/* The socket may forget the completion of a packet that later ones overtook. */
	HOLDS(st.completion_early || st.completion_doubled == sim.doubled,
	      "%" PRIu64 " of %" PRIu64 " doubled seen", st.completion_doubled, sim.doubled);
	HOLDS(st.tx_packets == s->watcher.sent, "%" PRIu64 " of %u packets counted", st.tx_packets,
	      s->watcher.sent);
	HOLDS(st.tx_kicks == st.tx_kicks_flag + st.tx_kicks_watermark + st.tx_kicks_tail +
				     st.tx_kicks_flush + st.tx_kicks_budget + st.tx_kicks_forced,
	      "kicks are not the sum of their causes");
}

static void check_tokens(struct script *s)
{
	bool in_order = s->opts.tokens == ZCXSK_TOKENS_IN_ORDER;

	if (!s->opts.tokens)
		return;
	for (uint32_t i = 0; i < 1024 && watcher_unreported(&s->watcher, in_order); i++)
		collect_tokens(s);
	HOLDS(!watcher_unreported(&s->watcher, in_order), "%u tokens were not reported",
	      watcher_unreported(&s->watcher, in_order));
}

static void release_all(struct script *s)
{
	struct zcxsk_packet kept_frame = {.addr = s->kept_frame, .len = 60, .flags = 0};

	while (s->held_count)
		release(s);
	if (!s->keeps_frame)
		return;
	s->keeps_frame = false;
	watcher_released(&s->watcher, &kept_frame, 1);
	HOLDS(zcxsk_packet_release(s->socket, &kept_frame, 1) == 1,
	      "the kept frame could not be released");
}

/* A rebuild that the kernel refuses once has no lasting effect. */
static void refuse_once(struct script *s)
{
	struct zcxsk_sim_fault fault = {.kind = ZCXSK_SIM_REOPEN_FAILS, .value = EBUSY};
	int ret;

	HOLDS(zcxsk_sim_add_fault(s->sim, &fault) == 0, "no fault");
	begin(s, 0);
	ret = zcxsk_socket_rebuild(s->socket, NULL);
	end(s, "a refused rebuild");
	HOLDS(ret == -EBUSY, "a refused rebuild returned %d", ret);
	HOLDS(zcxsk_socket_status(s->socket) == -ENXIO, "status %d without a queue",
	      zcxsk_socket_status(s->socket));
	allocate(s);
	burst(s);
	release_all(s);
	check_places(s);
}

static void send_everything(struct script *s)
{
	for (uint32_t i = 0; i < 20; i++) {
		allocate(s);
		burst_wait(s);
		collect_tokens(s);
	}
}

/* While the application holds frames, the kernel's frames cannot be determined. */
static void refuse_while_held(struct script *s)
{
	uint32_t out = zcxsk_tx_outstanding(s->socket);
	int ret;

	if (!s->watcher.held)
		return;
	begin(s, 0);
	ret = zcxsk_socket_rebuild(s->socket, NULL);
	end(s, "a rebuild with frames held");
	HOLDS(ret == -EBUSY, "a rebuild with %u frames held returned %d", s->watcher.held, ret);
	/* Completions that were waiting have been reaped. */
	HOLDS(zcxsk_tx_outstanding(s->socket) <= out, "more packets are in flight after a refusal");
	check_places(s);
}

static void rebuild(struct script *s)
{
	uint64_t abandoned;
	uint32_t lost;
	int ret;

	allocate(s);
	watcher_discarded(&s->watcher);
	if (!s->checked)
		refuse_while_held(s);
	if (!s->checked || one_in(s, 2))
		release_all(s);
	if (one_in(s, 4))
		refuse_once(s);
	begin(s, 0);
	ret = zcxsk_socket_rebuild(s->socket, NULL);
	lost = watcher_rebuilt(&s->watcher);
	end(s, "rebuild");
	HOLDS(ret == 0, "rebuild returned %d", ret);
	abandoned = read_stats(s).tx_abandoned;
	HOLDS(abandoned == lost, "%" PRIu64 " of %u packets abandoned", abandoned, lost);
	HOLDS(zcxsk_tx_outstanding(s->socket) == 0, "packets are in flight on a new queue");
	check_places(s);
	send_everything(s);
	settle(s, END_WELL);
	check_places(s);
	check_counters(s);
	check_tokens(s);
}

static void close_script(struct script *s)
{
	struct zcxsk_socket *socket;
	uint32_t out;

	begin(s, S); /* close drains for at most a second */
	socket = s->socket;
	s->socket = NULL;
	out = zcxsk_socket_close(socket);
	end(s, "socket_close");
	HOLDS(out == in_flight_by_watcher(s), "close reports %u in flight instead of %u", out,
	      in_flight_by_watcher(s));
	zcxsk_sim_destroy(s->sim);
}

static void run_script(uint64_t seed)
{
	struct script *s = &script;
	enum ending ending;
	uint32_t steps;

	open_script(s, seed);
	keep_frame(s);
	steps = 40 + (uint32_t)roll(s, 120);
	for (uint32_t i = 0; i < steps; i++)
		step(s);
	ending = roll_ending(s);
	for (uint32_t i = 0; i < steps / 2; i++)
		step(s);
	settle(s, ending);
	if (ending == END_WELL) {
		check_tail(s);
		settle(s, ending);
	}
	check_places(s);
	check_counters(s);
	check_tokens(s);
	if (ending != END_WELL ? one_in(s, 2) : one_in(s, 5))
		rebuild(s);
	close_script(s);
}

/* ---- the scripts ----------------------------------------------------------- */

/* Runs a quarter of the scripts, so that Criterion runs the quarters in parallel. */
static void run_quarter(uint64_t quarter)
{
	uint64_t only = prng_option("ZCXSK_SEED", 0);
	uint64_t n = prng_option("ZCXSK_SCRIPTS", SCRIPTS) / 4;

	if (only && quarter)
		cr_skip_test("ZCXSK_SEED selects a single script");
	if (only)
		run_script(only);
	for (uint64_t i = 0; !only && i < n; i++)
		run_script(1 + quarter * n + i);
}

Test(faults, every_frame_is_accounted_for_1)
{
	run_quarter(0);
}

Test(faults, every_frame_is_accounted_for_2)
{
	run_quarter(1);
}

Test(faults, every_frame_is_accounted_for_3)
{
	run_quarter(2);
}

Test(faults, every_frame_is_accounted_for_4)
{
	run_quarter(3);
}
