/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rx.c - the kernel's receiving: takes frames from the fill ring, puts packets on the
 * RX ring, and sets need_wakeup of the fill ring.
 */
#include <errno.h>

#include "sim/state.h"

/* The driver refills when fewer than one of this many slots has a frame. */
#define REFILL_SHARE 2u

static void take_frame(struct zcxsk_sim *sim)
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
		take_frame(sim);
		n--;
	}
	/* Only zero-copy needs wakeups; the copy modes check the ring for each packet. */
	if (!sim->copy)
		sim_ring_set_flag(sim->fill, !sim->posted_count);
}

/* Whether there is a frame to receive into. */
static bool has_frame(struct zcxsk_sim *sim)
{
	if (sim->posted_count)
		return true;
	if (sim->copy && sim_ring_ready(sim->fill))
		take_frame(sim);
	/* A driver that has set need_wakeup waits for the wakeup. */
	if (!sim->copy && !sim_ring_flag(sim->fill))
		sim_rx_refill(sim);
	return sim->posted_count;
}

/*
 * A device writes around AddressSanitizer, which knows that the application does not hold the
 * frame: byte by byte, and volatile, so that no compiler calls memcpy.
 */
__attribute__((no_sanitize("address"))) static void write_by_device(void *to, const void *from,
								    uint32_t len)
{
	volatile unsigned char *bytes = to;

	for (uint32_t i = 0; i < len; i++)
		bytes[i] = ((const unsigned char *)from)[i];
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
		write_by_device((unsigned char *)sim->opts.memory + d.addr, data, len);
	*sim_ring_desc(sim->rx, sim->rx->next++) = d;
	sim_tell(sim, ZCXSK_SIM_RECEIVED, frame, len);
	sim_ring_publish_written(sim->rx);
	/* A driver publishes what it took from the fill ring with the next packet. */
	sim_ring_publish_taken(sim->fill);
}

int sim_rx_arrive(struct zcxsk_sim *sim, const void *data, uint32_t len)
{
	if (sim->dead)
		return -ENXIO;
	if (sim_down(sim))
		return -ENETDOWN;
	sim->count.arrived++;
	if (!sim_ring_room(sim->rx) || !has_frame(sim)) {
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
	/* A packet that finds no frame is dropped and counted. */
	sim_rx_arrive(sim, NULL, sim->opts.arrival_len);
}
