/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff.c - both ends of a handoff in one thread: order, sizes, resizing, deadlines,
 * descriptors and frame accounting. handoff_threads.c tests two threads at once.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>
#include <zcxsk/zcxsk.h>

#include "frames/eventcount.h"
#include "frames/ring_chain.h"
#include "plain_socket.h"

#define ROOM 16u /* entries of most handoffs here */
#define SOON_NS 1000000u
#define NEVER_NS 10000000000ull /* a signal arrives first */

static struct plain_socket p; /* owns the frames */
static struct zcxsk_handoff *handoff;
static uint64_t expected_violations; /* ownership violations that a test commits on purpose */
static struct zcxsk_packet got[PLAIN_FRAMES];

static void make(uint32_t entries)
{
	struct zcxsk_handoff_opts opts;

	zcxsk_handoff_opts_init(&opts);
	opts.entries = entries;
	cr_assert_eq(zcxsk_handoff_create(&handoff, p.s.pool, &opts, NULL), 0);
}

static void open_handoff(void)
{
	plain_open(&p, ZCXSK_POOL_CHECK);
	make(ROOM);
}

static void close_handoff(void)
{
	char violation[200];

	cr_assert_eq(zcxsk_handoff_destroy(handoff), 0);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES, "frames are missing at the end");
	cr_assert_eq(zcxsk_pool_violation(p.s.pool, violation, sizeof(violation)),
		     expected_violations, "%s", violation);
	plain_close(&p);
}

/* Runs a test between set-up and checks; Criterion ignores failures in a teardown. */
#define HANDOFF(name)                                                                              \
	static void name(void);                                                                    \
	Test(handoff, name)                                                                        \
	{                                                                                          \
		open_handoff();                                                                    \
		name();                                                                            \
		close_handoff();                                                                   \
	}                                                                                          \
	static void name(void)

/* Packets carry consecutive numbers as their lengths. */
static uint32_t next_in, next_out;

static uint32_t push(uint32_t n)
{
	struct zcxsk_packet packets[PLAIN_FRAMES];
	uint32_t pushed;

	cr_assert_eq(zcxsk_tx_alloc(&p.s, packets, n, 0), n);
	for (uint32_t i = 0; i < n; i++)
		packets[i].len = next_in + i;
	pushed = zcxsk_handoff_push(handoff, packets, n);
	cr_assert_eq(zcxsk_packet_release(&p.s, packets + pushed, n - pushed), n - pushed);
	next_in += pushed;
	return pushed;
}

static void check_popped(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		cr_assert_eq(got[i].len, next_out++);
	cr_assert_eq(zcxsk_packet_release(&p.s, got, n), n);
}

static uint32_t pop(uint32_t max)
{
	uint32_t n = zcxsk_handoff_pop(handoff, got, max);

	check_popped(n);
	return n;
}

static void pop_all(void)
{
	while (pop(PLAIN_FRAMES))
		;
	cr_assert_eq(next_out, next_in);
	cr_assert_eq(zcxsk_handoff_count(handoff), 0);
}

static bool readable(int fd)
{
	struct pollfd f = {.fd = fd, .events = POLLIN};

	return poll(&f, 1, 0) == 1;
}

/* ---- order and sizes ------------------------------------------------------------ */

HANDOFF(packets_are_popped_in_the_order_pushed)
{
	for (uint32_t i = 0; i < 100; i++) {
		uint32_t n = i % ROOM;

		cr_assert_eq(push(n), n);
		cr_assert_eq(zcxsk_handoff_count(handoff), n);
		cr_assert_eq(pop(n / 2), n / 2);
		pop_all();
	}
}

HANDOFF(a_push_into_a_nearly_full_ring_takes_what_fits)
{
	cr_assert_eq(push(ROOM + 3), ROOM);
	cr_assert_eq(push(1), 0);
	cr_assert_eq(pop(2), 2);
	cr_assert_eq(push(3), 2);
	pop_all();
}

