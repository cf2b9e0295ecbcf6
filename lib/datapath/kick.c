/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kick.c - decides when to kick the TX ring, by need_wakeup, watermark and tail time, kicks
 * the fill ring if need_wakeup is set, and interprets the result of a kick. The system calls
 * are in kernel_calls.c.
 */
#include "datapath/kick.h"

#include <errno.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "datapath/completion.h"
#include "datapath/kernel_calls.h"
#include "datapath/link.h"
#include "datapath/timer.h"

/*
 * Consecutive kicks without progress before a call gives up for now. The copy path returns
 * EAGAIN while buffers are in use; the reap in between, or the device a moment later, frees
 * them.
 */
#define KICK_IDLE_MAX 4u

/* Descriptors that virtio-net takes per kick at most: the weight of its TX NAPI. */
#define KICK_BATCH 64u

/*
 * Descriptors worth a kick while others are in flight: two batches. After passing the first to
 * the device, the driver checks for completions and then takes the second without another
 * kick.
 */
#define WATERMARK_DEFAULT (2 * KICK_BATCH)

/* A driver is silent after this time without the watchdog, which has its own. */
#define SILENT_DEFAULT_NS 100000u

/* Descriptors the copy path takes per call if its budget cannot be set. */
#define COPY_BUDGET_FIXED 32u

enum kick_cause {
	CAUSE_FLAG,
	CAUSE_WATERMARK,
	CAUSE_TAIL,
	CAUSE_FLUSH,
	CAUSE_BUDGET,
	CAUSE_FORCED
};

enum kick_result {
	KICK_OK,    /* the kernel checked the ring */
	KICK_AGAIN, /* it took a part and needs another call */
	KICK_STOP,  /* another call now would not help */
};

static void mark_dead(struct zcxsk_socket *s)
{
	socket_set_dead(s, true);
	outstanding_recompute(s);
}

/* ---- one kick -------------------------------------------------------------- */

static void count_cause(struct zcxsk_socket *s, enum kick_cause cause)
{
	COUNT(s, tx_kicks, 1);
	switch (cause) {
	case CAUSE_FLAG:
		COUNT(s, tx_kicks_flag, 1);
		break;
	case CAUSE_WATERMARK:
		COUNT(s, tx_kicks_watermark, 1);
		break;
	case CAUSE_TAIL:
		COUNT(s, tx_kicks_tail, 1);
		break;
	case CAUSE_FLUSH:
		COUNT(s, tx_kicks_flush, 1);
		break;
	case CAUSE_BUDGET:
		COUNT(s, tx_kicks_budget, 1);
		break;
	case CAUSE_FORCED:
		COUNT(s, tx_kicks_forced, 1);
		break;
	}
}

/* Kicks once, counts the result and sets the status. */
static enum kick_result kick_once(struct zcxsk_socket *s, enum kick_cause cause)
{
	count_cause(s, cause);
	socket_set_status(s, s->kernel.kick(s->kernel.context));
	switch (s->status) {
	case 0:
		return KICK_OK;
	case -EAGAIN: /* copy mode: budget exhausted, completion ring or socket buffer full */
		COUNT(s, tx_kick_again, 1);
		return KICK_AGAIN;
	case -EBUSY: /* copy mode: the device dropped a packet, which counts as completed */
		COUNT(s, tx_kick_dropped, 1);
		socket_set_status(s, 0);
		return KICK_AGAIN;
	case -EINTR:
		socket_set_status(s, 0);
		return KICK_AGAIN;
	case -ENOBUFS:
		COUNT(s, tx_kick_nobufs, 1);
		return KICK_STOP;
	case -ENETDOWN:
		COUNT(s, tx_kick_netdown, 1);
		return KICK_STOP;
	case -EINVAL: /* zero-copy: the driver sends only while it runs an XDP program */
		COUNT(s, tx_kick_failed, 1);
		socket_set_status(s, -EUNATCH);
		return KICK_STOP;
	case -ENXIO: /* the device is gone; nothing will move again */
		mark_dead(s);
		/* fall through */
	default:
		COUNT(s, tx_kick_failed, 1);
		return KICK_STOP;
	}
}

