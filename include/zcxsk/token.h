/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token.h - being told which packets are done. A 64-bit token goes with each
 * packet and comes back when the device has finished with its frame.
 *
 * Devices may finish in any order. With ZCXSK_TOKENS_IN_ORDER a token is told
 * when its packet and all sent before it are done; with ZCXSK_TOKENS_AS_DONE
 * each as its packet is. Chosen at open, in struct zcxsk_socket_opts.
 *
 * Tokens that are not collected take up room like frames that are out: no more
 * packets are taken than the TX ring has entries for both. They rest on shared
 * memory only and belong to the thread that owns the socket.
 */
#ifndef ZCXSK_TOKEN_H
#define ZCXSK_TOKEN_H

#include <zcxsk/packet.h>
#include <zcxsk/socket.h>

/* Not told. Packets of zcxsk_tx_burst() and the like carry it. */
#define ZCXSK_TOKEN_NONE UINT64_MAX

ZCXSK_BEGIN_DECLS

/*
 * As zcxsk_tx_burst(), with tokens[i] for packets[i]. 0 and status -EINVAL
 * when the socket was opened without tokens.
 */
ZCXSK_API uint32_t zcxsk_tx_burst_tokens(struct zcxsk_socket *socket,
					 const struct zcxsk_packet *packets, const uint64_t *tokens,
					 uint32_t n);

/*
 * As zcxsk_tx_wait(), with tokens[i] for packets[i]; also -EINVAL when the
 * socket was opened without tokens. It waits for room and not for tokens to be
 * collected: with as many of them uncollected as the TX ring has entries it
 * ends by its deadline.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_wait_tokens(struct zcxsk_socket *socket,
						   const struct zcxsk_packet *packets,
						   const uint64_t *tokens, uint32_t n,
						   uint64_t timeout_ns, uint32_t *count);

/*
 * Takes in completions and hands out up to max tokens of packets that are done.
 * Returns how many. Never blocks, but for the pool's lock.
 */
ZCXSK_API uint32_t zcxsk_tx_done(struct zcxsk_socket *socket, uint64_t *tokens, uint32_t max);

ZCXSK_END_DECLS

#endif