HANDOFF(peek_returns_the_next_packets_without_popping_them)
{
	cr_assert_eq(zcxsk_handoff_peek(handoff, got, 1), 0);
	push(3);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(zcxsk_handoff_peek(handoff, got, 1), 1);
		cr_assert_eq(got[0].len, next_out);
	}
	cr_assert_eq(zcxsk_handoff_peek(handoff, got, 9), 3);
	cr_assert_eq(got[2].len, next_out + 2);
	cr_assert_eq(zcxsk_handoff_count(handoff), 3);
	pop_all();
}

HANDOFF(sizes_are_rounded_up_and_reported)
{
	static const struct {
		uint32_t wanted, entries;
	} sizes[] = {{0, 1024}, {1, 2}, {2, 2}, {3, 4}, {1000, 1024}, {1u << 20, 1u << 20}};
	struct zcxsk_handoff *other;
	struct zcxsk_handoff_opts opts;

	zcxsk_handoff_opts_init(&opts);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		opts.entries = sizes[i].wanted;
		cr_assert_eq(zcxsk_handoff_create(&other, p.s.pool, &opts, NULL), 0);
		cr_assert_eq(zcxsk_handoff_entries(other), sizes[i].entries);
		cr_assert_eq(zcxsk_handoff_destroy(other), 0);
	}
	cr_assert_eq(zcxsk_handoff_resize(handoff, 33, NULL), 0);
	cr_assert_eq(zcxsk_handoff_entries(handoff), 64);
}

HANDOFF(too_large_a_ring_is_refused_with_the_limit)
{
	struct zcxsk_handoff_opts opts;
	struct zcxsk_handoff *other = (void *)1;
	struct zcxsk_error error;

	zcxsk_handoff_opts_init(&opts);
	opts.entries = ZCXSK_HANDOFF_ENTRIES_MAX + 1;
	cr_assert_eq(zcxsk_handoff_create(&other, p.s.pool, &opts, &error), -EINVAL);
	cr_assert_null(other);
	cr_assert(strstr(error.cause, "1048577") && strstr(error.cause, "1048576"));
	cr_assert_eq(zcxsk_handoff_resize(handoff, UINT32_MAX, &error), -EINVAL);
	cr_assert(strstr(error.cause, "4294967295"));
	cr_assert_eq(zcxsk_handoff_entries(handoff), ROOM);
	opts.entries = 0;
	opts.reserved = 1;
	cr_assert_eq(zcxsk_handoff_create(&other, p.s.pool, &opts, &error), -EINVAL);
}

/* ---- resizing ------------------------------------------------------------------- */

HANDOFF(a_full_ring_accepts_more_as_soon_as_it_grows)
{
	cr_assert_eq(push(ROOM), ROOM);
	cr_assert_eq(zcxsk_handoff_resize(handoff, 64, NULL), 0);
	cr_assert_eq(push(65), 64);
	cr_assert_eq(pop(ROOM / 2), ROOM / 2);
	cr_assert_eq(zcxsk_handoff_count(handoff), ROOM / 2 + 64);
	pop_all();
	cr_assert_eq(push(65), 64);
	pop_all();
}

HANDOFF(no_packet_is_lost_when_the_ring_shrinks)
{
	cr_assert_eq(push(ROOM), ROOM);
	cr_assert_eq(zcxsk_handoff_resize(handoff, 2, NULL), 0);
	cr_assert_eq(push(5), 2);
	pop_all();
	cr_assert_eq(push(5), 2);
	pop_all();
}

HANDOFF(several_resizes_may_precede_the_next_pop)
{
	for (uint32_t round = 0; round < 8; round++) {
		cr_assert_eq(zcxsk_handoff_resize(handoff, 4, NULL), 0);
		cr_assert_eq(zcxsk_handoff_resize(handoff, 8, NULL), 0);
		cr_assert_eq(push(round % 3), round % 3);
	}
	cr_assert_eq(zcxsk_handoff_count(handoff), next_in - next_out);
	pop_all();
	/* A ring that the popping end has not reached is freed with the rest. */
	cr_assert_eq(zcxsk_handoff_resize(handoff, 4, NULL), 0);
}

