/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trait.h - how the packets that a socket receives may differ from those on the
 * wire, because of what the device, its driver or the sender does before XDP sees
 * them. zcxsk_packets(7) describes each.
 */
#ifndef ZCXSK_TRAIT_H
#define ZCXSK_TRAIT_H

#include <zcxsk/error.h>
#include <zcxsk/socket.h>

enum zcxsk_trait {
	/* Checksums of TCP, UDP and ICMPv6 may be unfinished, see checksum.h. */
	ZCXSK_TRAIT_UNFINISHED = 1,
	/*
	 * Several segments may arrive as one packet (GRO, GSO). One that is larger
	 * than a frame is dropped, and the kernel counts it in rx_dropped.
	 */
	ZCXSK_TRAIT_MERGED = 2,
	/* VLAN tags may be missing: rules see the packet as untagged. */
	ZCXSK_TRAIT_UNTAGGED = 3,
	/* The device drops frames for other MAC addresses, and perhaps unknown VLANs. */
	ZCXSK_TRAIT_FILTERED = 4,
};

ZCXSK_BEGIN_DECLS

/*
 * Whether packets received by the socket may have the trait, as the interface is set
 * now. Reads the link and the features of the interface, and of the other end of a
 * veth pair in the same network namespace (rtnetlink, SIOCETHTOOL).
 *
 * Returns 1 with the cause and a remedy in *error, which may be NULL, and code 0;
 * 0 if they do not, or
 *   -EINVAL      NULL socket, or no such trait
 *   -ENODATA     that cannot be read: the interface is in another network namespace
 *                or simulated, or the kernel did not answer
 *   -EOWNERDEAD  the socket belongs to a parent process, see base.h
 * Does not block, except for the kernel's configuration lock. Any thread that is in
 * the network namespace of the interface.
 */
ZCXSK_API int zcxsk_socket_trait(const struct zcxsk_socket *socket, enum zcxsk_trait trait,
				 struct zcxsk_error *error);

ZCXSK_END_DECLS

#endif
