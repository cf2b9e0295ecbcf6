/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fwd.c - forwards received frames without copying them: on the same socket with
 * the MAC addresses swapped, or unchanged on a second socket that shares the
 * packet memory. Checksums that a virtual interface left unfinished are completed.
 */
#include <errno.h>
#include <string.h>

#include "loop.h"
#include "run.h"

/* How long to wait for room in a full TX ring before packets are dropped. */
#define OUT_WAIT_NS (UINT64_C(10) * NS_PER_MS)
/* Sleep limit while a second socket has frames in flight: only a call on it reaps them. */
#define OUTSTANDING_WAIT_NS (UINT64_C(1) * NS_PER_MS)

static void swap_macs(unsigned char *packet)
{
	unsigned char mac[MAC_BYTES];

	memcpy(mac, packet, MAC_BYTES);
	memcpy(packet, packet + MAC_BYTES, MAC_BYTES);
	memcpy(packet + MAC_BYTES, mac, MAC_BYTES);
}

/*
 * Called when there is nothing to forward. Like the library's own waits, it kicks
 * pending packets before a sleep; a spinning loop leaves that to the policy.
 */
static void serve_out(struct run *r)
{
	struct zcxsk_socket *out = r->endpoints.out;
	int result;

	if (!r->options->spin || r->options->kick == ZCXSK_KICK_MANUAL)
		zcxsk_tx_flush(out);
	result = loop_serve(out);
	/* If the outgoing link is down, receiving still works. */
	if (result && result != -ENETDOWN)
		run_after_wait(r, result);
}

static uint32_t receive(struct run *r, const struct zcxsk_packet **packets)
{
	struct zcxsk_socket *in = r->endpoints.in, *out = r->endpoints.out;
	uint32_t max = run_allowance(r, r->options->batch), n;
	uint64_t wait_ns = RUN_WAIT_NS;
	int result;

	n = zcxsk_rx_view(in, packets, max);
	if (n)
		return n;
	if (zcxsk_tx_outstanding(out)) {
		serve_out(r);
		if (out != in)
			wait_ns = OUTSTANDING_WAIT_NS;
	}
	if (r->options->spin)
		return 0;
	result = zcxsk_rx_view_wait(in, packets, max, wait_ns, &n);
	if (result)
		run_after_wait(r, result);
	return result ? 0 : n;
}

/* Retries until all are sent, OUT_WAIT_NS is over or the run ends. Returns the number sent. */
static uint32_t send_rest(struct run *r, const struct zcxsk_packet *packets, uint32_t n)
{
	uint64_t give_up_ns = clock_now_ns() + OUT_WAIT_NS;
	uint32_t sent = 0;
	int result;

	if (!r->options->spin) {
		result = zcxsk_tx_wait(r->endpoints.out, packets, n, OUT_WAIT_NS, &sent);
		if (result)
			run_after_wait(r, result);
		return sent;
	}
	while (sent < n && !run_signalled && clock_now_ns() < give_up_ns)
		sent += zcxsk_tx_burst(r->endpoints.out, packets + sent, n - sent);
	run_look_soon(r);
	return sent;
}

static void forward(struct run *r, const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_socket *out = r->endpoints.out;
	uint32_t sent = zcxsk_tx_burst(out, packets, n);

	if (sent < n)
		sent += send_rest(r, packets + sent, n - sent);
	for (uint32_t i = 0; i < sent; i++)
		r->bytes += packets[i].len;
	r->packets += sent;
	if (sent < n) {
		r->not_sent += n - sent;
		zcxsk_packet_release(r->endpoints.in, packets + sent, n - sent);
	}
}

void run_fwd(struct run *r)
{
	const struct zcxsk_packet *packets;
	unsigned char *base = zcxsk_socket_base(r->endpoints.in);
	bool swaps = r->endpoints.in == r->endpoints.out;
	/* Also if that cannot be found out. */
	bool finishes = zcxsk_socket_trait(r->endpoints.in, ZCXSK_TRAIT_UNFINISHED, NULL) != 0;

	while (run_goes_on(r)) {
		uint32_t n;

		run_rebuild(r);
		n = receive(r, &packets);
		if (!n)
			continue;
		for (uint32_t i = 0; swaps && i < n; i++)
			swap_macs(zcxsk_packet_data(base, &packets[i]));
		for (uint32_t i = 0; finishes && i < n; i++)
			zcxsk_checksum_finish(zcxsk_packet_data(base, &packets[i]), packets[i].len);
		forward(r, packets, n);
		if (r->options->count && r->packets == r->options->count)
			run_look_soon(r);
	}
	zcxsk_tx_drain(r->endpoints.out, NS_PER_S);
}
