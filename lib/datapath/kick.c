/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kick.c - decides when the TX ring is kicked, by need_wakeup, watermark and tail
 * time, kicks the fill ring where need_wakeup asks for it, and understands what a
 * kick answers. The calls themselves are in kernel_calls.c.
 */
#include "datapath/kick.h"

#include <errno.h>

#include "datapath/completion.h"
#include "datapath/kernel_calls.h"

/*
 * Kicks in a row without progress before a call gives up for now: the copy
 * path answers EAGAIN while buffers are in use that the reap in between, or
 * the device a moment later, makes free.
 */
#define KICK_IDLE_MAX 4u

/* Descriptors virtio-net takes in one kick at most: the weight of its TX NAPI. */
#define KICK_PART 64u

/*
 * Descriptors that are worth a kick while others are on their way: two parts.
 * When the first is with the device the driver looks whether anything is done
 * meanwhile, and then takes the second without being called again.
 */
#define KICK_WORTH (2 * KICK_PART)

/* Descriptors the copy path takes in one call where it cannot be told another number. */
#define COPY_BUDGET_OLD 32u

enum kick_cause {
	CAUSE_FLAG,
	CAUSE_WATERMARK,
	CAUSE_TAIL,
	CAUSE_FLUSH,
	CAUSE_BUDGET,
	CAUSE_FORCED
};

enum kick_result {
	KICK_OK,    /* the kernel looked at the ring */
	KICK_AGAIN, /* it took a part and wants to be called again */
	KICK_STOP,  /* no use in calling again now */
};

static void socket_dies(struct zcxsk_socket *s)
{
	socket_set_dead(s, true);
	outstanding_recompute(s);
}

/* ---- one kick -------------------------------------------------------------- */

static void count_cause(struct zcxsk_stats *c, enum kick_cause cause)
{
	c->tx_kicks++;
	switch (cause) {
	case CAUSE_FLAG:
		c->tx_kicks_flag++;
		break;
	case CAUSE_WATERMARK:
		c->tx_kicks_watermark++;
		break;
	case CAUSE_TAIL:
		c->tx_kicks_tail++;
		break;
	case CAUSE_FLUSH:
		c->tx_kicks_flush++;
		break;
	case CAUSE_BUDGET:
		c->tx_kicks_budget++;
		break;
	case CAUSE_FORCED:
		c->tx_kicks_forced++;
		break;
	}
}

/* Sorts the answer of a kick, counts it, and sets the status. */
static enum kick_result kick_once(struct zcxsk_socket *s, enum kick_cause cause)
{
	count_cause(&s->count, cause);
	socket_set_status(s, s->kernel.kick(s->kernel.context));
	switch (s->status) {
	case 0:
		return KICK_OK;
	case -EAGAIN: /* copy: budget used up, completion ring or buffer full */
		s->count.tx_kick_again++;
		return KICK_AGAIN;
	case -EBUSY: /* copy: the device dropped a packet, it is completed */
		s->count.tx_kick_dropped++;
		socket_set_status(s, 0);
		return KICK_AGAIN;
	case -EINTR:
		socket_set_status(s, 0);
		return KICK_AGAIN;
	case -ENOBUFS:
		s->count.tx_kick_nobufs++;
		return KICK_STOP;
	case -ENETDOWN:
		s->count.tx_kick_netdown++;
		return KICK_STOP;
	case -ENXIO: /* the device is gone; nothing will ever move again */
		socket_dies(s);
		/* fall through */
	default:
		s->count.tx_kick_failed++;
		return KICK_STOP;
	}
}

/* What is unkicked is looked after by each call, also by those that receive. */
static void look_after_tail(struct zcxsk_socket *s)
{
	if (tx_unkicked(s))
		s->fast.rx_left = 0;
}

/*
 * What the kick leaves in the ring. Zero-copy: the driver has no room and goes
 * on with each completion by itself, unless it refused. Copying: nothing goes
 * on by itself.
 */
static void note_kicked(struct zcxsk_socket *s, enum kick_result result)
{
	bool goes_on = s->mode == ZCXSK_MODE_ZERO_COPY && result == KICK_OK;

	s->kick.tried = s->fast.tx.cached_prod;
	s->fast.tx_kicked = s->kick.tried - (goes_on ? 0 : zcxsk_ring_prod_pending(&s->fast.tx));
	s->kick.tail_start_ns = 0;
	if (s->kick.when_idle && s->timer.fd >= 0)
		s->kick.kicked_ns = kernel_clock(s);
	if (s->status == -EAGAIN && !tx_unkicked(s))
		socket_set_status(s, 0);
	look_after_tail(s);
}

