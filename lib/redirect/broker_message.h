/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_message.h - messages between a program and its broker: each is one packet
 * on a unix socket of type SOCK_SEQPACKET, words of text, one a line, and at
 * most one descriptor. What comes from the other side is not trusted.
 *
 *   program                       zcxskd
 *   /connect,HOST                 /zcxsk,1
 *   /attach IF FLAGS MODES RULES  /attached HOW NETNS FACTS
 *   /socket IF QUEUE              /done, with the socket
 *   /enter IF QUEUE, the socket   /done: it is in the map
 *   /leave IF QUEUE               /done: the queue is free
 *   /detach IF                    /done
 *   /busy_poll USECS BUDGET, the socket  /done
 *   any                           /refused ERRNO STEP CAUSE REMEDY
 *
 * RULES are in the language of zcxsk_rules(7), each in its normal form, with
 * "; " between them.
 *
 * The first message is the one that device plugins know too; they answer
 * /host_ok and go on in their own way, see broker_k8s.c.
 */
#ifndef ZCXSK_LIB_REDIRECT_BROKER_MESSAGE_H
#define ZCXSK_LIB_REDIRECT_BROKER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zcxsk/error.h>
#include <zcxsk/rule.h>

#define BROKER_TEXT_MAX 8192u /* bytes of an answer, and of a question without rules */
/* Bytes of any question: the longest rules that can be read, and a few words. */
#define BROKER_LONG_MAX (ZCXSK_RULES_TEXT_MAX + 256u)
#define BROKER_WORDS 8u
#define BROKER_HELLO "/zcxsk,1" /* of this version of the messages above */

struct broker_message {
	char *text;    /* in its own place, or in a longer one that was lent */
	size_t max;    /* bytes that there is place for, the end not counted */
	size_t length; /* above max: did not fit */
	uint32_t count;
	const char *words[BROKER_WORDS]; /* of a message that came */
	int fd;				 /* that came with it, -1 = none */
	char own[BROKER_TEXT_MAX + 1];
};

/* Makes it empty, in its own place, or in one of max + 1 bytes that must outlive it. */
void broker_clear(struct broker_message *m);
void broker_lend(struct broker_message *m, char *place, size_t max);

/*
 * Puts together: the verb, then word by word. What is no text becomes blanks.
 * broker_begin() clears; a message in another place begins with broker_add().
 */
void broker_begin(struct broker_message *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void broker_add(struct broker_message *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void broker_add_rules(struct broker_message *m, const struct zcxsk_rules *rules);

/* The text of all rules as above, NULL has none; like snprintf. */
size_t broker_rules_text(const struct zcxsk_rules *rules, char *buf, size_t size);

/*
 * Sends it, and fd unless that is -1. flags as for sendmsg(). 0 or -errno:
 * -EMSGSIZE where it did not fit, -ETIMEDOUT where the socket has a time limit,
 * -EINTR.
 */
int broker_send(int socket, const struct broker_message *m, int fd, int flags);

/*
 * Receives one into the place of m, split into words. 0 or -errno: -ECONNRESET when the other side
 * has gone, -EPROTO or -EMSGSIZE when it is no message, -ETIMEDOUT as above.
 * m->fd is valid after success only.
 */
int broker_receive(int socket, struct broker_message *m, int flags);

/* Splits m->text of m->length bytes. 0, or -EPROTO for what is no text. */
int broker_split(struct broker_message *m);

/* Whether the word is a plain decimal number up to max. */
bool broker_number(const char *word, uint64_t max, uint64_t *value);

/* An error as a message, and the reverse: its code, or 0 when it is no refusal. */
void broker_refuse(struct broker_message *m, const struct zcxsk_error *error);
int broker_refusal(const struct broker_message *m, struct zcxsk_error *error);

#endif
