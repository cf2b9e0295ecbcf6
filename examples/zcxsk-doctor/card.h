/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * card.h - one interface: its facts, each kind from a file of its own. Reading changes
 * nothing and needs no privileges; without them more is unknown.
 */
#ifndef DOCTOR_CARD_H
#define DOCTOR_CARD_H

#include <zcxsk/probe.h>

#include "facts.h"
#include "nic/nic.h"

struct card {
	struct nic nic;
	struct facts facts;
	const char *outlook; /* the mode that a socket would get, or why it is refused */
};

/* The interface itself, its link, its queues, and what its driver offers. */
void card_read_interface(struct card *card);
void card_read_queues(struct card *card);
void card_read_offloads(struct card *card);

/* Attached XDP programs and the processes that hold them. */
void card_read_programs(struct card *card);
/* Whether one is attached now. Returns 1, 0, or -errno: unknown. */
int card_has_program(const struct card *card);

/* AF_XDP sockets on its queues, by process. */
void card_read_sockets(struct card *card);

/* Interrupts and the processors that they go to, NAPI settings. */
void card_read_interrupts(struct card *card);
void card_read_napi(struct card *card);

/* The feature bits of a virtio device. */
void card_read_virtio(struct card *card);

/* The mode that clouds and hypervisors with this driver are known to offer. */
void card_read_place(struct card *card);

/* Foresees the opening of a socket with default options on this queue. */
void card_read_forecast(struct card *card, uint32_t queue);

/* The same without findings. As zcxsk_probe(). */
int card_foresee(const struct card *card, uint32_t queue, struct zcxsk_probe_result *result,
		 struct zcxsk_error *error);

/* Which packets that this machine needs arrive here. */
void card_read_guard(struct card *card);

/*
 * Whether rules that take every packet are accepted if these kinds are given up. Returns 0,
 * -EPERM with the packets in *error, also if that cannot be read, or -ENOMEM.
 */
int card_check_guard(const struct card *card, uint64_t give_up, struct zcxsk_error *error);

/* The kinds that must be given up for that, ZCXSK_GIVE_UP_*. */
uint64_t card_needed(const struct card *card);

/* MAC and IP addresses, for --with-addresses. */
void card_read_addresses(struct card *card);

#endif
