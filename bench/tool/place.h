/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.h - where it is measured: a veth pair of the bench's own, the cards of
 * the guest, or interfaces that the user names.
 */
#ifndef ZCXSK_BENCH_PLACE_H
#define ZCXSK_BENCH_PLACE_H

#include <stdbool.h>
#include <stdint.h>

enum place_kind { PLACE_VETH, PLACE_GUEST, PLACE_INTERFACE };

/* What the far end does with what arrives. */
enum far_end {
	FAR_DROPS,  /* in XDP, the cheapest end that a sender can have */
	FAR_ECHOES, /* UDP, in XDP: addresses and ports swapped, out where it came in */
	FAR_PASSES, /* to its kernel: no program of ours, room for an engine's */
};

struct place {
	enum place_kind kind;
	char near[16];	    /* the interface under test, in this network namespace */
	char far[16];	    /* its far end, "" where there is none of ours */
	int far_namespace;  /* descriptor of the far end's network namespace, -1 = this one */
	int home_namespace; /* of the near end, to come back to */
	uint8_t near_mac[6], far_mac[6];
	uint32_t near_ip, far_ip; /* IPv4, network byte order; the near end has the address */
	bool sink;		  /* what is sent is swallowed at once */
	int cpu, far_cpu;	  /* where the engine and the far end are pinned; -1 = not */
	int start_namespace;	  /* that the program was started in, -1 = never left */
	int far_link;		  /* of the far end's XDP program, -1 = none */
	enum far_end far_end;
};

/*
 * Make a place and take it away again. The veth pair has its two ends in
 * namespaces of its own; the far end drops what arrives in XDP unless a case
 * wants it otherwise. 0 or -errno with `why` filled (200 bytes).
 */
int place_veth(struct place *place, char *why);
/* Refuses the interface of the default route without `yes`. */
int place_interface(struct place *place, const char *ifname, const char *peer, bool yes, char *why);
/*
 * Inside the guest: a pair of cards on a hub, the far one moved to a namespace of
 * its own, and a card of which all that is sent is swallowed at once.
 */
int place_guest(struct place *pair, struct place *sink, char *why);
void place_leave(struct place *place);

/*
 * The processors that the program may run on: the last for the engine, the
 * first, which often has the interrupts, for the far end. As they were at the
 * first call; equal where there is one only.
 */
void place_processors(int *cpu, int *far_cpu);

/*
 * Gives the far end another job. -EOPNOTSUPP where it is not ours. The program
 * goes with the place. 0 or -errno with `why` filled.
 */
int place_set_far(struct place *place, enum far_end far_end, char *why);

/* Pins the calling thread; where that is not allowed it runs anywhere. -1: not pinned. */
void place_pin(int cpu);

/* Moves the calling thread to the far end's namespace, and back. 0 or -errno. */
int place_enter_far(const struct place *place);
int place_enter_near(const struct place *place);

#endif
