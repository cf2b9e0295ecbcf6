/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checksum.h - Internet checksums of the packets in frames.
 *
 * A kernel that sends through a virtual device (veth, tun, a bridge) leaves the
 * checksum of TCP, UDP and ICMPv6 to that device, which leaves it to the next
 * one. Such a packet arrives unfinished: its checksum field holds the sum of the
 * pseudo-header only, and every host drops it. A program that forwards packets
 * from a virtual interface has to finish them first;
 * see zcxsk_packets(7).
 *
 * The functions read a whole Ethernet frame without its own checksum: VLAN tags,
 * IPv4 or IPv6 with extension headers, and the first header after them. They do
 * not look into tunnels, nor at SCTP. Padding after the IP packet is ignored.
 */
#ifndef ZCXSK_CHECKSUM_H
#define ZCXSK_CHECKSUM_H

#include <zcxsk/base.h>

ZCXSK_BEGIN_DECLS

/*
 * Completes the checksum of a TCP, UDP or ICMPv6 packet whose field holds exactly
 * the sum of its pseudo-header. Leaves all other packets as they are: a valid
 * checksum, also if it equals that sum; a wrong one, so that a corrupt packet stays
 * corrupt; fragments, in which a checksum cannot be completed; UDP without checksum.
 * Call it before changing the addresses.
 *
 * Returns 1 if it completed the checksum, 0 if there was nothing to do, or
 *   -EINVAL  frame is NULL
 *   -EPROTO  the frame ends before its headers or before the end of the IP packet,
 *            or a length in them is impossible; the frame is unchanged
 *
 * Reads the payload only of a packet that may need it. Does not block or enter the
 * kernel. Any thread, on frames of its own.
 */
ZCXSK_API int zcxsk_checksum_finish(void *frame, uint32_t len);

/*
 * Checks the checksums of the IPv4 header and of TCP, UDP, ICMP and ICMPv6. Of a
 * fragment and of UDP over IPv4 without checksum it checks only the IPv4 header.
 *
 * Returns 1 if they are valid, 0 if the packet has none of them, or
 *   -EBADMSG  one is wrong, is unfinished, or is missing in UDP over IPv6
 *   -EINVAL, -EPROTO  as zcxsk_checksum_finish()
 *
 * Does not block or enter the kernel. Any thread.
 */
ZCXSK_API int zcxsk_checksum_verify(const void *frame, uint32_t len);

/*
 * The checksum after len bytes under it have changed from before to after, without
 * reading the other bytes (RFC 1624). The bytes start at an even offset from the
 * first byte under the checksum. checksum and the result are as in the packet, in
 * network byte order, and belong to a finished checksum. A UDP checksum of 0 means
 * that there is none and stays; if the result for UDP is 0, store 0xffff.
 *
 * Cannot fail. Does not block or enter the kernel. Any thread.
 */
ZCXSK_API uint16_t zcxsk_checksum_update(uint16_t checksum, const void *before, const void *after,
					 uint32_t len);

ZCXSK_END_DECLS

#endif
