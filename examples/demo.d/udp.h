/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp.h - the kernel's own way to send small packets, as the measure; and the
 * same packet as a frame, for our way.
 */
#ifndef DEMO_UDP_H
#define DEMO_UDP_H

#include <zcxsk/zcxsk.h>

/* Ethernet 14 + IPv4 20 + UDP 8 + 18 of data: the shortest packet of all, in bytes. */
#define UDP_FRAME_BYTES 60u

/* Gives the interface an address and a neighbour that takes it all. 0 or -errno. */
int udp_prepare(const char *ifname);

/* Ethernet 14 + IPv4 20 + UDP 8: where the data begins, in bytes. */
#define UDP_DATA_AT 42u

/*
 * Writes the packet that udp_send() makes the kernel send into every frame of a
 * socket on the interface. Sending leaves frames as they are, so once is
 * enough. 0 or -errno.
 */
int udp_write_frames(const char *ifname, struct zcxsk_socket *socket);

/*
 * One send() a packet, for so long. *pps is the number of packets a second
 * that the kernel accepted, dropped ones included. 0 or -errno.
 */
int udp_send(double seconds, double *pps);

#endif
