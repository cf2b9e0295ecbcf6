/* SPDX-License-Identifier: BSD-2-Clause */
/* mtu.c - which MTU and which packets fit a frame and a driver, from the facts of an interface. */
#include <stddef.h>
#include <unistd.h>

#include "nic/driver.h"
#include "nic/nic.h"

/* Bytes: the largest MTU for which virtio_net receives into small buffers. */
#define VIRTIO_SMALL_MTU 1500u

/* Bytes around the payload: Ethernet, two VLAN tags, checksum. */
#define FRAME_OVERHEAD 26u
/* Bytes: Ethernet and two VLAN tags; drivers do not deliver the checksum. */
#define ETHERNET_AND_VLANS 22u
/*
 * Bytes reserved of the page that virtio_net receives into with XDP: 576 for the
 * program and the kernel's metadata, 12 for the device's header.
 */
#define VIRTIO_XDP_RESERVED 588u
/* Bytes that the kernel reserves for the XDP program in each frame. */
#define XDP_HEADROOM 256u

uint32_t nic_mtu_limit(const struct nic *nic, bool zero_copy, uint32_t frame_size,
		       uint32_t headroom)
{
	uint32_t unit = zero_copy ? driver_facts(nic->driver)->receive_unit : DRIVER_RECEIVE_UNIT;
	uint32_t room;

	if (frame_size < XDP_HEADROOM || frame_size - XDP_HEADROOM < headroom)
		return 0;
	room = (frame_size - XDP_HEADROOM - headroom) / unit * unit;
	return room > FRAME_OVERHEAD ? room - FRAME_OVERHEAD : 0;
}

uint32_t nic_xdp_mtu_limit(const struct nic *nic)
{
	if (!nic->is_virtio)
		return UINT32_MAX;
	return (uint32_t)sysconf(_SC_PAGESIZE) - VIRTIO_XDP_RESERVED - ETHERNET_AND_VLANS;
}

/* The driver decided by the device's own MTU, which is the largest that it accepts since. */
static bool has_large_mtu(const struct nic *nic)
{
	return nic_virtio_has(nic, VIRTIO_BIT_MTU) &&
	       (!nic->max_mtu || nic->max_mtu > VIRTIO_SMALL_MTU);
}

bool nic_has_big_packets(const struct nic *nic)
{
	if (!nic->is_virtio || nic_virtio_has(nic, VIRTIO_BIT_MRG_RXBUF))
		return false;
	return nic_virtio_has(nic, VIRTIO_BIT_GUEST_TSO4) ||
	       nic_virtio_has(nic, VIRTIO_BIT_GUEST_TSO6) ||
	       nic_virtio_has(nic, VIRTIO_BIT_GUEST_ECN) ||
	       nic_virtio_has(nic, VIRTIO_BIT_GUEST_UFO) ||
	       (nic_virtio_has(nic, VIRTIO_BIT_GUEST_USO4) &&
		nic_virtio_has(nic, VIRTIO_BIT_GUEST_USO6)) ||
	       has_large_mtu(nic);
}

bool nic_has_fixed_offloads(const struct nic *nic)
{
	static const unsigned bits[] = {VIRTIO_BIT_GUEST_CSUM, VIRTIO_BIT_GUEST_TSO4,
					VIRTIO_BIT_GUEST_TSO6, VIRTIO_BIT_GUEST_ECN,
					VIRTIO_BIT_GUEST_UFO,  VIRTIO_BIT_GUEST_USO4,
					VIRTIO_BIT_GUEST_USO6};

	if (nic_virtio_has(nic, VIRTIO_BIT_CTRL_GUEST_OFFLOADS))
		return false;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (nic_virtio_has(nic, bits[i]))
			return true;
	return false;
}