/* Both pushes happen between the popping end's read of this ring and its check for the next. */
Test(chain, packets_left_in_the_old_ring_are_popped_first)
{
	static struct chain c;
	uint32_t index;

	c.pushed = 5; /* of the memory's last use */
	cr_assert_eq(chain_open(&c, 4), 0);
	cr_assert_eq(chain_count(&c), 0);
	cr_assert_eq(zcxsk_ring_prod_reserve(chain_in(&c), 3, &index), 3);
	zcxsk_ring_prod_submit(&c.in);
	cr_assert_eq(chain_resize(&c, 8), 0);
	cr_assert_eq(zcxsk_ring_prod_reserve(chain_in(&c), 5, &index), 5);
	zcxsk_ring_prod_submit(&c.in);
	cr_assert_eq(chain_peek_next(&c, 8, &index), 3);
	zcxsk_ring_cons_release(&c.out);
	cr_assert_eq(chain_peek(&c, 8, &index), 5);
	zcxsk_ring_cons_release(&c.out);
	cr_assert_eq(chain_peek(&c, 8, &index), 0);
	chain_close(&c);
}

/* ---- deadlines ------------------------------------------------------------------ */

static void interrupt(int number)
{
	(void)number;
}

/* Sends signals repeatedly, so that it does not matter when the wait begins. */
static void send_signals(void)
{
	struct itimerval often = {.it_interval = {.tv_usec = 5000}, .it_value = {.tv_usec = 5000}};
	struct sigaction action = {.sa_handler = interrupt};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

HANDOFF(nothing_is_popped_from_two_rings)
{
	push(2);
	cr_assert_eq(zcxsk_handoff_resize(handoff, 4 * ROOM, NULL), 0);
	push(2);
	cr_assert_eq(zcxsk_handoff_pop(handoff, got, 0), 0);
	cr_assert_eq(zcxsk_handoff_peek(handoff, got, 0), 0);
	cr_assert_eq(zcxsk_handoff_count(handoff), 4);
	pop_all();
	cr_assert_eq(zcxsk_handoff_pop(handoff, got, 0), 0);
}

HANDOFF(notifications_do_not_extend_a_wait)
{
	struct eventcount e;
	uint64_t times;

	cr_assert_eq(eventcount_open(&e), 0);
	eventcount_prepare(&e);
	eventcount_notify(&e);
	cr_assert_eq(eventcount_wait(&e, UINT64_MAX), 0);
	cr_assert_eq(eventcount_wait(&e, 0), -ETIMEDOUT);
	/* A second one finds it no longer armed, and neither does a late one. */
	eventcount_notify(&e);
	eventcount_wake(&e);
	cr_assert_eq(read(e.fd, &times, sizeof(times)), sizeof(times));
	cr_assert_eq(times, 1);
	eventcount_close(&e);
}

HANDOFF(waits_end_at_their_deadline_with_what_was_available)
{
	struct zcxsk_packet packets[ROOM + 2];
	uint32_t count = 9;

	cr_assert_eq(zcxsk_handoff_pop_wait(handoff, got, 1, SOON_NS, &count), -ETIMEDOUT);
	cr_assert_eq(count, 0);
	cr_assert_eq(zcxsk_handoff_pop_wait(handoff, got, 1, 0, &count), -ETIMEDOUT);
	cr_assert_eq(zcxsk_tx_alloc(&p.s, packets, ROOM + 2, 0), ROOM + 2);
	for (uint32_t i = 0; i < ROOM + 2; i++)
		packets[i].len = next_in++;
	cr_assert_eq(zcxsk_handoff_push_wait(handoff, packets, ROOM + 1, SOON_NS, &count),
		     -ETIMEDOUT);
	cr_assert_eq(count, ROOM);
	cr_assert_eq(zcxsk_handoff_push_wait_locked(handoff, packets + ROOM, 2, SOON_NS, &count),
		     -ETIMEDOUT);
	cr_assert_eq(count, 0);
	cr_assert_eq(zcxsk_handoff_pop_wait(handoff, got, PLAIN_FRAMES, 0, &count), 0);
	check_popped(count);
	cr_assert_eq(zcxsk_handoff_push_wait(handoff, packets + ROOM, 1, 0, &count), 0);
	cr_assert_eq(zcxsk_handoff_push_wait_locked(handoff, packets + ROOM + 1, 1, 0, &count), 0);
	pop_all();
}

HANDOFF(a_signal_ends_a_wait)
{
	struct zcxsk_packet packet;
	uint32_t count;

	send_signals();
	cr_assert_eq(zcxsk_handoff_pop_wait(handoff, got, 1, NEVER_NS, &count), -EINTR);
	push(ROOM);
	cr_assert_eq(zcxsk_tx_alloc(&p.s, &packet, 1, 0), 1);
	cr_assert_eq(zcxsk_handoff_push_wait(handoff, &packet, 1, NEVER_NS, &count), -EINTR);
	cr_assert_eq(zcxsk_handoff_push_wait_locked(handoff, &packet, 1, NEVER_NS, &count), -EINTR);
	zcxsk_packet_release(&p.s, &packet, 1);
	pop_all();
}

/* ---- descriptors ---------------------------------------------------------------- */

HANDOFF(the_popping_descriptor_is_readable_once_packets_arrive)
{
	int fd = zcxsk_handoff_pop_fd(handoff);

	for (int i = 0; i < 3; i++) {
		cr_assert_eq(pop(1), 0);
		cr_assert_not(readable(fd));
		cr_assert_eq(push(0), 0);
		cr_assert_not(readable(fd));
		push(2);
		cr_assert(readable(fd));
		cr_assert_eq(pop(1), 1);
		pop_all();
		cr_assert_not(readable(fd));
	}
}

HANDOFF(the_pushing_descriptor_is_readable_once_half_the_ring_is_free)
{
	int fd = zcxsk_handoff_push_fd(handoff);

	for (int i = 0; i < 3; i++) {
		cr_assert_eq(push(ROOM + 1), ROOM);
		cr_assert_not(readable(fd));
		for (uint32_t n = 0; n < ROOM / 2; n++) {
			/* The start is in the middle of a half. */
			cr_assert(n >= ROOM / 4 || !readable(fd), "%u entries are free", n);
			pop(1);
		}
		cr_assert(readable(fd), "half of the ring is free");
		cr_assert_eq(push(ROOM), ROOM / 2);
		cr_assert_not(readable(fd));
		pop_all();
	}
}

HANDOFF(the_pushing_descriptor_is_readable_once_the_ring_grows)
{
	int fd = zcxsk_handoff_push_fd(handoff);

	cr_assert_eq(push(ROOM + 1), ROOM);
	cr_assert_not(readable(fd));
	cr_assert_eq(zcxsk_handoff_resize(handoff, 2 * ROOM, NULL), 0);
	cr_assert(readable(fd));
	cr_assert_eq(push(1), 1);
	pop_all();
}

HANDOFF(descriptors_cost_nothing_until_they_are_used)
{
	cr_assert_eq(pop(1), 0);
	cr_assert_eq(push(ROOM + 1), ROOM);
	pop_all();
	cr_assert_not(readable(zcxsk_handoff_pop_fd(handoff)));
	cr_assert_not(readable(zcxsk_handoff_push_fd(handoff)));
}

HANDOFF(a_push_that_took_everything_arms_no_descriptor)
{
	int push_fd = zcxsk_handoff_push_fd(handoff), pop_fd = zcxsk_handoff_pop_fd(handoff);

	cr_assert_not(readable(push_fd));
	cr_assert_not(readable(pop_fd));
	cr_assert_eq(push(ROOM), ROOM);
	cr_assert_not(readable(pop_fd), "no pop found the ring empty");
	cr_assert_eq(pop(ROOM), ROOM);
	cr_assert_not(readable(push_fd), "no push fell short");
}

/* ---- resources ------------------------------------------------------------------- */

static int lowest_free_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	cr_assert_geq(fd, 0);
	close(fd);
	return fd;
}