/* While descriptors are unkicked, every call has to check the tail time, receiving ones too. */
static void end_fast_rx_if_unkicked(struct zcxsk_socket *s)
{
	if (tx_unkicked(s))
		s->fast.rx_left = 0;
}

/* A driver that completes nothing for this long after a kick is silent. */
static uint64_t silent_after(const struct zcxsk_socket *s)
{
	return s->watchdog.first_ns ? s->watchdog.first_ns : SILENT_DEFAULT_NS;
}

/*
 * Records the descriptors that the kick left in the ring. In zero-copy mode the driver had no
 * room and continues with each completion, unless it refused. In the copy modes nothing
 * continues.
 */
static void note_kicked(struct zcxsk_socket *s, enum kick_result result)
{
	bool continues = s->mode == ZCXSK_MODE_ZERO_COPY && result == KICK_OK;

	s->kick.tried = s->fast.tx.cached_prod;
	s->fast.tx_kicked = s->kick.tried - (continues ? 0 : zcxsk_ring_prod_pending(&s->fast.tx));
	s->kick.tail_start_ns = 0;
	if (s->kick.when_idle)
		s->kick.silent_from_ns = clock_after(kernel_clock(s), silent_after(s));
	if (s->status == -EAGAIN && !tx_unkicked(s))
		socket_set_status(s, 0);
	end_fast_rx_if_unkicked(s);
}

/*
 * An owner that never waits learns here that the link is up again. If the kernel refused the
 * last call and not this one, it is; without a carrier it refuses none.
 */
static void check_link(struct zcxsk_socket *s, bool was_refused)
{
	if (ZCXSK_LIKELY(s->wait.link.up))
		return;
	if (was_refused && s->status != -ENETDOWN)
		link_check(s);
	else
		link_check_again(s);
}

/*
 * A zero-copy driver that was kicked and left descriptors in the ring had no room in the
 * device's ring. It continues with each completion, and takes newer descriptors too.
 */
static bool driver_is_behind(const struct zcxsk_socket *s)
{
	return s->mode == ZCXSK_MODE_ZERO_COPY &&
	       zcxsk_ring_prod_pending(&s->fast.tx) > tx_unkicked(s);
}

/* Kicks until the ring is empty or the kernel takes no more for now. */
static void kick(struct zcxsk_socket *s, enum kick_cause cause)
{
	uint32_t before = zcxsk_ring_prod_pending(&s->fast.tx);
	uint32_t bound = before + KICK_IDLE_MAX; /* each kick moves a descriptor or is idle */
	uint32_t idle = 0, idle_max = KICK_IDLE_MAX;
	bool once = driver_is_behind(s) && cause != CAUSE_FORCED;
	bool was_refused = s->status == -ENETDOWN;
	uint64_t dropped = s->count.tx_kick_dropped;
	enum kick_result result = KICK_STOP;

	/* The fixed budget's progress is not visible: allow all the turns it needs. */
	if (!s->setup.info.copy_budget)
		idle_max += before / COPY_BUDGET_FIXED;

	for (; bound--; cause = CAUSE_BUDGET) {
		uint32_t after, moved;

		result = kick_once(s, cause);
		after = zcxsk_ring_prod_pending(&s->fast.tx);
		moved = before - after;
		if (result == KICK_STOP || !after)
			break;
		/*
		 * A zero-copy driver that took a whole batch has room for more but would wait for a
		 * completion; one that took less has none, and one that is behind continues anyway.
		 * In the copy modes all was taken, though old kernels publish that late.
		 */
		if (result == KICK_OK &&
		    (once || s->mode != ZCXSK_MODE_ZERO_COPY || moved < KICK_BATCH))
			break;
		if (result == KICK_AGAIN)
			moved += comp_reap(s); /* taken, published or not */
		idle = moved ? 0 : idle + 1;
		if (idle == idle_max)
			break;
		before = after;
	}
	note_kicked(s, result);
	check_link(s, was_refused);
	/* Without a carrier the kernel drops all of them, and the owner has to learn that. */
	if (ZCXSK_UNLIKELY(s->count.tx_kick_dropped != dropped && link_is_watched(s)))
		link_check_again(s);
}

/* ---- when to kick ---------------------------------------------------------- */

