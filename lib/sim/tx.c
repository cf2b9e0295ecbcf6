/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tx.c - sending: the kernel takes descriptors from the TX ring, the device sends one
 * packet after the other, and completions arrive in the order of sending unless a fault
 * changes it.
 */
#include <errno.h>

#include "base/minmax.h"
#include "sim/state.h"

/* The most descriptors that virtio-net takes in one pass: the weight of its TX NAPI. */
#define PASS 64u

/* An address outside of any UMEM; a real kernel was observed to return one. */
#define FOREIGN_ADDR (1ull << 40)

static struct sim_packet *device_at(const struct zcxsk_sim *sim, uint32_t i)
{
	return &sim->device[(sim->device_first + i) % sim->opts.device_slots];
}

/* Whether the device has sent its oldest packet by now. */
static bool device_done(const struct zcxsk_sim *sim)
{
	return sim->device_count && device_at(sim, 0)->done_ns <= sim->now;
}

/* ---- completions ----------------------------------------------------------- */

/*
 * Unreserved entries of the completion ring: one is reserved for each frame in the
 * device and for each delayed completion.
 */
static uint32_t completion_room(const struct zcxsk_sim *sim)
{
	return sim_ring_room(sim->comp) - sim->device_count - sim->held_count - sim->batch_left;
}

static void write_completion(struct zcxsk_sim *sim, uint64_t addr)
{
	*sim_ring_addr(sim->comp, sim->comp->next++) = addr;
}

/* Writes an extra entry if a fault strikes and there is room. */
static void write_wrong(struct zcxsk_sim *sim, enum zcxsk_sim_kind kind, uint64_t addr,
			uint64_t *counter)
{
	uint64_t value;

	if (!completion_room(sim) || !sim_strikes(sim, kind, &value))
		return;
	if (kind != ZCXSK_SIM_COMPLETION_DOUBLED)
		addr = value;
	if (kind == ZCXSK_SIM_COMPLETION_FOREIGN && !value)
		addr = FOREIGN_ADDR;
	write_completion(sim, addr);
	++*counter;
}

/* Completes a frame, with extra entries by faults. Does not publish the index. */
static void complete(struct zcxsk_sim *sim, uint64_t addr, uint32_t len)
{
	write_completion(sim, addr);
	sim->count.completed++;
	sim_tell(sim, ZCXSK_SIM_COMPLETED, addr, len);
	write_wrong(sim, ZCXSK_SIM_COMPLETION_DOUBLED, addr, &sim->count.doubled);
	write_wrong(sim, ZCXSK_SIM_COMPLETION_FOREIGN, addr, &sim->count.foreign);
	write_wrong(sim, ZCXSK_SIM_COMPLETION_UNKNOWN, addr, &sim->count.unknown);
}

static void keep(struct zcxsk_sim *sim, uint64_t addr, uint32_t len)
{
	sim->count.kept++;
	sim_tell(sim, ZCXSK_SIM_KEPT, addr, len);
}

static void hold(struct zcxsk_sim *sim, uint64_t addr, uint32_t len, uint64_t ns)
{
	sim->held[sim->held_count++] = (struct sim_held){addr, sim_later(sim->now, ns), len};
	sim->count.late++;
}

uint64_t sim_held_when(const struct zcxsk_sim *sim)
{
	uint64_t when = NEVER;

	for (uint32_t i = 0; i < sim->held_count; i++)
		if (sim->held[i].due_ns < when)
			when = sim->held[i].due_ns;
	return when;
}

/* Writes the delayed completions that are due by that time. */
static void complete_held(struct zcxsk_sim *sim, uint64_t until)
{
	uint32_t left = 0, n = sim->held_count;

	for (uint32_t i = 0; i < n; i++) {
		struct sim_held h = sim->held[i];

		if (h.due_ns > until) {
			sim->held[left++] = h;
			continue;
		}
		sim->held_count--;
		complete(sim, h.addr, h.len);
	}
	sim_ring_publish_written(sim->comp);
}

void sim_held_fire(struct zcxsk_sim *sim)
{
	complete_held(sim, sim->now);
}

static void shuffle(struct zcxsk_sim *sim, struct sim_packet *packets, uint32_t n)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = (uint32_t)(sim_random(sim) % i);
		struct sim_packet p = packets[i - 1];

		packets[i - 1] = packets[j];
		packets[j] = p;
	}
}

/* Takes the oldest packet off the device. */
static struct sim_packet device_pop(struct zcxsk_sim *sim)
{
	struct sim_packet p = *device_at(sim, 0);

	sim->device_first = (sim->device_first + 1) % sim->opts.device_slots;
	sim->device_count--;
	return p;
}

