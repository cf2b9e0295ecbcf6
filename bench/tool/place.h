/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.h - where the bench measures: its own veth pair, the guest's cards, or
 * interfaces that the user names.
 */
#ifndef ZCXSK_BENCH_PLACE_H
#define ZCXSK_BENCH_PLACE_H

#include <stdbool.h>
#include <stdint.h>

enum place_kind { PLACE_VETH, PLACE_GUEST, PLACE_INTERFACE };

/* The far end's action on packets. */
enum far_end {
	FAR_DROPS,  /* in XDP, the cheapest far end */
	FAR_ECHOES, /* UDP, in XDP: swaps addresses and ports and sends back */
	FAR_PASSES, /* to its kernel; an engine may attach a program */
};

struct place {
	enum place_kind kind;
	char near[16];	    /* the interface under test, in this network namespace */
	char far[16];	    /* its far end, "" if it does not belong to the bench */
	int far_namespace;  /* descriptor of the far end's network namespace, -1 = this one */
	int home_namespace; /* of the near end, to return to */
	uint8_t near_mac[6], far_mac[6];
	uint32_t near_ip, far_ip; /* IPv4, network byte order; the near end has the address */
	bool sink;		  /* the far end drops packets at once */
	int cpu, far_cpu;	  /* that the engine and the far end are pinned to; -1 = none */
	int start_namespace;	  /* that the program started in, -1 = never left */
	int far_link;		  /* of the far end's XDP program, -1 = none */
	enum far_end far_end;
};

/*
 * Create a place and remove it. The ends of the veth pair are in their own
 * namespaces. The far end drops packets in XDP until a case changes that. 0 or
 * -errno with `why` filled.
 */
int place_veth(struct place *place, char *why);
/* Refuses the interface of the default route without `yes`. */
int place_interface(struct place *place, const char *ifname, const char *peer, bool yes, char *why);
/*
 * Inside the guest: two cards on a hub, the far one in its own namespace, and a card
 * whose packets are dropped at once.
 */
int place_guest(struct place *pair, struct place *sink, char *why);
void place_leave(struct place *place);

/*
 * Of the processors allowed at the first call, the last is for the engine and the
 * first, which often has the interrupts, for the far end. Equal if there is only one.
 */
void place_processors(int *cpu, int *far_cpu);

/*
 * Changes what the far end does. -EOPNOTSUPP if it does not belong to the bench.
 * place_leave() removes the program. 0 or -errno with `why` filled.
 */
int place_set_far(struct place *place, enum far_end far_end, char *why);

/* Pins the calling thread if that is permitted; -1: does nothing. */
void place_pin(int cpu);

/* Moves the calling thread to the far end's namespace, and back. 0 or -errno. */
int place_enter_far(const struct place *place);
int place_enter_near(const struct place *place);

#endif
