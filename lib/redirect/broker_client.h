/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_client.h - a client's connection to a broker: one request at a time, each
 * answered before a deadline.
 */
#ifndef ZCXSK_LIB_REDIRECT_BROKER_CLIENT_H
#define ZCXSK_LIB_REDIRECT_BROKER_CLIENT_H

#include <pthread.h>
#include <zcxsk/broker.h>

#include "base/fork.h"
#include "redirect/broker_message.h"

/* The step that errors of requests name. */
#define BROKER_STEP "ask the broker"

struct zcxsk_broker {
	int fd;
	uint64_t timeout_ns;
	bool plugin; /* the Kubernetes device plugin, not zcxskd */
	pthread_mutex_t lock;
	bool broken;	    /* an answer is missing, so later ones would be misattributed */
	uint32_t redirects; /* that need the connection */
	char path[108];	    /* as long as sun_path */
	struct fork_node fork;
};

/*
 * Sends a request, with a descriptor unless fd is -1, and receives the answer into
 * the same message. Returns 0, or -errno with *error filled; if zcxskd refuses,
 * that is zcxskd's error. The caller closes m->fd.
 */
int broker_ask(struct zcxsk_broker *broker, struct broker_message *m, int fd,
	       struct zcxsk_error *error);

/* Reports an answer that does not match the request: closes m->fd, returns -EPROTO. */
int broker_misfit(struct broker_message *m, struct zcxsk_error *error);

/*
 * The same calls for the device plugin (broker_k8s.c). plugin_welcome() checks its
 * first answer, m; the others are as the public functions.
 */
int plugin_welcome(struct zcxsk_broker *broker, const struct broker_message *m,
		   struct zcxsk_error *error);
int plugin_redirect(struct zcxsk_redirect **out, struct zcxsk_broker *broker, const char *ifname,
		    const struct zcxsk_redirect_opts *opts, struct zcxsk_error *error);
int plugin_busy_poll(struct zcxsk_broker *broker, int socket_fd, uint32_t microseconds,
		     uint32_t budget, struct zcxsk_error *error);
void plugin_farewell(struct zcxsk_broker *broker);

#endif