/* From 1 to half of the limit, so that it can be reached. */
static uint32_t watermark(const struct zcxsk_socket *s)
{
	uint32_t wanted =
		s->setup.opts.kick_watermark ? s->setup.opts.kick_watermark : WATERMARK_DEFAULT;

	return min_u32(wanted, max_u32(1, s->out.limit / 2));
}

void kick_init(struct zcxsk_socket *s)
{
	enum zcxsk_kick_policy policy = (enum zcxsk_kick_policy)s->setup.opts.kick_policy;

	/* In the copy modes the kick does the sending: gathering would delay all packets. */
	if (policy == ZCXSK_KICK_ADAPTIVE && s->mode != ZCXSK_MODE_ZERO_COPY)
		policy = ZCXSK_KICK_BURST;
	s->kick.when_idle = policy == ZCXSK_KICK_ADAPTIVE;
	s->kick.tail_ns = policy == ZCXSK_KICK_MANUAL ? 0 : s->setup.opts.kick_tail_ns;
	s->kick.watermark = policy == ZCXSK_KICK_BURST	  ? 1
			    : policy == ZCXSK_KICK_MANUAL ? UINT32_MAX
							  : watermark(s);
}

/* A kick is due but not needed. */
static void skip_kick(struct zcxsk_socket *s)
{
	zcxsk_fast_count(&s->fast.tx_kicks_saved, 1);
	s->fast.tx_kicked = s->kick.tried = s->fast.tx.cached_prod;
	s->kick.tail_start_ns = 0;
}

/* All kicked descriptors have completed: no completion will make the driver continue. */
static bool nothing_in_flight(const struct zcxsk_socket *s)
{
	return outstanding_live(s) - tx_gathered(s) <= zcxsk_ring_cons_ready(&s->fast.comp);
}

/*
 * A running zero-copy driver takes unkicked descriptors, too. These need no kick any more, and
 * the tail time of the rest starts now. Returns false if it took none.
 */
static bool driver_took_some(struct zcxsk_socket *s)
{
	uint32_t left = zcxsk_ring_prod_pending(&s->fast.tx);

	if (s->mode != ZCXSK_MODE_ZERO_COPY || left >= tx_unkicked(s))
		return false;
	s->fast.tx_kicked = s->fast.tx.cached_prod - left;
	s->kick.tail_start_ns = left ? kernel_clock(s) : 0;
	s->kick.tail_of = s->fast.tx_kicked;
	if (left)
		s->kick.silent_from_ns = clock_after(s->kick.tail_start_ns, silent_after(s));
	return true;
}

/* True if the descriptors that the driver left still wait for the watermark or tail time. */
static bool keeps_gathering(const struct zcxsk_socket *s, enum kick_cause cause)
{
	if (s->kick.when_idle && nothing_in_flight(s))
		return false;
	switch (cause) {
	case CAUSE_FLAG:
		return s->kick.when_idle;
	case CAUSE_WATERMARK:
		return tx_unkicked(s) < s->kick.watermark;
	case CAUSE_TAIL:
		return true;
	default:
		return false;
	}
}

/* The policy wants a kick now. */
static void kick_if_needed(struct zcxsk_socket *s, enum kick_cause cause)
{
	bool took = driver_took_some(s);

	if (took && tx_unkicked(s) && keeps_gathering(s, cause))
		return;
	if (tx_unkicked(s) && ZCXSK_LIKELY(zcxsk_ring_prod_needs_wakeup(&s->fast.tx))) {
		kick(s, cause);
		return;
	}
	/* The driver is running, and sets the flag before it stops checking the ring. */
	skip_kick(s);
}

/*
 * Nothing will make the driver continue: kick at once. An owner that the timer wakes may wait
 * for the tail time, so that a stream of small bursts takes one kick per tail time; without
 * the timer nothing guarantees another call. A driver that has been silent since the last kick
 * is not relied on, either: that completion may be lost.
 */
static bool idle_kick_due(const struct zcxsk_socket *s, uint64_t now)
{
	uint64_t silent_from = s->kick.silent_from_ns;

	if (!s->kick.when_idle)
		return false;
	if (!nothing_in_flight(s))
		return now >= silent_from;
	return s->timer.fd < 0 || now + silent_after(s) >= silent_from + s->kick.tail_ns;
}

