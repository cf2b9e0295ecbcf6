/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rulesets.h - the sets of rules in the maps of the BPF program: the latest one,
 * and the one that applies again if the latest is not confirmed.
 */
#ifndef ZCXSK_LIB_REDIRECT_RULESETS_H
#define ZCXSK_LIB_REDIRECT_RULESETS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "rules/rules.h"

/* Descriptors of the program's maps; the caller keeps owning them. */
struct sets_maps {
	int takes_all; /* the program's only global variable */
	int sets;
	int deadlines;
	int hits;
	int counters;
};

/* A set and its map in the kernel. */
struct set {
	int fd;			   /* of its map; -1 = no set, nothing is taken */
	uint32_t slot;		   /* of its hit counters and deadline */
	uint64_t deadline_ns;	   /* CLOCK_MONOTONIC; 0 = permanent */
	bool take_all;		   /* rule 0 takes every packet */
	bool unread;		   /* the program takes packets without reading the set */
	uint64_t unread_before;	   /* packets taken without reading, before this set */
	struct zcxsk_rules *rules; /* NULL = no rules */
	uint64_t give_up;	   /* ZCXSK_GIVE_UP_*, as they were put in force */
};

struct sets {
	pthread_mutex_t lock;
	struct sets_maps maps;
	struct set current;
	struct set before;
};

/* Before anything else: no maps and no rules. */
void sets_init(struct sets *s);
/* No rules yet: everything passes. */
void sets_open(struct sets *s, const struct sets_maps *maps);
void sets_close(struct sets *s);
/* In a child: closes its descriptors of the maps, at any time after sets_init(). */
void sets_in_child(struct sets *s);

/*
 * Puts rules in force, for confirm_ns or, if that is 0, permanently. Returns 0, or
 * -errno with nothing changed.
 */
int sets_swap(struct sets *s, const struct zcxsk_rules *rules, uint64_t give_up,
	      uint64_t confirm_ns);

/* Makes a provisional set permanent. 0, -ETIMEDOUT if too late, or -errno. */
int sets_confirm(struct sets *s);

/* The rules in force, NULL = none; and the packets that each of the first n decided. */
const struct zcxsk_rules *sets_rules(struct sets *s);
/* The same with what was given up, as a reference for zcxsk_rules_destroy(). */
struct zcxsk_rules *sets_hold_rules(struct sets *s, uint64_t *give_up);
int sets_hits(struct sets *s, uint64_t *hits, uint32_t n);

#endif
