/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rx.c - the kernel's receiving: frames off the fill ring, packets onto
 * the RX ring, and the fill ring's need_wakeup.
 */
#include <errno.h>

#include "sim/state.h"

/* The driver tops its frames up when fewer than this part of its slots is left. */
#define REFILL_SHARE 2u

static void post(struct zcxsk_sim *sim)
{
	uint64_t addr = *sim_ring_addr(sim->fill, sim->fill->next++);
	uint32_t at = (sim->posted_first + sim->posted_count++) % sim->opts.device_slots;

	sim->posted[at] = addr;
	sim_tell(sim, ZCXSK_SIM_POSTED, addr, 0);
}

void sim_rx_refill(struct zcxsk_sim *sim)
{
	uint32_t n = sim_ring_ready(sim->fill);

	while (n && sim->posted_count < sim->opts.device_slots) {
		post(sim);
		n--;
	}
	/* Only zero-copy asks; copying looks at the ring for each packet. */
	if (!sim->copy)
		sim_ring_set_flag(sim->fill, !sim->posted_count);
}

/* Whether there is a frame to receive into. */
static bool frame_there(struct zcxsk_sim *sim)
{
	if (sim->posted_count)
		return true;
	if (sim->copy && sim_ring_ready(sim->fill))
		post(sim);
	/* A driver that has asked to be woken waits for that. */
	if (!sim->copy && !sim_ring_flag(sim->fill))
		sim_rx_refill(sim);
	return sim->posted_count;
}

static void deliver(struct zcxsk_sim *sim, const void *data, uint32_t len)
{
	uint64_t frame = sim->posted[sim->posted_first];
	struct xdp_desc d = {
		.addr = (frame & ~(uint64_t)(sim->opts.frame_size - 1)) + ZCXSK_XDP_HEADROOM,
		.len = len,
	};

	sim->posted_first = (sim->posted_first + 1) % sim->opts.device_slots;
	sim->posted_count--;
	if (data && d.addr + len <= sim->opts.memory_size)
		memcpy((unsigned char *)sim->opts.memory + d.addr, data, len);
	*sim_ring_desc(sim->rx, sim->rx->next++) = d;
	sim_tell(sim, ZCXSK_SIM_RECEIVED, frame, len);
	sim_ring_publish_written(sim->rx);
	/* Drivers tell what they took from the fill ring with the first packet. */
	sim_ring_publish_taken(sim->fill);
}

int sim_rx_arrive(struct zcxsk_sim *sim, const void *data, uint32_t len)
{
	if (sim->dead)
		return -ENXIO;
	if (sim_down(sim))
		return -ENETDOWN;
	sim->count.arrived++;
	if (!sim_ring_room(sim->rx) || !frame_there(sim)) {
		sim->count.arrived_dropped++;
		return -ENOBUFS;
	}
	deliver(sim, data, len);
	if (!sim->copy && sim->posted_count < sim->opts.device_slots / REFILL_SHARE)
		sim_rx_refill(sim);
	return 0;
}

uint64_t sim_arrival_when(const struct zcxsk_sim *sim)
{
	return sim->dead ? NEVER : sim->arrival_ns;
}

void sim_arrival_fire(struct zcxsk_sim *sim)
{
	sim->arrival_ns = sim_later(sim->now, sim->opts.arrival_ns);
	/* One that finds no frame is dropped, and counted there. */
	sim_rx_arrive(sim, NULL, sim->opts.arrival_len);
}
