/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames_plan.c - how many frames a queue needs: those that always stay with the kernel, so that
 * it can go on receiving, and those above them that let packets through.
 */
#include "socket/frames_plan.h"

#include "base/minmax.h"
#include "datapath/fill.h"

/*
 * The floor in the copy modes, where the kernel's own traffic needs no frames: a socket that
 * sleeps in poll() is woken as long as a frame is posted or a packet is there.
 */
#define FLOOR_COPY 32u
/* In small set-ups at most this share of the posted frames. */
#define FLOOR_SHARE 4u
/* Frames above the floor, at least. */
#define ABOVE_MIN 64u
/* For a driver that does not report its RX ring: the largest one that common cards allow. */
#define DEVICE_RING_UNKNOWN 4096u

static uint32_t device_ring(const struct zcxsk_socket *s)
{
	if (s->setup.simulated)
		return s->kernel.device_rx_ring;
	return s->setup.nic.rx_ring ? s->setup.nic.rx_ring : DEVICE_RING_UNKNOWN;
}

/*
 * The kernel can lose at most the entries of the RX ring to packets that nobody receives. With
 * as many more as the device has descriptors, the device never runs dry.
 */
static uint32_t floor_zero_copy(const struct zcxsk_socket *s)
{
	return s->setup.info.rx_ring_size + device_ring(s);
}

void frames_set_floor(struct zcxsk_socket *s)
{
	uint32_t target = s->fill.target, floor = min_u32(FLOOR_COPY, target / FLOOR_SHARE);

	if (s->mode == ZCXSK_MODE_ZERO_COPY && device_ring(s))
		floor = min_u32(floor_zero_copy(s), target - min_u32(target, ABOVE_MIN));
	fill_set_floor(s, floor);
}
