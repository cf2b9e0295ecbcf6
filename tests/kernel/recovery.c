/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recovery.c - senders of three kinds (in the library's waits, in their own epoll loop,
 * spinning) whose TX interrupt is masked from the start, masked during traffic, and
 * unmasked: none stops. Without the watchdog a sleeping sender stops. An idle owner, one
 * that never wakes, and one whose kicks have no effect also get their frames completed.
 * For the guest, with a slow card that discards everything, named by ZCXSK_TEST_IFACES.
 *
 * Rates are printed and compared with a run that has the interrupt at about the same time.
 * The limits allow for a busy machine; a sender that has stopped misses them by far.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "msix.h"
#include "rig.h"
#include "sender.h"
#include "traffic.h"

#define RUN_NS 300000000ull
#define STOPPED_NS 100000000ull /* ten times the watchdog's longest interval */
#define DEADLINE_NS 20000000000ull
#define TRIES 4u		/* of a check that other load may disturb */
#define SILENCE_NS 200000000ull /* the device itself needs a few ms */
#define PAUSE_MS 5
#define WAIT_MS 1000
#define PACKETS 20u	    /* sent one at a time */
#define BACK_NS 20000000ull /* limit for completing an idle sender's frame */
#define BURST 256u	    /* packets of an owner that never wakes again */
#define KICK_NS 1000000ull  /* interval of a fast kicker */

static struct zcxsk_socket *open_socket(uint64_t watchdog_first_ns)
{
	struct rig_opts o;

	sender_opts(&o, watchdog_first_ns);
	return rig_open(rig_left(0), 0, &o.socket);
}

/* ---- senders that never stop ------------------------------------------------- */

/* A sender's figures at about the same time with and without the interrupt. */
struct beside {
	struct sender_figures healthy, masked, again;
};

/* The machine itself may pause at times, which the healthy runs show as well. */
static bool has_stopped(const struct sender_figures *f, const struct sender_figures *healthy)
{
	return f->gap_ns >= STOPPED_NS + 2 * healthy->gap_ns;
}

static bool is_alive(const struct sender_figures *f, const struct sender_figures *healthy)
{
	return !has_stopped(f, healthy) && f->pps > healthy->pps / 4;
}

static bool is_left_alone(const struct sender_figures *healthy)
{
	return healthy->forced * 1000 < healthy->packets;
}

static bool all_well(const struct beside *f)
{
	return is_left_alone(&f->healthy) && is_alive(&f->masked, &f->healthy) &&
	       is_alive(&f->again, &f->healthy) && f->masked.recovered;
}

static struct beside mask_in_mid_stream(struct msix *irq, enum sender_owner owner)
{
	struct sender x;
	struct beside f;

	sender_start(&x, open_socket(0), owner);
	sender_run(&x, RUN_NS, "warming up");
	f.healthy = sender_run(&x, RUN_NS, "with interrupt");
	msix_mask(irq);
	f.masked = sender_run(&x, RUN_NS, "masked during traffic");
	msix_unmask(irq);
	f.again = sender_run(&x, RUN_NS, "given back");
	sender_end(&x);
	return f;
}

static struct beside mask_from_the_start(struct msix *irq, enum sender_owner owner)
{
	struct sender x;
	struct beside f;

	sender_start(&x, open_socket(0), owner);
	msix_mask(irq); /* the self-test at open has used its interrupt */
	f.masked = sender_run(&x, RUN_NS, "masked from the start");
	msix_unmask(irq);
	f.again = sender_run(&x, RUN_NS, "unmasked then");
	f.healthy = sender_run(&x, RUN_NS, "with interrupt");
	sender_end(&x);
	return f;
}

/* One of several tries is enough, since a busy machine can only spoil a try. */
static void keeps_going(struct msix *irq, enum sender_owner owner,
			struct beside (*mask)(struct msix *irq, enum sender_owner owner))
{
	struct beside f = mask(irq, owner);

	for (unsigned i = 1; i < TRIES && !all_well(&f); i++)
		f = mask(irq, owner);
	CHECK("a slow device gets hardly any forced kicks", is_left_alone(&f.healthy));
	CHECK("a sender without interrupts never stops", !has_stopped(&f.masked, &f.healthy));
	CHECK("a sender without interrupts keeps its rate", is_alive(&f.masked, &f.healthy));
	CHECK("the watchdog recovers the frames", f.masked.recovered > 0);
	CHECK("a sender with its interrupt again keeps its rate", is_alive(&f.again, &f.healthy));
}