void kick_tail_due(struct zcxsk_socket *s)
{
	uint64_t now;

	if (!s->kick.tail_ns || s->dead)
		return;
	now = kernel_clock(s);
	if (idle_kick_due(s, now)) {
		kick_if_needed(s, CAUSE_FLAG);
	} else if (!tail_start(s)) {
		/* A tail that began with descriptors the driver has taken would start again. */
		if (driver_took_some(s))
			return;
		s->kick.tail_start_ns = now;
		s->kick.tail_of = s->fast.tx_kicked;
	} else if (now - s->kick.tail_start_ns >= s->kick.tail_ns) {
		kick_if_needed(s, CAUSE_TAIL);
	}
}

void zcxsk_fast_kick(struct zcxsk_socket *s)
{
	if (tx_unkicked(s) >= s->kick.watermark)
		kick_if_needed(s, s->kick.watermark > 1 ? CAUSE_WATERMARK : CAUSE_FLAG);
	else
		kick_tail_due(s);
	end_fast_rx_if_unkicked(s);
}

void kick_start(struct zcxsk_socket *s, uint32_t index)
{
	s->fast.tx_kicked = s->kick.tried = index;
	s->kick.tail_start_ns = 0;
}

void kick_tx(struct zcxsk_socket *s)
{
	if (zcxsk_ring_prod_needs_wakeup(&s->fast.tx))
		zcxsk_fast_kick(s);
	else
		skip_kick(s);
}

void kick_flush(struct zcxsk_socket *s)
{
	if (s->dead)
		return;
	/* If the link was lost, the driver needs another kick; not every owner waits for events. */
	if (zcxsk_ring_prod_pending(&s->fast.tx) > tx_unkicked(s) && link_is_watched(s))
		link_check_again(s);
	if (!tx_unkicked(s))
		return;
	if (driver_is_behind(s))
		skip_kick(s);
	else
		kick_if_needed(s, CAUSE_FLUSH);
	/* They are in flight only now if the policy leaves kicks to the application. */
	if (ZCXSK_UNLIKELY(s->timer.fd >= 0))
		timer_arm(s);
}

void kick_again(struct zcxsk_socket *s)
{
	uint32_t left = zcxsk_ring_prod_pending(&s->fast.tx);

	if (left > tx_unkicked(s))
		s->fast.tx_kicked = s->fast.tx.cached_prod - left;
	kick_flush(s);
}

/*
 * If SO_PREFER_BUSY_POLL is set on the descriptor, sendto() polls for received packets and
 * does not wake TX; poll() still does.
 */
void kick_force(struct zcxsk_socket *s)
{
	kick(s, CAUSE_FORCED);
	if (s->mode == ZCXSK_MODE_ZERO_COPY && !s->dead && !zcxsk_ring_cons_ready(&s->fast.comp))
		kernel_sleep(s, 0, 0);
}

void kick_bare(const struct zcxsk_socket *s)
{
	s->kernel.kick(s->kernel.context);
}

/* ---- the fill ring, and the state of the device -------------------------------- */

/* An empty recvfrom: makes the driver check the fill ring. */
static void receive_empty(struct zcxsk_socket *s)
{
	int ret = s->kernel.receive(s->kernel.context);

	if (ret == -ENXIO)
		mark_dead(s);
	if (ret == -ENXIO || ret == -ENETDOWN)
		socket_set_status(s, ret);
	else if (s->status == -ENETDOWN) {
		socket_set_status(s, 0);
		check_link(s, true);
	}
}

void kick_rx(struct zcxsk_socket *s)
{
	COUNT(s, fill_kicks, 1);
	receive_empty(s);
}

void kick_rx_if_pending(struct zcxsk_socket *s)
{
	if (zcxsk_ring_prod_pending(&s->fast.fill))
		kick_rx(s);
}

void kick_fill(struct zcxsk_socket *s)
{
	if (ZCXSK_UNLIKELY(zcxsk_ring_prod_needs_wakeup(&s->fast.fill)))
		kick_rx(s);
}

/*
 * A socket that does not receive returns an error, but only after the kernel has checked
 * device and link.
 */
int kick_check_device(struct zcxsk_socket *s)
{
	receive_empty(s);
	if (s->dead)
		return -ENXIO;
	return s->status == -ENETDOWN ? -ENETDOWN : 0;
}