static int create(uint32_t entries, struct zcxsk_error *error)
{
	struct zcxsk_handoff *other;
	struct zcxsk_handoff_opts opts;
	int ret;

	zcxsk_handoff_opts_init(&opts);
	opts.entries = entries;
	ret = zcxsk_handoff_create(&other, p.s.pool, &opts, error);
	cr_assert_eq(error->code, ret);
	if (ret)
		cr_assert_null(other);
	else
		cr_assert_eq(zcxsk_handoff_destroy(other), 0);
	return ret;
}

HANDOFF(a_destroyed_handoff_keeps_no_descriptor)
{
	struct zcxsk_error error = {.code = 1};
	int lowest = lowest_free_descriptor();

	cr_assert_eq(create(ROOM, &error), 0);
	cr_assert_eq(lowest_free_descriptor(), lowest);
	error.code = 1;
	cr_assert_eq(zcxsk_handoff_resize(handoff, ROOM, &error), 0);
	cr_assert_eq(error.code, 0);
}

/* The three eventfds need a descriptor each. */
HANDOFF(without_descriptors_none_is_created_and_nothing_is_kept)
{
	int lowest = lowest_free_descriptor();
	struct zcxsk_error error;
	struct rlimit limit, few;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int spare = 0; spare < 3; spare++) {
		few = (struct rlimit){(rlim_t)(lowest + spare), limit.rlim_max};
		cr_assert_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
		cr_assert_eq(create(ROOM, &error), -EMFILE);
		cr_assert(strstr(error.cause, "limit of open files"), "%s", error.cause);
		cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
		cr_assert_eq(lowest_free_descriptor(), lowest);
	}
}

