/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp.h - sends small packets with the kernel's UDP, for comparison, and writes the
 * same packet to the frames of a socket.
 */
#ifndef DEMO_UDP_H
#define DEMO_UDP_H

#include <zcxsk/zcxsk.h>

/* Ethernet 14 + IPv4 20 + UDP 8 + 18 of data: the shortest frame, in bytes. */
#define UDP_FRAME_BYTES 60u

/* Sets an address and a permanent neighbour to send to. 0 or -errno. */
int udp_prepare(const char *ifname);

/* Ethernet 14 + IPv4 20 + UDP 8: offset of the data, in bytes. */
#define UDP_DATA_AT 42u

/*
 * Writes the packet that udp_send() sends into every frame of a socket on the
 * interface. Sending does not change a frame, so once is enough. 0 or -errno.
 */
int udp_write_frames(const char *ifname, struct zcxsk_socket *socket);

/*
 * Calls send() for each packet, for some seconds. *pps is the number of packets per
 * second that the kernel accepted, including dropped ones. 0 or -errno.
 */
int udp_send(double seconds, double *pps);

#endif
