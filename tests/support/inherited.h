/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inherited.h - in a child, calls every public function on the objects of its parent, and
 * knows the answer of each.
 */
#ifndef ZCXSK_TESTS_INHERITED_H
#define ZCXSK_TESTS_INHERITED_H

#include <zcxsk/zcxsk.h>

/* The parent's objects; NULL = it has none of that kind. */
struct inherited {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
	struct zcxsk_handoff *handoff;
	struct zcxsk_socket *socket;
	struct zcxsk_kicker *kicker;
	struct zcxsk_redirect *redirect;
	struct zcxsk_broker *broker;
	struct zcxsk_port *port;
	const char *ifname; /* with a redirect, broker or port */
};

/*
 * Fails the test unless each function that takes one of these objects gives the answer for
 * an inherited one, with an explanation if it takes an error.
 */
void inherited_check_all(struct inherited *objects);

/*
 * The same in a child that ran no fork handlers, for the functions that act on something
 * that it shares with the parent.
 */
void inherited_check_unhandled(struct inherited *objects);

/* Remembers the open descriptors, before the parent opens objects. */
void inherited_note_files(void);
/*
 * Fails the test unless a child has these, and no others of the library's. leaked: the kind of
 * descriptors that a library below it leaks, as in /proc/self/fd; NULL = none.
 */
void inherited_check_files(const char *leaked);

/* Fails the test if a function of lib/libzcxsk.map has no answer here. */
void inherited_check_complete(const char *map);

#endif