HANDOFF(a_descriptor_may_be_number_0)
{
	struct zcxsk_error error;
	int input = fcntl(0, F_DUPFD_CLOEXEC, 3);

	close(0);
	errno = EINVAL; /* of an earlier call */
	cr_assert_eq(create(ROOM, &error), 0);
	cr_assert_eq(lowest_free_descriptor(), 0);
	if (input >= 0)
		dup2(input, 0);
}

/* ---- frame ownership ------------------------------------------------------------- */

HANDOFF(frames_in_a_handoff_are_accounted_for)
{
	push(5);
	cr_assert_eq(plain_in_application(&p), 5);
	cr_assert_eq(zcxsk_handoff_count(handoff), 5);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
	cr_assert_eq(zcxsk_handoff_pop(handoff, got, 5), 5);
	for (int i = 0; i < 5; i++)
		got[i].len = 60;
	cr_assert_eq(zcxsk_tx_burst(&p.s, got, 5), 5);
	cr_assert_eq(plain_in_application(&p), 0);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
	plain_kernel_sends(&p, 5);
	cr_assert_eq(zcxsk_tx_reap(&p.s), 5);
}

static void check_violation(const char *tried)
{
	char words[200];

	cr_assert_eq(zcxsk_pool_violation(p.s.pool, words, sizeof(words)), expected_violations);
	cr_assert(strstr(words, tried), "%s", words);
}

HANDOFF(a_frame_in_a_handoff_cannot_be_released)
{
	struct zcxsk_packet packet;

	cr_assert_eq(zcxsk_tx_alloc(&p.s, &packet, 1, 0), 1);
	packet.len = 60;
	cr_assert_eq(zcxsk_handoff_push(handoff, &packet, 1), 1);
	expected_violations++;
	cr_assert_eq(zcxsk_packet_release(&p.s, &packet, 1), 0);
	check_violation("from the application to the pool, but is with a handoff");
	expected_violations++;
	cr_assert_eq(zcxsk_tx_burst(&p.s, &packet, 1), 0);
	expected_violations++;
	cr_assert_eq(zcxsk_handoff_push(handoff, &packet, 1), 0);
	cr_assert_eq(zcxsk_handoff_pop(handoff, got, 2), 1);
	cr_assert_eq(zcxsk_packet_release(&p.s, got, 1), 1);
}

HANDOFF(a_push_stops_at_a_frame_the_caller_does_not_own)
{
	struct zcxsk_packet packets[3];
	uint32_t count;

	cr_assert_eq(zcxsk_tx_alloc(&p.s, packets, 2, 0), 2);
	packets[2] = packets[1];
	packets[1] = packets[0];
	for (int i = 0; i < 3; i++)
		packets[i].len = i == 2 ? 1 : 0;
	expected_violations++;
	cr_assert_eq(zcxsk_handoff_push_wait(handoff, packets, 3, NEVER_NS, &count), -EINVAL);
	cr_assert_eq(count, 1);
	check_violation("from the application to a handoff, but is with a handoff");
	packets[1].addr = PLAIN_FRAMES * 2048ull;
	expected_violations++;
	cr_assert_eq(zcxsk_handoff_push_wait_locked(handoff, packets + 1, 2, NEVER_NS, &count),
		     -EINVAL);
	cr_assert_eq(count, 0);
	cr_assert_eq(zcxsk_handoff_push_locked(handoff, packets + 2, 1), 1);
	next_in = 2;
	pop_all();
}

