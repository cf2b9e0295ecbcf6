/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service_loop.c - a program that sleeps on the service descriptor only, and forwards,
 * releases and holds packets out of order: it never sleeps while packets wait, and never
 * spins, also while the floor refuses packets because it holds too many frames.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "check.h"
#include "prng.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 500000u	      /* in each mode */
#define GUEST_PACKETS 200000u /* emulated, which takes a minute on a busy machine */
#define LATE_NS 2000000ull    /* packets wait, and the descriptor is not readable */
#define LATE_SHARE 1000u      /* at most one check in this many, on a busy machine */
#define LOST_NS 1000000000ull /* a packet that waits as long was not reported */
#define FRAMES 1024u
#define HELD_MAX 1100u	     /* more than there are */
#define RELEASE_NS 500000ull /* between two times at which the program lets go */
#define LET_GO_SHARE 64u     /* times at which it lets go of nothing, for one at which it does */
#define PACE_NS 5000000ull
#define EVENTS 16u
#define WAKE_NS 250000u /* a wake-up without work for each is not yet a spin */
#define QUIET_MS 300
#define QUIET_WAKES 3u
#define SEED 5u

/* ---- the other end: sends packets with the time in them, and drops what it gets ----- */

struct peer {
	struct zcxsk_socket *s;
	pthread_t thread;
	uint32_t total; /* to send */
	uint32_t sent;
	uint32_t passed; /* by the program; written there */
	uint32_t lost;	 /* sent without room for them */
	bool done;
};

static void write_time(struct zcxsk_socket *s, struct zcxsk_packet *p)
{
	unsigned char *data = zcxsk_packet_data(zcxsk_socket_base(s), p);
	uint64_t now = rig_now();

	p->len = 64;
	traffic_write(data, p->len, 0);
	memcpy(data + 20, &now, sizeof(now));
}

/*
 * While the floor refuses packets, the RX ring may run full, and some are lost: after a while
 * the rest counts as such.
 */
static void await_window(struct peer *peer)
{
	uint64_t deadline = rig_now() + PACE_NS;
	uint32_t open;

	while ((open = peer->sent - peer->lost - __atomic_load_n(&peer->passed, __ATOMIC_RELAXED)) >
	       TRAFFIC_WINDOW) {
		poll(NULL, 0, 0);
		if (rig_now() > deadline)
			peer->lost += open;
	}
}

static void *run_peer(void *argument)
{
	struct zcxsk_packet p[TRAFFIC_BURST], in[TRAFFIC_BURST];
	struct peer *peer = argument;

	while (peer->sent < peer->total) {
		uint32_t n = zcxsk_rx_burst(peer->s, in, TRAFFIC_BURST), taken;

		zcxsk_packet_release(peer->s, in, n);
		await_window(peer);
		n = zcxsk_tx_alloc(peer->s, p, 1 + peer->sent % 32, 0);
		for (uint32_t i = 0; i < n; i++)
			write_time(peer->s, &p[i]);
		CHECK_EQ("the peer sends",
			 zcxsk_tx_wait(peer->s, p, n, TRAFFIC_PATIENCE_NS, &taken), 0);
		peer->sent += taken;
	}
	zcxsk_tx_drain(peer->s, TRAFFIC_PATIENCE_NS);
	__atomic_store_n(&peer->done, true, __ATOMIC_RELAXED);
	return NULL;
}

/* ---- the program ------------------------------------------------------------------- */

struct program {
	struct zcxsk_socket *s;
	struct peer *peer;
	int epoll, clock;
	struct prng random;
	struct zcxsk_packet held[HELD_MAX];
	uint32_t held_count;
	uint32_t received;
	uint64_t wakes, idle_wakes; /* and of these, without work */
	uint64_t checked, unready;  /* packets waited, and the descriptor was not yet readable */
	uint64_t late;		    /* of the latter, sleeps that were too long */
	uint64_t longest_ns;	    /* from sending to receiving */
};

static int open_clock(uint64_t period_ns)
{
	struct itimerspec period = {.it_value.tv_nsec = (long)period_ns,
				    .it_interval.tv_nsec = (long)period_ns};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	CHECK("clock", fd >= 0 && !timerfd_settime(fd, 0, &period, NULL));
	return fd;
}

static struct program *open_program(enum zcxsk_mode mode)
{
	struct program *p = calloc(1, sizeof(*p));
	struct epoll_event service = {.events = EPOLLIN},
			   clock = {.events = EPOLLIN, .data.u32 = 1};
	struct rig_opts o;