/* Puts a sent packet into the batch to complete, unless a fault loses or delays it. */
static uint32_t sort_sent(struct zcxsk_sim *sim, struct sim_packet p, uint32_t n)
{
	uint64_t value;

	if (p.valid) {
		sim->count.sent++;
		sim_tell(sim, ZCXSK_SIM_SENT, p.addr, p.len);
	}
	if (sim_strikes(sim, ZCXSK_SIM_COMPLETION_LOST, &value)) {
		keep(sim, p.addr, p.len);
		return n;
	}
	if (sim_strikes(sim, ZCXSK_SIM_COMPLETION_LATE, &value)) {
		hold(sim, p.addr, p.len, value);
		return n;
	}
	sim->batch[n] = p;
	return n + 1;
}

/* Completes the packets that the device has sent by now. */
static void reap(struct zcxsk_sim *sim)
{
	uint32_t n = 0;
	uint64_t value;

	while (device_done(sim))
		n = sort_sent(sim, device_pop(sim), n);
	if (n > 1 && sim_strikes(sim, ZCXSK_SIM_COMPLETIONS_SHUFFLED, &value))
		shuffle(sim, sim->batch, n);
	for (sim->batch_left = n; sim->batch_left;) {
		const struct sim_packet *p = &sim->batch[n - sim->batch_left--];

		complete(sim, p->addr, p->len);
	}
	sim_ring_publish_written(sim->comp);
}

/* ---- taking descriptors ---------------------------------------------------- */

static bool descriptor_is_valid(const struct zcxsk_sim *sim, const struct xdp_desc *d)
{
	uint64_t offset = d->addr & (sim->opts.frame_size - 1);

	if (!d->len || d->options || d->len > sim->opts.frame_size - offset)
		return false;
	return !sim->opts.memory_size || d->addr < sim->opts.memory_size;
}

/* Takes a descriptor. There must be room for it and its completion. */
static void take_one(struct zcxsk_sim *sim)
{
	struct xdp_desc d = *sim_ring_desc(sim->tx, sim->tx->next++);
	bool valid = descriptor_is_valid(sim, &d);
	uint64_t value;

	sim->count.taken++;
	sim->count.invalid += !valid;
	sim_tell(sim, ZCXSK_SIM_TAKEN, d.addr, d.len);
	if ((!valid && !(sim->opts.flags & ZCXSK_SIM_RETURN_INVALID)) ||
	    (valid && sim_strikes(sim, ZCXSK_SIM_DESCRIPTOR_SWALLOWED, &value))) {
		keep(sim, d.addr, d.len);
		return;
	}
	if (sim->device_ns < sim->now)
		sim->device_ns = sim->now;
	if (valid)
		sim->device_ns = sim_later(sim->device_ns, sim->opts.packet_ns);
	*device_at(sim, sim->device_count++) = (struct sim_packet){
		.addr = d.addr,
		.len = d.len,
		.done_ns = sim->device_ns,
		.valid = valid,
	};
}

/* Descriptors for which there is room in the device and in the completion ring. */
static uint32_t room_to_take(const struct zcxsk_sim *sim)
{
	return min_u32(sim->opts.device_slots - sim->device_count, completion_room(sim));
}

/* ---- zero-copy ------------------------------------------------------------- */

static void take_pass(struct zcxsk_sim *sim)
{
	uint32_t n = min_u32(min_u32(sim_ring_ready(sim->tx), room_to_take(sim)), PASS);

	while (n--)
		take_one(sim);
	/* virtio-net publishes what it takes at once. */
	sim_ring_publish_taken(sim->tx);
}

/* Sets or clears need_wakeup at the end of a pass. */
static void settle_flag(struct zcxsk_sim *sim)
{
	uint64_t value;

	sim->flag_ns = NEVER;
	if (!(sim->opts.flags & ZCXSK_SIM_CLEARS_FLAG)) {
		sim_ring_set_flag(sim->tx, true);
	} else if (sim->device_count) {
		/* After the interrupt the driver checks the ring again. */
		sim_ring_set_flag(sim->tx, false);
	} else if (sim_strikes(sim, ZCXSK_SIM_FLAG_LATE, &value)) {
		sim_ring_set_flag(sim->tx, false);
		sim->flag_ns = sim_later(sim->now, value);
	} else {
		sim_ring_set_flag(sim->tx, true);
	}
}

void sim_tx_poll(struct zcxsk_sim *sim)
{
	uint64_t value;

	/* At the end the driver checks again whether packets were sent meanwhile. */
	do {
		reap(sim);
		take_pass(sim);
	} while (device_done(sim));
	sim->armed = true;
	sim->late_ns = sim_strikes(sim, ZCXSK_SIM_INTERRUPT_LATE, &value) ? value : 0;
	settle_flag(sim);
}

