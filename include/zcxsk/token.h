/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token.h - reports which packets are completed. A 64-bit token is attached to
 * each packet and is returned when the device has finished with its frame.
 *
 * Devices may finish in any order. With ZCXSK_TOKENS_IN_ORDER a token is
 * returned when its packet and all sent before it are completed; with
 * ZCXSK_TOKENS_AS_DONE, when its own packet is. Chosen at open, in struct
 * zcxsk_socket_opts.
 *
 * A packet whose completion is missing is given up, see watchdog.h, and reported
 * by ZCXSK_EVENT_COMPLETION_LOST; its token is not returned. In order, later
 * tokens wait for it until then, or until the TX ring is full.
 *
 * Tokens that are not collected occupy room like frames in flight: packets are
 * accepted only while the TX ring has entries for both. Tokens use shared
 * memory only. Owner thread of the socket.
 */
#ifndef ZCXSK_TOKEN_H
#define ZCXSK_TOKEN_H

#include <zcxsk/packet.h>
#include <zcxsk/socket.h>

/* Never returned. Packets of zcxsk_tx_burst() and similar calls carry it. */
#define ZCXSK_TOKEN_NONE UINT64_MAX

ZCXSK_BEGIN_DECLS

/*
 * Like zcxsk_tx_burst(), with tokens[i] for packets[i]. Returns 0 and sets the
 * status to -EINVAL if the socket was opened without tokens.
 */
ZCXSK_API uint32_t zcxsk_tx_burst_tokens(struct zcxsk_socket *socket,
					 const struct zcxsk_packet *packets, const uint64_t *tokens,
					 uint32_t n);

/*
 * Like zcxsk_tx_wait(), with tokens[i] for packets[i]; also -EINVAL if the
 * socket was opened without tokens. It waits for room but not for tokens to be
 * collected: if as many are uncollected as the TX ring has entries, it ends at
 * its deadline.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_wait_tokens(struct zcxsk_socket *socket,
						   const struct zcxsk_packet *packets,
						   const uint64_t *tokens, uint32_t n,
						   uint64_t timeout_ns, uint32_t *count);

/*
 * Reaps completions and returns up to max tokens of completed packets in
 * *tokens. Returns how many. Never blocks, except on the pool's lock.
 */
ZCXSK_API uint32_t zcxsk_tx_done(struct zcxsk_socket *socket, uint64_t *tokens, uint32_t max);

ZCXSK_END_DECLS

#endif
