/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_client.h - a program's connection to its broker: questions and answers,
 * one at a time, each until a deadline.
 */
#ifndef ZCXSK_LIB_REDIRECT_BROKER_CLIENT_H
#define ZCXSK_LIB_REDIRECT_BROKER_CLIENT_H

#include <pthread.h>
#include <zcxsk/broker.h>

#include "redirect/broker_message.h"

/* The step of set-up that an error of asking is about. */
#define BROKER_STEP "ask the broker"

struct zcxsk_broker {
	int fd;
	uint64_t timeout_ns;
	bool plugin; /* the device plugin for Kubernetes, not zcxskd */
	pthread_mutex_t lock;
	bool broken;	    /* an answer is missing: the next one would be taken for it */
	uint32_t redirects; /* that need the connection */
	char path[108];	    /* as long as a unix socket's */
};

/*
 * Sends a question, with a descriptor unless fd is -1, and receives the answer
 * into the same message. 0, or -errno with *error filled; a refusal of zcxskd
 * comes as its own error. The caller closes m->fd.
 */
int broker_ask(struct zcxsk_broker *broker, struct broker_message *m, int fd,
	       struct zcxsk_error *error);

/* The answer is none that belongs to the question: -EPROTO. Closes its fd. */
int broker_misfit(struct broker_message *m, struct zcxsk_error *error);

/*
 * The device plugin's way (broker_k8s.c). Its first answer came in m; the
 * others are as the public functions.
 */
int plugin_welcome(struct zcxsk_broker *broker, const struct broker_message *m,
		   struct zcxsk_error *error);
int plugin_redirect(struct zcxsk_redirect **out, struct zcxsk_broker *broker, const char *ifname,
		    const struct zcxsk_redirect_opts *opts, struct zcxsk_error *error);
int plugin_busy_poll(struct zcxsk_broker *broker, int socket_fd, uint32_t microseconds,
		     uint32_t budget, struct zcxsk_error *error);
void plugin_farewell(struct zcxsk_broker *broker);

#endif
