/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zcxsk.h - the one header that users include.
 *
 *  IN   NIC queue -> BPF redirect -> RX ring -> zcxsk_rx_burst -> application
 *                                                                    |
 *       kernel <- FILL ring <- (the library, by itself) <- pool <----+ zcxsk_packet_release
 *
 *  OUT  zcxsk_tx_alloc -> application -> zcxsk_tx_burst -> TX ring -> kick? -> NIC
 *       pool <- (the library, by itself) <- COMPLETION ring <- kernel
 *
 *  FWD  a packet from zcxsk_rx_burst goes into zcxsk_tx_burst as it is
 *
 * Objects, in the order they are made, and destroyed in reverse:
 *   zcxsk_umem      the packet memory                           umem.h
 *   zcxsk_pool      its free frames; zcxsk_cache: a thread's    pool.h
 *   zcxsk_rules     which packets are taken                     rule.h
 *   zcxsk_redirect  the BPF program on an interface             redirect.h
 *   zcxsk_socket    one AF_XDP socket on one queue              socket.h
 * A socket makes all but the rules for itself when they are not given. What a
 * program may not make itself, it gets from others: broker.h.
 *   zcxsk_port      all of these for an interface with its queues  port.h
 *
 * From one thread to another packets go by a zcxsk_handoff, see handoff.h.
 *
 * When a sender enters the kernel is a matter of kick.h; what happens when
 * frames do not come home, of watchdog.h.
 */
#ifndef ZCXSK_ZCXSK_H
#define ZCXSK_ZCXSK_H

#include <zcxsk/base.h>
#include <zcxsk/broker.h>
#include <zcxsk/error.h>
#include <zcxsk/handoff.h>
#include <zcxsk/fast.h>
#include <zcxsk/kernel.h>
#include <zcxsk/kick.h>
#include <zcxsk/mode.h>
#include <zcxsk/packet.h>
#include <zcxsk/pool.h>
#include <zcxsk/port.h>
#include <zcxsk/redirect.h>
#include <zcxsk/ring.h>
#include <zcxsk/rule.h>
#include <zcxsk/rx.h>
#include <zcxsk/socket.h>
#include <zcxsk/stats.h>
#include <zcxsk/token.h>
#include <zcxsk/tx.h>
#include <zcxsk/umem.h>
#include <zcxsk/watchdog.h>

#endif
