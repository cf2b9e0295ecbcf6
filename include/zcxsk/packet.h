/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet.h - the element of the burst calls: one frame of the UMEM with a
 * packet, or a part of one, in it.
 *
 * The struct has the layout of the kernel's struct xdp_desc, so that a burst is
 * a plain copy between the application's array and the ring. A packet that
 * spans several frames has several entries, of which all but the last have
 * ZCXSK_PACKET_MORE. Metadata is stored in the frame before the data and is
 * announced by ZCXSK_PACKET_METADATA. Both flags are reserved for now: the
 * library never sets them on receive and refuses them on send.
 */
#ifndef ZCXSK_PACKET_H
#define ZCXSK_PACKET_H

#include <linux/if_xdp.h>
#include <zcxsk/base.h>

struct zcxsk_packet {
	uint64_t addr;	/* UMEM offset of the packet's first byte */
	uint32_t len;	/* bytes of the packet in this frame */
	uint32_t flags; /* ZCXSK_PACKET_*; 0 = a whole packet */
};

#define ZCXSK_PACKET_MORE 1u	 /* the packet continues in the next entry */
#define ZCXSK_PACKET_METADATA 2u /* metadata precedes the data */

ZCXSK_STATIC_ASSERT(sizeof(struct zcxsk_packet) == sizeof(struct xdp_desc) &&
			    offsetof(struct zcxsk_packet, addr) ==
				    offsetof(struct xdp_desc, addr) &&
			    offsetof(struct zcxsk_packet, len) == offsetof(struct xdp_desc, len) &&
			    offsetof(struct zcxsk_packet, flags) ==
				    offsetof(struct xdp_desc, options),
		    "a burst is a copy of descriptors");

ZCXSK_BEGIN_DECLS

/*
 * Address of the packet's bytes. base is the start of the UMEM, from
 * zcxsk_umem_base() or zcxsk_socket_base(); read it once and keep it.
 */
ZCXSK_INLINE void *zcxsk_packet_data(void *base, const struct zcxsk_packet *p)
{
	return (unsigned char *)base + p->addr;
}

ZCXSK_END_DECLS

#endif