HANDOFF(a_handoff_in_use_cannot_be_destroyed)
{
	struct zcxsk_pool *pool;
	struct zcxsk_umem *umem;
	struct zcxsk_handoff *other;

	push(1);
	cr_assert_eq(zcxsk_handoff_destroy(handoff), -EBUSY);
	pop_all();
	cr_assert_eq(zcxsk_umem_create(&umem, NULL, NULL), 0);
	cr_assert_eq(zcxsk_pool_create(&pool, umem, NULL, NULL), 0);
	cr_assert_eq(zcxsk_handoff_create(&other, pool, NULL, NULL), 0);
	cr_assert_eq(zcxsk_pool_destroy(pool), -EBUSY);
	cr_assert_eq(zcxsk_handoff_destroy(other), 0);
	cr_assert_eq(zcxsk_pool_destroy(pool), 0);
	cr_assert_eq(zcxsk_umem_destroy(umem), 0);
}

HANDOFF(null_is_refused)
{
	struct zcxsk_handoff *other = (void *)1;
	struct zcxsk_packet packet = {0};
	uint32_t count = 9;

	cr_assert_eq(zcxsk_handoff_create(&other, NULL, NULL, NULL), -EINVAL);
	cr_assert_null(other);
	cr_assert_eq(zcxsk_handoff_create(NULL, p.s.pool, NULL, NULL), -EINVAL);
	cr_assert_eq(zcxsk_handoff_destroy(NULL), 0);
	cr_assert_eq(zcxsk_handoff_resize(NULL, 4, NULL), -EINVAL);
	cr_assert_eq(zcxsk_handoff_resize(handoff, 0, NULL), -EINVAL);
	cr_assert_eq(zcxsk_handoff_entries(NULL), 0);
	cr_assert_eq(zcxsk_handoff_count(NULL), 0);
	cr_assert_eq(zcxsk_handoff_push(NULL, &packet, 1), 0);
	cr_assert_eq(zcxsk_handoff_push(handoff, NULL, 1), 0);
	cr_assert_eq(zcxsk_handoff_push_locked(NULL, &packet, 1), 0);
	cr_assert_eq(zcxsk_handoff_push_locked(handoff, NULL, 1), 0);
	cr_assert_eq(zcxsk_handoff_push_wait(handoff, NULL, 1, 0, &count), -EINVAL);
	cr_assert_eq(zcxsk_handoff_push_wait(handoff, &packet, 1, 0, NULL), -EINVAL);
	cr_assert_eq(zcxsk_handoff_push_wait(NULL, &packet, 1, 0, &count), -EINVAL);
	cr_assert_eq(count, 0);
	cr_assert_eq(zcxsk_handoff_push_wait_locked(handoff, &packet, 1, 0, NULL), -EINVAL);
	cr_assert_eq(zcxsk_handoff_pop(NULL, &packet, 1), 0);
	cr_assert_eq(zcxsk_handoff_pop(handoff, NULL, 1), 0);
	cr_assert_eq(zcxsk_handoff_peek(NULL, &packet, 1), 0);
	cr_assert_eq(zcxsk_handoff_peek(handoff, NULL, 1), 0);
	count = 9;
	cr_assert_eq(zcxsk_handoff_pop_wait(handoff, &packet, 0, 0, &count), -EINVAL);
	cr_assert_eq(count, 0);
	cr_assert_eq(zcxsk_handoff_pop_wait(NULL, &packet, 1, 0, &count), -EINVAL);
	cr_assert_eq(zcxsk_handoff_pop_wait(handoff, NULL, 1, 0, &count), -EINVAL);
	cr_assert_eq(zcxsk_handoff_pop_wait(handoff, &packet, 1, 0, NULL), -EINVAL);
	cr_assert_eq(zcxsk_handoff_push_fd(NULL), -EINVAL);
	cr_assert_eq(zcxsk_handoff_pop_fd(NULL), -EINVAL);
}