/*
 * A zero-copy driver that was kicked and left descriptors in the ring had no
 * room in the device's, and goes on with each completion, newer ones included.
 */
static bool driver_is_behind(const struct zcxsk_socket *s)
{
	return s->mode == ZCXSK_MODE_ZERO_COPY &&
	       zcxsk_ring_prod_pending(&s->fast.tx) > tx_unkicked(s);
}

/*
 * Kicks until the ring is empty or the kernel takes no more for now.
 *
 * Zero-copy: a driver that took a whole part and did not empty the ring has
 * room for more, and would wait for a completion before it goes on; one that
 * took less has none. One that is behind anyway is left to itself, unless the
 * watchdog thinks otherwise. Copying: everything is taken, or an errno says why
 * not; the ring is no measure, since old kernels publish late what they took.
 */
static void kick(struct zcxsk_socket *s, enum kick_cause cause)
{
	uint32_t before = zcxsk_ring_prod_pending(&s->fast.tx);
	uint32_t bound = before + KICK_IDLE_MAX; /* each moves one or is idle */
	uint32_t idle = 0, idle_max = KICK_IDLE_MAX;
	bool once = driver_is_behind(s) && cause != CAUSE_FORCED;
	enum kick_result result = KICK_STOP;

	/* The old budget cannot be seen at work: grant it all its turns. */
	if (!s->setup.info.copy_budget)
		idle_max += before / COPY_BUDGET_OLD;

	for (; bound--; cause = CAUSE_BUDGET) {
		uint32_t after, moved;

		result = kick_once(s, cause);
		after = zcxsk_ring_prod_pending(&s->fast.tx);
		moved = before - after;
		if (result == KICK_STOP || !after)
			break;
		if (result == KICK_OK &&
		    (once || s->mode != ZCXSK_MODE_ZERO_COPY || moved < KICK_PART))
			break;
		if (result == KICK_AGAIN)
			moved += comp_reap(s); /* was taken, published or not */
		idle = moved ? 0 : idle + 1;
		if (idle == idle_max)
			break;
		before = after;
	}
	note_kicked(s, result);
}

/* ---- when to kick ---------------------------------------------------------- */

/* Between half of what may be out and 1, so that it is reached. */
static uint32_t watermark(const struct zcxsk_socket *s)
{
	uint32_t wanted = s->setup.opts.kick_watermark ? s->setup.opts.kick_watermark : KICK_WORTH;
	uint32_t most = s->out.limit > 1 ? s->out.limit / 2 : 1;

	return wanted < most ? wanted : most;
}

void kick_init(struct zcxsk_socket *s)
{
	enum zcxsk_kick_policy policy = (enum zcxsk_kick_policy)s->setup.opts.kick_policy;

	/* In the copy modes the kick is the sending: gathering delays it all. */
	if (policy == ZCXSK_KICK_ADAPTIVE && s->mode != ZCXSK_MODE_ZERO_COPY)
		policy = ZCXSK_KICK_BURST;
	s->kick.when_idle = policy == ZCXSK_KICK_ADAPTIVE;
	s->kick.tail_ns = policy == ZCXSK_KICK_MANUAL ? 0 : s->setup.opts.kick_tail_ns;
	s->kick.watermark = policy == ZCXSK_KICK_BURST	  ? 1
			    : policy == ZCXSK_KICK_MANUAL ? UINT32_MAX
							  : watermark(s);
}

/* A kick that is due and not needed. */
static void needs_no_kick(struct zcxsk_socket *s)
{
	s->fast.tx_kicks_saved++;
	s->fast.tx_kicked = s->kick.tried = s->fast.tx.cached_prod;
	s->kick.tail_start_ns = 0;
}

/* All that was kicked for is done: no completion will make the driver go on. */
static bool nothing_in_flight(const struct zcxsk_socket *s)
{
	return outstanding_count(s) - tx_gathered(s) <= zcxsk_ring_cons_ready(&s->fast.comp);
}

