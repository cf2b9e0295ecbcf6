/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rx.c - receives and counts packets, and returns the frames.
 */
#include "run.h"

static uint32_t receive(struct run *r, const struct zcxsk_packet **packets)
{
	uint32_t max = run_allowance(r, r->options->batch), n;
	int result;

	n = zcxsk_rx_view(r->endpoints.in, packets, max);
	if (n || r->options->spin)
		return n;
	result = zcxsk_rx_view_wait(r->endpoints.in, packets, max, RUN_WAIT_NS, &n);
	if (result)
		run_after_wait(r, result);
	return result ? 0 : n;
}

void run_rx(struct run *r)
{
	const struct zcxsk_packet *packets;

	while (run_goes_on(r)) {
		uint32_t n = receive(r, &packets);

		for (uint32_t i = 0; i < n; i++)
			r->bytes += packets[i].len;
		zcxsk_packet_release(r->endpoints.in, packets, n);
		r->packets += n;
		if (r->options->count && r->packets == r->options->count)
			run_look_soon(r);
	}
}