	CHECK("memory", p);
	rig_opts(&o, mode);
	o.umem.frames = FRAMES;
	o.socket.rx_ring_size = 256;
	o.socket.fill_ring_size = 1024;
	p->s = rig_open(rig_left(0), 0, &o.socket);
	p->random.state = SEED;
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	p->clock = open_clock(RELEASE_NS);
	CHECK_EQ("the descriptor is watched",
		 epoll_ctl(p->epoll, EPOLL_CTL_ADD, zcxsk_socket_service_fd(p->s), &service), 0);
	CHECK_EQ("the clock is watched", epoll_ctl(p->epoll, EPOLL_CTL_ADD, p->clock, &clock), 0);
	return p;
}

static void close_program(struct program *p)
{
	CHECK_EQ("held packets are released", zcxsk_packet_release(p->s, p->held, p->held_count),
		 p->held_count);
	rig_check_quiet("everything is completed", p->s);
	rig_check_places("no frame is lost", p->s);
	zcxsk_socket_close(p->s);
	close(p->epoll);
	close(p->clock);
	free(p);
}

static void note_delay(struct program *p, const struct zcxsk_packet *packet)
{
	uint64_t sent, delay;

	memcpy(&sent, (unsigned char *)zcxsk_packet_data(zcxsk_socket_base(p->s), packet) + 20,
	       sizeof(sent));
	delay = rig_now() - sent;
	p->longest_ns = delay > p->longest_ns ? delay : p->longest_ns;
}

/* Takes any of the held packets. */
static struct zcxsk_packet take(struct program *p)
{
	uint32_t i = prng_below(&p->random, p->held_count);
	struct zcxsk_packet packet = p->held[i];

	p->held[i] = p->held[--p->held_count];
	return packet;
}

static void send_back_or_release(struct program *p, struct zcxsk_packet packet)
{
	if (prng_below(&p->random, 2) || !zcxsk_tx_burst(p->s, &packet, 1))
		CHECK_EQ("release", zcxsk_packet_release(p->s, &packet, 1), 1);
}

/* Lets go of some of the held packets, any of them, without another call. */
static void let_go(struct program *p)
{
	bool refused = zcxsk_socket_status(p->s) == -ENOBUFS;
	uint32_t n;

	if (!p->held_count || prng_below(&p->random, refused ? 2 : LET_GO_SHARE))
		return;
	for (n = prng_below(&p->random, p->held_count) + 1; n; n--)
		send_back_or_release(p, take(p));
}

/* One burst: more may be waiting after it. */
static uint32_t receive(struct program *p)
{
	struct zcxsk_packet packets[TRAFFIC_BURST];
	uint32_t n = zcxsk_rx_burst(p->s, packets, 1 + prng_below(&p->random, TRAFFIC_BURST));

	for (uint32_t i = 0; i < n; i++) {
		note_delay(p, &packets[i]);
		p->received++;
		if (prng_below(&p->random, 4))
			p->held[p->held_count++] = packets[i];
		else
			send_back_or_release(p, packets[i]);
	}
	__atomic_store_n(&p->peer->passed, p->received, __ATOMIC_RELAXED);
	return n;
}

