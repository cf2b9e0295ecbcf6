/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_progress.c - waits for traffic, which must continue after every operation. */
#include <poll.h>

#include "check.h"
#include "rig.h"
#include "soak.h"

#define PATIENCE_NS 240000000000ull /* TCP waits longer, the longer the card was away */
#define PAUSE_MS 1
#define TCP_BYTES 8192u
#define PACKETS 32u

static void await_more(const char *behaviour, const _Atomic uint64_t *count, uint64_t wanted)
{
	uint64_t deadline = rig_now() + PATIENCE_NS;

	while (atomic_load(count) < wanted) {
		CHECK(behaviour, rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
}

void soak_await_tcp(struct soak *s)
{
	uint64_t near = s->tcp.got[0], far = s->tcp.got[1];

	await_more("TCP to the near card continues", &s->tcp.got[0], near + TCP_BYTES);
	await_more("TCP from the near card continues", &s->tcp.got[1], far + TCP_BYTES);
}

void soak_await_traffic(struct soak *s)
{
	uint64_t received = s->sh->received, got[SOAK_QUEUES];

	for (uint32_t q = 0; q < s->queues; q++)
		got[q] = s->far.got[q];
	await_more("the worker receives packets", &s->sh->received, received + PACKETS);
	for (uint32_t q = 0; q < s->queues; q++)
		await_more("packets from every queue arrive", &s->far.got[q], got[q] + PACKETS);
	soak_await_tcp(s);
}
