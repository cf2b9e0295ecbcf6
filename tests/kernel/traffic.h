/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traffic.h - numbered packets: the length and every byte follow from the number, so that
 * a receiver detects lost, duplicated and damaged packets.
 */
#ifndef ZCXSK_TESTS_TRAFFIC_H
#define ZCXSK_TESTS_TRAFFIC_H

#include <zcxsk/zcxsk.h>

#define TRAFFIC_BURST 64u /* packets per call, as many as a NAPI budget */
/*
 * Most packets in flight when none may be lost: veth holds 256 between its ends, and so do
 * the rings of virtio-net.
 */
#define TRAFFIC_WINDOW 128u
#define TRAFFIC_PATIENCE_NS                                                                        \
	20000000000ull /* for one packet; a slow guest needs several seconds                       \
			*/

/* Bytes of packet number n: 60 to 1514, mostly short. */
uint32_t traffic_length(uint32_t number);
void traffic_write(void *data, uint32_t length, uint32_t number);
/* Returns the number that a packet carries. */
uint32_t traffic_number(const void *data);
/* Fails the test unless the packet is packet number n, unchanged. */
void traffic_check(const void *data, uint32_t length, uint32_t number);

/* Sends up to n packets, numbered from `first` on. Returns the number sent. */
uint32_t traffic_send(struct zcxsk_socket *socket, uint32_t first, uint32_t n);
/* Sends all n packets, or fails the test. */
void traffic_send_all(struct zcxsk_socket *socket, uint32_t first, uint32_t n);
/* Waits for packets, checks and releases them. Returns their number. */
uint32_t traffic_receive(struct zcxsk_socket *socket, uint32_t first);
/* Receives n packets numbered from first on. */
void traffic_receive_all(struct zcxsk_socket *socket, uint32_t first, uint32_t n);
/* Sends n packets from one socket to the other, paced so that none gets lost. */
void traffic_run(struct zcxsk_socket *from, struct zcxsk_socket *to, uint32_t n);

#endif