static void stops_without_watchdog(struct msix *irq)
{
	struct sender_figures healthy, masked;
	struct sender x;

	sender_start(&x, open_socket(UINT64_MAX), OWNER_WAITS);
	x.may_stop = true;
	healthy = sender_run(&x, RUN_NS, "no watchdog");
	msix_mask(irq);
	masked = sender_run(&x, RUN_NS, "no watchdog, masked");
	CHECK("the interrupt is really lost", masked.gap_ns > STOPPED_NS);
	CHECK("without the watchdog a sender loses its rate", masked.pps < healthy.pps / 4);
	CHECK_EQ("a disabled watchdog forces no kick", masked.forced + healthy.forced, 0);
	msix_unmask(irq);
	sender_end(&x);
}

/* ---- an idle owner ------------------------------------------------------------ */

/* Sends one packet and sleeps; the watchdog completes its frame after a run or two. */
static uint64_t one_packet(struct sender *x)
{
	uint64_t start = rig_now();

	CHECK_EQ("a packet is accepted", traffic_send(x->s, 0, 1), 1);
	while (zcxsk_tx_outstanding(x->s)) {
		CHECK("an idle owner is woken", rig_now() - start < DEADLINE_NS);
		sender_sleep(x, WAIT_MS);
	}
	return rig_now() - start;
}

static void idle_owner_gets_its_frame_back(struct msix *irq)
{
	uint64_t best = UINT64_MAX, worst = 0;
	struct sender x;

	sender_start(&x, open_socket(0), OWNER_EPOLL);
	msix_mask(irq);
	for (unsigned i = 0; i < PACKETS; i++) {
		uint64_t took = one_packet(&x);

		best = took < best ? took : best;
		worst = took > worst ? took : worst;
	}
	printf("  one packet, then idle in epoll, masked: completed after %.2f to %.2f ms\n",
	       (double)best / 1e6, (double)worst / 1e6);
	CHECK("the watchdog needs only a few runs", best < BACK_NS);
	sender_end(&x);
	msix_unmask(irq);
}

/*
 * The kernel's own packets on the same queue also trigger completions, so one silent try
 * out of several is enough.
 */
static void idle_owner_waits_for_ever_without_watchdog(struct msix *irq)
{
	unsigned silences = 0;
	struct sender x;

	sender_start(&x, open_socket(UINT64_MAX), OWNER_EPOLL);
	msix_mask(irq);
	for (unsigned i = 0; i < TRIES && !silences; i++) {
		uint64_t deadline = rig_now() + SILENCE_NS;

		CHECK_EQ("a packet is accepted", traffic_send(x.s, 0, 1), 1);
		while (zcxsk_tx_outstanding(x.s) && rig_now() < deadline) {
			sender_sleep(&x, PAUSE_MS);
			zcxsk_tx_reap(x.s);
		}
		silences += zcxsk_tx_outstanding(x.s) > 0;
	}
	CHECK("the interrupt is really lost", silences);
	/* Without the watchdog the caller has to kick. */
	zcxsk_socket_close(x.s);
	close(x.epoll);
	msix_unmask(irq);
}

/* ---- an owner that never wakes ----------------------------------------------- */

/* Only reads memory until n frames are completed; returns the number that were in time. */
static uint32_t done_without_calls(struct zcxsk_socket *s, uint32_t n, uint64_t patience_ns)
{
	uint64_t deadline = rig_now() + patience_ns;

	while (rig_stats(s).in_completion_ring < n && rig_now() < deadline)
		poll(NULL, 0, PAUSE_MS);
	return (uint32_t)rig_stats(s).in_completion_ring;
}

static void shoot(struct zcxsk_socket *s)
{
	struct zcxsk_packet p[BURST];

	CHECK_EQ("frames", zcxsk_tx_alloc(s, p, BURST, 0), BURST);
	for (uint32_t i = 0; i < BURST; i++)
		p[i].len = traffic_length(0);
	CHECK_EQ("a burst is accepted", zcxsk_tx_burst(s, p, BURST), BURST);
}

static void check_shot_is_home(struct zcxsk_socket *s)
{
	CHECK_EQ("completed packets are reaped at once", zcxsk_tx_reap(s), BURST);
	CHECK_EQ("nothing is in flight", zcxsk_tx_outstanding(s), 0);
}

