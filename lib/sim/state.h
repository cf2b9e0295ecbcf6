/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state.h - what the files of the simulated kernel share. They build on
 * each other in this order: rings, faults, TX, RX, clock, and sim.c with the
 * public calls on top.
 */
#ifndef TESTS_SUPPORT_SIM_STATE_H
#define TESTS_SUPPORT_SIM_STATE_H

#include <stdbool.h>
#include <zcxsk/ring.h>
#include <zcxsk/sim.h>

#define NEVER UINT64_MAX /* ns; later than any event */

/* A ring with its entries behind it, and the kernel's own index into it. */
struct sim_ring {
	uint32_t producer;
	uint32_t consumer;
	uint32_t flags;
	uint32_t size;
	uint32_t next; /* entry to take or to write next */
	uint32_t seen; /* TX, fill: producer index as last read */
	uint64_t entries[];
};

/* A packet that the device has taken. */
struct sim_packet {
	uint64_t addr;
	uint64_t done_ns; /* when it is sent */
	uint32_t len;
	bool valid;
};

/* A completion that is held back. */
struct sim_held {
	uint64_t addr;
	uint64_t due_ns;
	uint32_t len;
};

struct zcxsk_sim {
	struct zcxsk_sim_opts opts;
	struct zcxsk_kernel kernel;
	struct zcxsk_sim_stats count;
	uint64_t now;
	uint64_t random;
	bool copy; /* one of the copy modes */
	bool dead;
	uint64_t up_ns; /* when the link comes up again; 0 = it is up */

	struct sim_ring *rx, *tx, *fill, *comp;

	/* Packets that the device has, oldest first, in a circle of device_slots. */
	struct sim_packet *device;
	uint32_t device_first, device_count;
	uint64_t device_ns;  /* when it will have sent all of them */
	uint64_t stopped_ns; /* until when it stands still */
	bool armed;	     /* the TX interrupt comes when the oldest is sent */
	uint64_t late_ns;    /* and so much later */
	uint64_t flag_ns;    /* when need_wakeup will be set */

	/* In the order of their coming; at most a completion ring of them. */
	struct sim_held *held;
	uint32_t held_count;
	/* Packets of one reap; those not written yet have their places, too. */
	struct sim_packet *batch;
	uint32_t batch_left;

	/* Frames for receiving, oldest first, in a circle of device_slots. */
	uint64_t *posted;
	uint32_t posted_first, posted_count;
	uint64_t arrival_ns; /* of the next packet that comes by itself */

	/* The script; chances that last add to it. */
	struct zcxsk_sim_fault *faults;
	uint32_t fault_count, fault_room;
	uint32_t scripted[ZCXSK_SIM_KINDS]; /* faults in it, by kind */
};

/* Sum that stays at the end of time. */
static inline uint64_t sim_later(uint64_t t, uint64_t ns)
{
	return ns > NEVER - t ? NEVER : t + ns;
}

static inline bool sim_down(const struct zcxsk_sim *sim)
{
	return sim->up_ns != 0;
}

static inline void sim_tell(const struct zcxsk_sim *sim, enum zcxsk_sim_event event, uint64_t addr,
			    uint32_t len)
{
	if (sim->opts.event)
		sim->opts.event(sim->opts.event_context, event, addr, len);
}

/* ---- rings.c: the kernel's end of the rings ---------------------------- */

/* Allocates the four rings, or none; the old ones are the caller's still. */
int sim_rings_make(struct zcxsk_sim *sim);
void sim_rings_free(struct sim_ring *const rings[4]);
/* What the user is to be given. */
struct zcxsk_kernel_rings sim_rings_view(const struct zcxsk_sim *sim);

/* TX, fill: entries not taken yet. */
uint32_t sim_ring_ready(struct sim_ring *r);
/* TX, fill: lets the user see what was taken. */
void sim_ring_publish_taken(struct sim_ring *r);
/* RX, completion: entries that can be written. */
uint32_t sim_ring_room(const struct sim_ring *r);
/* RX, completion: lets the user see what was written. */
void sim_ring_publish_written(struct sim_ring *r);
void sim_ring_set_flag(struct sim_ring *r, bool need_wakeup);
bool sim_ring_flag(const struct sim_ring *r);

struct xdp_desc *sim_ring_desc(struct sim_ring *r, uint32_t index);
uint64_t *sim_ring_addr(struct sim_ring *r, uint32_t index);

/* ---- faults.c: script and chance --------------------------------------- */

/* The next number of the sequence. */
uint64_t sim_random(struct zcxsk_sim *sim);
/* Whether such a fault strikes now; *value is its value then. */
bool sim_strikes(struct zcxsk_sim *sim, enum zcxsk_sim_kind kind, uint64_t *value);
int sim_fault_add(struct zcxsk_sim *sim, const struct zcxsk_sim_fault *fault);
/* The first state of the script: when it begins, and its beginning. */
uint64_t sim_state_when(const struct zcxsk_sim *sim);
void sim_state_fire(struct zcxsk_sim *sim);
/* States by chance, at a kick. */
void sim_states_by_chance(struct zcxsk_sim *sim);

/* ---- tx.c: the driver's and the device's sending ----------------------- */

/* Zero-copy: a pass of the driver. */
void sim_tx_poll(struct zcxsk_sim *sim);
/* Copy modes: one call's worth of sending; 0 or -errno. */
int sim_tx_copy(struct zcxsk_sim *sim);
/* A packet is dropped by the device, and completed; copy modes. */
void sim_tx_drop(struct zcxsk_sim *sim);
/* The device stands still for ns from now on. */
void sim_tx_stop(struct zcxsk_sim *sim, uint64_t ns);
/* The device is gone: what it has is completed. */
void sim_tx_die(struct zcxsk_sim *sim);
/* Forgets every frame: a new queue. */
void sim_tx_forget(struct zcxsk_sim *sim);
/* The interrupt, the flag set late, a completion held back: when, and what. */
uint64_t sim_interrupt_when(const struct zcxsk_sim *sim);
void sim_interrupt_fire(struct zcxsk_sim *sim);
uint64_t sim_flag_when(const struct zcxsk_sim *sim);
void sim_flag_fire(struct zcxsk_sim *sim);
uint64_t sim_held_when(const struct zcxsk_sim *sim);
void sim_held_fire(struct zcxsk_sim *sim);

/* ---- rx.c: receiving --------------------------------------------------- */

/* The driver looks at the fill ring. */
void sim_rx_refill(struct zcxsk_sim *sim);
/* A packet comes; 0 or -errno as zcxsk_sim_receive(). */
int sim_rx_arrive(struct zcxsk_sim *sim, const void *data, uint32_t len);
/* The next packet that comes by itself: when, and its coming. */
uint64_t sim_arrival_when(const struct zcxsk_sim *sim);
void sim_arrival_fire(struct zcxsk_sim *sim);

/* ---- clock.c: events in the order of time ------------------------------ */

/* When the next event is; NEVER = none will come. */
uint64_t sim_clock_next(const struct zcxsk_sim *sim);
/* Lets all events up to then happen, and shows that time. */
void sim_clock_run(struct zcxsk_sim *sim, uint64_t until);
/* The link comes up now; the driver looks at its ring. */
void sim_link_up(struct zcxsk_sim *sim);

#endif