uint64_t sim_flag_when(const struct zcxsk_sim *sim)
{
	return sim->flag_ns;
}

void sim_flag_fire(struct zcxsk_sim *sim)
{
	sim->flag_ns = NEVER;
	sim_ring_set_flag(sim->tx, true);
	if (!(sim->opts.flags & ZCXSK_SIM_NO_RECHECK) && !sim_down(sim) && sim_ring_ready(sim->tx))
		sim_tx_poll(sim);
}

/* ---- the copy modes -------------------------------------------------------- */

/*
 * Whether there is a descriptor to take. Old kernels read the user's index, and
 * publish theirs, only after they have taken all descriptors they knew of.
 */
static bool copy_ready(struct zcxsk_sim *sim)
{
	if (sim->opts.flags & ZCXSK_SIM_OLD_COPY && sim->tx->seen != sim->tx->next)
		return true;
	if (sim->opts.flags & ZCXSK_SIM_OLD_COPY)
		sim_ring_publish_taken(sim->tx);
	return sim_ring_ready(sim->tx);
}

static void copy_publish(struct zcxsk_sim *sim)
{
	if (!(sim->opts.flags & ZCXSK_SIM_OLD_COPY))
		sim_ring_publish_taken(sim->tx);
}

int sim_tx_copy(struct zcxsk_sim *sim)
{
	int full = sim->opts.flags & ZCXSK_SIM_OLD_COPY ? 0 : -EAGAIN, ret = 0;
	uint32_t budget = sim->opts.copy_budget;

	for (; copy_ready(sim); take_one(sim), budget--) {
		if (!completion_room(sim)) {
			ret = full;
			break;
		}
		if (!budget || sim->device_count == sim->opts.device_slots) {
			ret = -EAGAIN;
			break;
		}
	}
	copy_publish(sim);
	return ret;
}

void sim_tx_drop(struct zcxsk_sim *sim)
{
	struct xdp_desc d;

	if (!copy_ready(sim) || !completion_room(sim))
		return;
	d = *sim_ring_desc(sim->tx, sim->tx->next++);
	sim->count.taken++;
	sim_tell(sim, ZCXSK_SIM_TAKEN, d.addr, d.len);
	copy_publish(sim);
	complete(sim, d.addr, d.len);
	sim_ring_publish_written(sim->comp);
}

/* ---- interrupts ------------------------------------------------------------ */

uint64_t sim_interrupt_when(const struct zcxsk_sim *sim)
{
	uint64_t sent = sim->device_count ? device_at(sim, 0)->done_ns : NEVER;

	if (sim->copy)
		return sent;
	if (!sim->armed || sim_down(sim))
		return NEVER;
	return sim_later(sim_later(sent, sim->opts.interrupt_ns), sim->late_ns);
}

void sim_interrupt_fire(struct zcxsk_sim *sim)
{
	uint64_t value;

	if (sim->copy) {
		reap(sim);
		return;
	}
	sim->armed = false;
	if (sim_strikes(sim, ZCXSK_SIM_INTERRUPT_LOST, &value)) {
		sim->count.interrupts_lost++;
		return;
	}
	sim->count.interrupts++;
	sim_tx_poll(sim);
}

/* ---- states ---------------------------------------------------------------- */

void sim_tx_stop(struct zcxsk_sim *sim, uint64_t ns)
{
	uint64_t from = sim->stopped_ns > sim->now ? sim->stopped_ns : sim->now;
	uint64_t to = sim_later(sim->now, ns);

	if (to <= from)
		return; /* it is already stopped for at least as long */
	ns = to == NEVER ? NEVER : to - from;
	if (sim->device_ns < sim->now)
		sim->device_ns = sim->now;
	sim->device_ns = sim_later(sim->device_ns, ns);
	for (uint32_t i = 0; i < sim->device_count; i++) {
		struct sim_packet *p = device_at(sim, i);

		if (p->done_ns > sim->now)
			p->done_ns = sim_later(p->done_ns, ns);
	}
	sim->stopped_ns = to;
}

void sim_tx_die(struct zcxsk_sim *sim)
{
	complete_held(sim, NEVER);
	while (sim->device_count) {
		struct sim_packet p = device_pop(sim);

		complete(sim, p.addr, p.len);
	}
	sim_ring_publish_written(sim->comp);
	sim->flag_ns = NEVER;
	sim->dead = true;
}

void sim_tx_forget(struct zcxsk_sim *sim)
{
	sim->dead = false;
	sim->armed = false;
	sim->late_ns = 0;
	sim->flag_ns = NEVER;
	sim->device_first = sim->device_count = 0;
	sim->device_ns = sim->now;
	sim->stopped_ns = 0;
	sim->held_count = 0;
	sim->count.kept = 0;
}
