/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_message.h - the messages between a client and its broker. Each is one
 * packet on a unix socket of type SOCK_SEQPACKET: words, one per line, and at most
 * one descriptor. Received messages are not trusted.
 *
 *   client                        zcxskd
 *   /connect,HOST                 /zcxsk,1
 *   /attach IF FLAGS MODES RULES  /attached HOW NETNS FACTS
 *   /socket IF QUEUE              /done, with the socket
 *   /enter IF QUEUE, the socket   /done: it is in the XSKMAP
 *   /leave IF QUEUE               /done: the queue's entry is free
 *   /detach IF                    /done
 *   /busy_poll USECS BUDGET, the socket  /done
 *   any                           /refused ERRNO STEP CAUSE REMEDY
 *
 * RULES are in the language of zcxsk_rules(7), each in its normal form, with
 * "; " between them.
 *
 * Device plugins know the first message, too. They answer /host_ok and then use
 * their own messages, see broker_k8s.c.
 */
#ifndef ZCXSK_LIB_REDIRECT_BROKER_MESSAGE_H
#define ZCXSK_LIB_REDIRECT_BROKER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zcxsk/error.h>
#include <zcxsk/rule.h>

#define BROKER_TEXT_MAX 8192u /* bytes of an answer, and of a request without rules */
/* Bytes of any request: the longest rules that can be read, and a few words. */
#define BROKER_LONG_MAX (ZCXSK_RULES_TEXT_MAX + 256u)
#define BROKER_WORDS 8u
#define BROKER_HELLO "/zcxsk,1" /* names the version of the messages above */

struct broker_message {
	char *text;    /* `own`, or a longer buffer of the caller */
	size_t max;    /* bytes that fit, without the terminator */
	size_t length; /* above max: the text did not fit */
	uint32_t count;
	const char *words[BROKER_WORDS]; /* of a received message */
	int fd;				 /* received with it, -1 = none */
	char own[BROKER_TEXT_MAX + 1];
};

/* Empty the message: in `own`, or in a buffer of max + 1 bytes that must outlive it. */
void broker_clear(struct broker_message *m);
void broker_lend(struct broker_message *m, char *buf, size_t max);

/*
 * Write the verb, then word after word. Control characters become blanks.
 * broker_begin() also clears; after broker_lend() start with broker_add().
 */
void broker_begin(struct broker_message *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void broker_add(struct broker_message *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void broker_add_rules(struct broker_message *m, const struct zcxsk_rules *rules);

/* The text of all rules as described above; NULL has none. Returns as snprintf does. */
size_t broker_rules_text(const struct zcxsk_rules *rules, char *buf, size_t size);

/*
 * Sends the message, and fd unless that is -1. flags are those of sendmsg(). Returns
 * 0 or -errno: -EMSGSIZE if the text did not fit, -ETIMEDOUT if the socket has a
 * timeout, -EINTR.
 */
int broker_send(int socket, const struct broker_message *m, int fd, int flags);

/*
 * Receives a message into m->text, split into words. Returns 0 or -errno: -ECONNRESET
 * if the peer has closed the connection, -EPROTO or -EMSGSIZE if the data is not a
 * message, -ETIMEDOUT as above. m->fd is valid only after success.
 */
int broker_receive(int socket, struct broker_message *m, int flags);

/* Splits m->text of m->length bytes into words. 0, or -EPROTO if it is not text. */
int broker_split(struct broker_message *m);

/* Reads a plain decimal number up to max. Returns false if the word is none. */
bool broker_number(const char *word, uint64_t max, uint64_t *value);

/* Write and read an error as a message. Reading returns its code, or 0 if it is none. */
void broker_refuse(struct broker_message *m, const struct zcxsk_error *error);
int broker_refusal(const struct broker_message *m, struct zcxsk_error *error);

#endif
