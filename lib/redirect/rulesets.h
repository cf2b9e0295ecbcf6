/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rulesets.h - the sets of rules in the maps of the BPF program: the one
 * given last, and the one that is in force again if it is not confirmed.
 */
#ifndef ZCXSK_LIB_REDIRECT_RULESETS_H
#define ZCXSK_LIB_REDIRECT_RULESETS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "rules/rules.h"

/* Descriptors of the program's maps; they stay the caller's. */
struct sets_maps {
	int takes_all; /* the program's only global */
	int sets;
	int deadlines;
	int hits;
	int counters;
};

/* A set as the kernel has it. */
struct set {
	int fd;			   /* of its map; -1 = there is none, and nothing is taken */
	uint32_t slot;		   /* of its hit counters and deadline */
	uint64_t deadline_ns;	   /* CLOCK_MONOTONIC; 0 = holds for good */
	bool take_all;		   /* rule 0 takes every packet */
	bool unread;		   /* the program takes them without reading the set */
	uint64_t unread_before;	   /* packets taken in that way before this set */
	struct zcxsk_rules *rules; /* NULL = no rules */
};

struct sets {
	pthread_mutex_t lock;
	struct sets_maps maps;
	struct set current;
	struct set before;
};

/* No rules yet: everything passes. */
void sets_open(struct sets *s, const struct sets_maps *maps);
void sets_close(struct sets *s);

/*
 * Puts rules in force, for confirm_ns or, with 0, for good. 0 or -errno, and
 * then nothing has changed.
 */
int sets_swap(struct sets *s, const struct zcxsk_rules *rules, uint64_t confirm_ns);

/* 0, or -ETIMEDOUT when it is too late, or -errno of the map update. */
int sets_confirm(struct sets *s);

/* The rules in force, NULL = none; and what the first n of them have decided. */
const struct zcxsk_rules *sets_rules(struct sets *s);
int sets_hits(struct sets *s, uint64_t *hits, uint32_t n);

#endif
