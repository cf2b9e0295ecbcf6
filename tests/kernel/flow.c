/* SPDX-License-Identifier: BSD-2-Clause */
/* flow.c - the sending and the receiving thread of a flow. */
#include "flow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define ENOUGH 1000u /* packets that show that traffic flows */
#define PAUSE_MS 5   /* between two checks of a link that is down, or of a counter */
#define WAIT_MS 20000
#define RECEIVE_NS 100000000ull

static bool stopped(const struct flow_end *end)
{
	return __atomic_load_n(&end->stop, __ATOMIC_RELAXED);
}

uint64_t flow_reported(const struct flow_end *end)
{
	return __atomic_load_n(&end->reported_ns, __ATOMIC_RELAXED);
}

void flow_clear_reported(struct flow_end *end)
{
	__atomic_store_n(&end->reported_ns, 0, __ATOMIC_RELAXED);
}

bool flow_gone(const struct flow_end *end)
{
	return __atomic_load_n(&end->gone, __ATOMIC_RELAXED);
}

static void count(struct flow_end *end, uint32_t n)
{
	__atomic_add_fetch(&end->packets, n, __ATOMIC_RELAXED);
}

/* Handles the result of a call. Returns false if the device is gone. */
static bool goes_on(struct flow_end *end, int ret, const char *behaviour)
{
	/* Unplugging a card can take longer than the stall limit. */
	if (ret == -EINTR || ret == -ETIME || !ret)
		return true;
	CHECK(behaviour, ret == -ENETDOWN || ret == -ENXIO);
	if (!flow_reported(end))
		__atomic_store_n(&end->reported_ns, rig_now(), __ATOMIC_RELAXED);
	if (ret == -ENXIO) {
		__atomic_store_n(&end->gone, true, __ATOMIC_RELAXED);
		return false;
	}
	poll(NULL, 0, PAUSE_MS);
	return true;
}

/* ---- sending ----------------------------------------------------------------- */

static uint32_t make_burst(struct zcxsk_socket *s, struct zcxsk_packet *p)
{
	uint32_t n = zcxsk_tx_alloc(s, p, TRAFFIC_BURST, 0);

	for (uint32_t i = 0; i < n; i++) {
		p[i].len = traffic_length(0);
		traffic_write(zcxsk_packet_data(zcxsk_socket_base(s), &p[i]), p[i].len, 0);
	}
	return n;
}

/* Sleeps until the service descriptor is readable, because no packet was taken. */
static int sleep_in_epoll(struct zcxsk_socket *s, int epoll)
{
	struct epoll_event event;
	int n = epoll_wait(epoll, &event, 1, WAIT_MS);

	CHECK("frames in flight wake their owner", n != 0);
	return n < 0 ? -errno : rig_serve(s);
}

static int send_burst(struct flow_end *end, int epoll)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n = make_burst(end->s, p), taken;
	int ret = 0;

	if (end->in_epoll) {
		taken = zcxsk_tx_burst(end->s, p, n);
		ret = taken ? 0 : zcxsk_socket_status(end->s);
		/* The kernel took some packets; the rest follows when the descriptor wakes this
		 * thread. */
		if (ret == -EAGAIN || ret == -ENOBUFS)
			ret = 0;
	} else {
		ret = zcxsk_tx_wait(end->s, p, n, TRAFFIC_PATIENCE_NS, &taken);
	}
	zcxsk_packet_release(end->s, p + taken, n - taken);
	count(end, taken);
	return ret || taken || !end->in_epoll ? ret : sleep_in_epoll(end->s, epoll);
}

static int open_epoll(struct zcxsk_socket *s)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(EPOLL_CLOEXEC), fd = zcxsk_socket_service_fd(s);

	CHECK("an epoll instance with the service descriptor",
	      epoll >= 0 && fd >= 0 && !epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	return epoll;
}

static void *send_on(void *argument)
{
	struct flow_end *end = argument;
	int epoll = end->in_epoll ? open_epoll(end->s) : -1;

	while (!stopped(end) && goes_on(end, send_burst(end, epoll), "a sender continues"))
		;
	if (epoll >= 0)
		close(epoll);
	return NULL;
}

/* ---- receiving --------------------------------------------------------------- */

/*
 * Receiving nothing is not an error: the other end may be gone. A link that is down is
 * reported at the deadline.
 */
static int receive_burst(struct flow_end *end)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n;
	int ret = zcxsk_rx_wait(end->s, p, TRAFFIC_BURST, RECEIVE_NS, &n);

	zcxsk_packet_release(end->s, p, n);
	count(end, n);
	return ret == -ETIMEDOUT ? 0 : ret;
}

static void *receive_on(void *argument)
{
	struct flow_end *end = argument;

	while (!stopped(end) && goes_on(end, receive_burst(end), "a receiver continues"))
		;
	return NULL;
}

/* ---- both --------------------------------------------------------------------- */

static void on_signal(int number)
{
	(void)number;
}

void flow_start(struct flow *f, struct zcxsk_socket *tx, struct zcxsk_socket *rx,
		bool sender_in_epoll)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGUSR1, &action, NULL);
	*f = (struct flow){.tx = {.s = tx, .in_epoll = sender_in_epoll}, .rx = {.s = rx}};
	CHECK_EQ("thread", pthread_create(&f->rx.thread, NULL, receive_on, &f->rx), 0);
	CHECK_EQ("thread", pthread_create(&f->tx.thread, NULL, send_on, &f->tx), 0);
	flow_await_traffic(f);
}

/* Stops a thread; the signal ends its current wait or the next one. */
static void stop(struct flow_end *end)
{
	__atomic_store_n(&end->stop, true, __ATOMIC_RELAXED);
	while (pthread_tryjoin_np(end->thread, NULL) == EBUSY) {
		pthread_kill(end->thread, SIGUSR1);
		poll(NULL, 0, PAUSE_MS);
	}
}

void flow_stop(struct flow *f)
{
	stop(&f->tx);
	stop(&f->rx);
}

void flow_await_traffic(const struct flow *f)
{
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	uint64_t wanted = __atomic_load_n(&f->rx.packets, __ATOMIC_RELAXED) + ENOUGH;

	while (__atomic_load_n(&f->rx.packets, __ATOMIC_RELAXED) < wanted) {
		CHECK("traffic flows", rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
}