static void check_silence(struct zcxsk_socket *s)
{
	unsigned silences = 0;

	for (unsigned i = 0; i < TRIES && !silences; i++) {
		shoot(s);
		silences += done_without_calls(s, BURST, SILENCE_NS) < BURST;
		CHECK_EQ("a drain completes the frames", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	}
	CHECK("without a kicker frames stay in flight", silences);
}

/* Sends one burst while a kicker runs. Returns its kicks. */
static uint64_t burst_with_kicker(struct zcxsk_socket *s, uint64_t interval_ns)
{
	uint64_t start = rig_now(), kicks;
	struct zcxsk_kicker *kicker;

	CHECK_EQ("a kicker is started", zcxsk_kicker_start(&kicker, s, interval_ns), 0);
	shoot(s);
	CHECK_EQ("frames are completed without a call of their owner",
		 done_without_calls(s, BURST, DEADLINE_NS), BURST);
	kicks = zcxsk_kicker_stop(kicker);
	printf("  an owner that never wakes, kicked every %.0f ms: %u frames completed after %.1f "
	       "ms, "
	       "%" PRIu64 " kicks\n",
	       (double)(interval_ns ? interval_ns : 10000000) / 1e6, BURST,
	       (double)(rig_now() - start) / 1e6, kicks);
	check_shot_is_home(s);
	return kicks;
}

/* The kernel's own packets occasionally replace the kicker's kicks, so this retries. */
static void kicker_kicks(struct zcxsk_socket *s, uint64_t interval_ns)
{
	uint64_t kicks = 0;

	for (unsigned i = 0; i < TRIES && !kicks; i++)
		kicks = burst_with_kicker(s, interval_ns);
	CHECK("the kicker has kicked", kicks > 0);
}

static void owner_never_wakes(struct msix *irq)
{
	struct zcxsk_socket *s = open_socket(0);

	CHECK_EQ("the self-test's frame is completed", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	msix_mask(irq);
	check_silence(s);
	kicker_kicks(s, 0);
	kicker_kicks(s, KICK_NS);
	CHECK_EQ("a kicker's kicks do not count as the socket's", rig_stats(s).tx_kick_failed, 0);
	rig_check_quiet("every frame is completed", s);
	rig_check_places("no frame is lost to a kicker", s);
	zcxsk_socket_close(s);
	msix_unmask(irq);
}

/* ---- kicks without effect ----------------------------------------------------- */

/* With this option sendto() polls for received packets and does not send. */
static void prefer_busy_poll(struct zcxsk_socket *s)
{
	int on = 1;

	CHECK_EQ("prefer busy poll",
		 setsockopt(zcxsk_socket_fd(s), SOL_SOCKET, SO_PREFER_BUSY_POLL, &on, sizeof(on)),
		 0);
	CHECK_EQ("busy poll",
		 setsockopt(zcxsk_socket_fd(s), SOL_SOCKET, SO_BUSY_POLL, &on, sizeof(on)), 0);
}

/* Packets that stayed in the ring are completed by the owner's drain, by forced kicks only. */
static bool is_rescued(struct zcxsk_socket *s)
{
	uint64_t forced = rig_stats(s).tx_kicks_forced;
	bool stuck;

	shoot(s);
	stuck = done_without_calls(s, BURST, SILENCE_NS) < BURST;
	CHECK_EQ("a drain sends the packets left in the ring", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	forced = rig_stats(s).tx_kicks_forced - forced;
	printf("  busy polling preferred: %s, %" PRIu64 " forced kicks to complete it\n",
	       stuck ? "the burst stayed" : "something else sent the burst", forced);
	return stuck && forced;
}

/*
 * A sender that always has packets in the ring needs only the first kick, because the
 * driver continues with each completion. The source of that kick does not matter here; a
 * sender in the library's waits also polls.
 */
static void continues_sending(enum sender_owner owner)
{
	struct sender_figures f;
	struct sender x;

	sender_start(&x, open_socket(0), owner);
	prefer_busy_poll(x.s);
	f = sender_run(&x, RUN_NS, "prefers busy polling");
	for (unsigned i = 1; i < TRIES && f.packets <= SENDER_RING; i++)
		f = sender_run(&x, RUN_NS, "prefers busy polling");
	CHECK("more is sent than the ring holds", f.packets > SENDER_RING);
	sender_end(&x);
}

static void busy_poll_is_survived(void)
{
	struct zcxsk_socket *s = open_socket(0);
	bool rescued = false;

	CHECK_EQ("the self-test's frame is completed", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	prefer_busy_poll(s);
	/* The kernel's own packets on the queue also make the driver read the ring. */
	for (unsigned i = 0; i < TRIES && !rescued; i++)
		rescued = is_rescued(s);
	CHECK("kicks have no effect, and the watchdog gets packets sent", rescued);
	rig_check_quiet("every frame is completed", s);
	zcxsk_socket_close(s);
	continues_sending(OWNER_WAITS);
	continues_sending(OWNER_EPOLL);
	continues_sending(OWNER_SPINS);
}

int main(void)
{
	struct msix irq;

	rig_setup(0);
	CHECK_EQ("the card's MSI-X table", msix_open(&irq, rig_left(0), 0), 0);
	for (enum sender_owner owner = OWNER_WAITS; owner <= OWNER_SPINS; owner++) {
		keeps_going(&irq, owner, mask_in_mid_stream);
		keeps_going(&irq, owner, mask_from_the_start);
	}
	stops_without_watchdog(&irq);
	idle_owner_gets_its_frame_back(&irq);
	idle_owner_waits_for_ever_without_watchdog(&irq);
	owner_never_wakes(&irq);
	busy_poll_is_survived();
	msix_close(&irq);
	return 0;
}