/*
 * A zero-copy driver that goes on by itself takes what gathers, too: that needs
 * no kick any more, and what is left has begun to wait just now. False when it
 * has taken none.
 */
static bool driver_took_some(struct zcxsk_socket *s)
{
	uint32_t left = zcxsk_ring_prod_pending(&s->fast.tx);

	if (s->mode != ZCXSK_MODE_ZERO_COPY || left >= tx_unkicked(s))
		return false;
	s->fast.tx_kicked = s->fast.tx.cached_prod - left;
	s->kick.tail_start_ns = left ? kernel_clock(s) : 0;
	s->kick.tail_of = s->fast.tx_kicked;
	return true;
}

/* Whether what is left after that goes on gathering. */
static bool gathers_on(const struct zcxsk_socket *s, enum kick_cause cause)
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

/* A kick that is due by the policy. */
static void kick_if_needed(struct zcxsk_socket *s, enum kick_cause cause)
{
	bool took = driver_took_some(s);

	if (took && tx_unkicked(s) && gathers_on(s, cause))
		return;
	if (tx_unkicked(s) && ZCXSK_LIKELY(zcxsk_ring_prod_needs_wakeup(&s->fast.tx))) {
		kick(s, cause);
		return;
	}
	/* The driver is at work, and sets the flag before it stops looking. */
	needs_no_kick(s);
}

/*
 * Nothing will make the driver go on: kick at once. An owner who is woken by
 * the timer may leave it for the tail time, so that a stream of small bursts has
 * one kick in that time; nobody else is sure to come by.
 */
static bool idle_kick_due(const struct zcxsk_socket *s)
{
	return s->kick.when_idle && nothing_in_flight(s) &&
	       (s->timer.fd < 0 || kernel_clock(s) - s->kick.kicked_ns >= s->kick.tail_ns);
}

void kick_tail_due(struct zcxsk_socket *s)
{
	uint64_t now;

	if (!s->kick.tail_ns || s->dead)
		return;
	if (idle_kick_due(s)) {
		kick_if_needed(s, CAUSE_FLAG);
		return;
	}
	now = kernel_clock(s);
	if (!tail_start(s)) {
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
	look_after_tail(s);
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
		needs_no_kick(s);
}

void kick_flush(struct zcxsk_socket *s)
{
	if (!tx_unkicked(s) || s->dead)
		return;
	if (driver_is_behind(s))
		needs_no_kick(s);
	else
		kick_if_needed(s, CAUSE_FLUSH);
}

/*
 * Where SO_PREFER_BUSY_POLL was set on the descriptor, sendto() polls for
 * received packets and does not wake TX; poll() still does.
 */
void kick_force(struct zcxsk_socket *s)
{
	kick(s, CAUSE_FORCED);
	if (s->mode == ZCXSK_MODE_ZERO_COPY && !s->dead && !zcxsk_ring_cons_ready(&s->fast.comp))
		kernel_sleep(s, 0, 0);
}

bool kick_kernel_has_frames(const struct zcxsk_socket *s)
{
	/* Relaxed: a reading that may be old; the next one is not. */
	uint32_t sent = __atomic_load_n(s->fast.tx.producer, __ATOMIC_RELAXED);
	uint32_t done = __atomic_load_n(s->fast.comp.producer, __ATOMIC_RELAXED);

	return sent - done != s->setup.index_gap;
}

void kick_bare(const struct zcxsk_socket *s)
{
	s->kernel.kick(s->kernel.context);
}

/* ---- the fill ring, and the state of the device ---------------------------- */

/* recvfrom, which takes nothing: it lets the driver look at the fill ring. */
static void receive_nothing(struct zcxsk_socket *s)
{
	int rc = s->kernel.receive(s->kernel.context);

	if (rc == -ENXIO)
		socket_dies(s);
	if (rc == -ENXIO || rc == -ENETDOWN)
		socket_set_status(s, rc);
	else if (s->status == -ENETDOWN)
		socket_set_status(s, 0);
}

void kick_rx(struct zcxsk_socket *s)
{
	s->count.fill_kicks++;
	receive_nothing(s);
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

/* A socket that does not receive is told so, after device and link were asked. */
int kick_check_device(struct zcxsk_socket *s)
{
	receive_nothing(s);
	if (s->dead)
		return -ENXIO;
	return s->status == -ENETDOWN ? -ENETDOWN : 0;
}
