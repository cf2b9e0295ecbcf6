/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_answers.h - a kernel that answers the guard's questions with what a test has written.
 * The program links with --wrap=guard_ask.
 */
#ifndef ZCXSK_TESTS_GUARD_ANSWERS_H
#define ZCXSK_TESTS_GUARD_ANSWERS_H

#include "redirect/guard_facts.h"
#include "redirect/guard_netlink.h"

#define QUESTIONS 8

/* A question, and what it comes to. */
struct question {
	int bus;
	uint16_t type;
	uint16_t flags;
	unsigned char family; /* the first byte of each family header */
	_Alignas(struct nlmsghdr) char request[GUARD_REQUEST];
	int ret;
};

extern struct question questions[QUESTIONS];
extern unsigned asked;

/* Tables that answers are read into; empty at the start. */
extern struct guard_facts facts;

void answers_begin(void);
void answers_end(void);
/* The next question on a machine of which nothing is known yet. */
void again(void);

/* A part of the answer to the question of this number, with a family header. */
struct nlmsghdr *answer(unsigned question, size_t size, void *extra);

void was_asked(unsigned number, int bus, uint16_t type, int family);
const void *header_of(unsigned number);
/* Whether the question has a family header of `size` bytes, and the attribute as given. */
bool has(unsigned number, size_t size, uint16_t type, const void *bytes, size_t length);

/* Adds an address, as text, as an attribute. */
void put_text(struct nlmsghdr *nlh, uint16_t type, const char *text);
void expect_address(const struct guard_address *a, const char *text);

#endif
