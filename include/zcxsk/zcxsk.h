/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zcxsk.h - the only header that users need to include.
 *
 *  IN   NIC queue -> BPF redirect -> RX ring -> zcxsk_rx_burst -> application
 *                                                                    |
 *       kernel <- FILL ring <- (the library, in its calls) <- pool <-+ zcxsk_packet_release
 *
 *  OUT  zcxsk_tx_alloc -> application -> zcxsk_tx_burst -> TX ring -> kick? -> NIC
 *       pool <- (the library, in its calls) <- COMPLETION ring <- kernel
 *
 *  FWD  a packet from zcxsk_rx_burst goes into zcxsk_tx_burst unchanged
 *
 * Objects, in the order in which they are created; destroy them in reverse:
 *   zcxsk_umem      the packet memory                           umem.h
 *   zcxsk_pool      its free frames; zcxsk_cache: a thread's    pool.h
 *   zcxsk_rules     which packets are taken                     rule.h
 *   zcxsk_redirect  the BPF program on an interface             redirect.h
 *   zcxsk_socket    one AF_XDP socket on one queue              socket.h
 *   zcxsk_port      all of these for an interface with its queues  port.h
 * zcxsk_probe() foresees whether a socket opens, see probe.h.
 * A socket creates all of them except the rules if they are not given. If a
 * program lacks the permission to create one, it gets it from another:
 * broker.h.
 *
 * A zcxsk_handoff passes packets from one thread to another, see handoff.h.
 *
 * kick.h says when a sender enters the kernel, and watchdog.h what happens when
 * frames are not completed. A program with its own event loop starts at service.h.
 */
#ifndef ZCXSK_ZCXSK_H
#define ZCXSK_ZCXSK_H

#include <zcxsk/base.h>
#include <zcxsk/broker.h>
#include <zcxsk/checksum.h>
#include <zcxsk/error.h>
#include <zcxsk/fast.h>
#include <zcxsk/handoff.h>
#include <zcxsk/kernel.h>
#include <zcxsk/kick.h>
#include <zcxsk/mode.h>
#include <zcxsk/packet.h>
#include <zcxsk/pool.h>
#include <zcxsk/port.h>
#include <zcxsk/probe.h>
#include <zcxsk/redirect.h>
#include <zcxsk/ring.h>
#include <zcxsk/rule.h>
#include <zcxsk/rx.h>
#include <zcxsk/service.h>
#include <zcxsk/socket.h>
#include <zcxsk/stats.h>
#include <zcxsk/token.h>
#include <zcxsk/trait.h>
#include <zcxsk/tx.h>
#include <zcxsk/umem.h>
#include <zcxsk/watchdog.h>

#endif