static bool sleeps(struct zcxsk_socket *s, int ms)
{
	struct pollfd p = {.fd = zcxsk_socket_service_fd(s), .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

/* How long this thread was ready to run while others ran; 0 if the kernel does not count it. */
static uint64_t waited_for_cpu(void)
{
	unsigned long long ran, waited;
	FILE *f = fopen("/proc/thread-self/schedstat", "re");

	if (!f)
		return 0;
	CHECK("the scheduler's counters", fscanf(f, "%llu %llu", &ran, &waited) == 2);
	fclose(f);
	return waited;
}

/*
 * Packets that may be received make the descriptor readable, whatever happened before. The
 * kernel publishes a packet a moment before it wakes a sleeper: only then is this a sleep.
 */
static void check_readable(struct program *p)
{
	uint64_t start, slept, waited;

	if (!rig_stats(p->s).in_rx_ring || zcxsk_socket_status(p->s) == -ENOBUFS)
		return;
	p->checked++;
	if (sleeps(p->s, 0))
		return;
	p->unready++;
	waited = waited_for_cpu();
	start = rig_now();
	CHECK("waiting packets are reported", sleeps(p->s, (int)(LOST_NS / 1000000)));
	slept = rig_now() - start;
	p->late += slept > LATE_NS + (waited_for_cpu() - waited);
}

/* One turn of the loop: sleeps until a descriptor is readable, and does what is due. */
static void turn(struct program *p)
{
	struct zcxsk_event events[EVENTS];
	struct epoll_event ready[2];
	uint64_t times;
	uint32_t n;
	int count;

	check_readable(p);
	count = epoll_wait(p->epoll, ready, 2, (int)(LOST_NS / 1000000));
	CHECK("something wakes the program", count > 0);
	for (int i = 0; i < count; i++) {
		if (ready[i].data.u32) {
			CHECK("clock", read(p->clock, &times, sizeof(times)) > 0);
			let_go(p);
			continue;
		}
		p->wakes++;
		CHECK_EQ("service", zcxsk_socket_service(p->s, events, EVENTS, &n), 0);
		n = receive(p);
		p->idle_wakes += !n;
	}
}

static void forward(enum zcxsk_mode mode)
{
	struct peer peer = {.total = rig_in_guest() ? GUEST_PACKETS : PACKETS};
	struct program *p;
	uint64_t start, elapsed;

	peer.s = rig_open_plain(rig_right(0), mode);
	p = open_program(mode);
	p->peer = &peer;
	CHECK_EQ("thread", pthread_create(&peer.thread, NULL, run_peer, &peer), 0);
	start = rig_now();
	while (!__atomic_load_n(&peer.done, __ATOMIC_RELAXED))
		turn(p);
	elapsed = rig_now() - start;
	pthread_join(peer.thread, NULL);
	printf("  %u of %u packets in %.1f s, refused %llu times, %llu wake-ups, %llu of them "
	       "idle; before %llu sleeps packets waited, %llu times not yet reported, %llu times "
	       "too "
	       "long; longest delay %.1f ms\n",
	       p->received, peer.total, (double)elapsed / 1e9,
	       (unsigned long long)rig_stats(p->s).rx_floor, (unsigned long long)p->wakes,
	       (unsigned long long)p->idle_wakes, (unsigned long long)p->checked,
	       (unsigned long long)p->unready, (unsigned long long)p->late,
	       (double)p->longest_ns / 1e6);
	CHECK("the floor refuses packets in this test", rig_stats(p->s).rx_floor > 0);
	CHECK("packets wait before some sleeps", p->checked > LATE_SHARE);
	CHECK("no sleep with packets waiting", p->late * LATE_SHARE <= p->checked);
	CHECK("the program does not spin", p->idle_wakes < elapsed / WAKE_NS);
	close_program(p);
	zcxsk_socket_close(peer.s);
}

/* ---- step by step ------------------------------------------------------------------ */

/* Receives and keeps everything until the floor refuses the next packet. */
static void hold_all(struct program *p, struct zcxsk_socket *peer)
{
	while (zcxsk_socket_status(p->s) != -ENOBUFS) {
		uint32_t n;

		CHECK("the floor is reached", p->held_count + TRAFFIC_BURST <= HELD_MAX);
		traffic_send_all(peer, 0, 1);
		while ((n = zcxsk_rx_burst(p->s, p->held + p->held_count, TRAFFIC_BURST)))
			p->held_count += n;
	}
}

static void refused(enum zcxsk_mode mode)
{
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	struct program *p = open_program(mode);
	uint64_t end;
	uint32_t wakes = 0, n;

	hold_all(p, peer);
	for (end = rig_now() + QUIET_MS * 1000000ull; rig_now() < end;)
		if (sleeps(p->s, QUIET_MS)) {
			wakes++;
			rig_serve(p->s);
			n = zcxsk_rx_burst(p->s, p->held + p->held_count, TRAFFIC_BURST);
			CHECK_EQ("the floor holds", n, 0);
		}
	printf("  %u wake-ups in %u ms while packets are refused\n", wakes, QUIET_MS);
	CHECK("refused packets do not keep the program awake", wakes <= QUIET_WAKES);
	n = p->held_count / 2;
	CHECK_EQ("release", zcxsk_packet_release(p->s, p->held, n), n);
	memmove(p->held, p->held + n, (p->held_count -= n) * sizeof(p->held[0]));
	CHECK("the descriptor reports them once frames are back", sleeps(p->s, 0));
	rig_serve(p->s);
	n = zcxsk_rx_burst(p->s, p->held + p->held_count, TRAFFIC_BURST);
	CHECK("and they can be received", n > 0);
	p->held_count += n;
	close_program(p);
	zcxsk_socket_close(peer);
}

/* The frames that would let refused packets in come back as completions only. */
static void refused_until_sent(enum zcxsk_mode mode)
{
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	struct program *p = open_program(mode);
	uint32_t n;

	hold_all(p, peer);
	CHECK("a turn", sleeps(p->s, QUIET_MS));
	rig_serve(p->s);
	n = zcxsk_tx_burst(p->s, p->held, TRAFFIC_BURST);
	CHECK("packets are forwarded", n > 0);
	memmove(p->held, p->held + n, (p->held_count -= n) * sizeof(p->held[0]));
	while (!(n = zcxsk_rx_burst(p->s, p->held + p->held_count, 1))) {
		CHECK("completions are looked for", sleeps(p->s, (int)(LOST_NS / 1000000)));
		rig_serve(p->s);
	}
	p->held_count += n;
	close_program(p);
	zcxsk_socket_close(peer);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(refused);
	rig_each_mode(refused);
	rig_each_mode(refused_until_sent);
	rig_each_mode(forward);
	return 0;
}
