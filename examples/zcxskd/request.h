/* SPDX-License-Identifier: BSD-2-Clause */
/* request.h - checks a client's message against the policy and answers it. */
#ifndef ZCXSKD_REQUEST_H
#define ZCXSKD_REQUEST_H

#include "redirect/broker_message.h"
#include "policy.h"
#include "ports.h"

struct request {
	const struct policy *policy;
	struct ports *ports;
	const struct identity *who;
	struct broker_message *message; /* the request, then the answer */
	int give;			/* a descriptor to send and then close, or -1 */
	struct zcxsk_error error;
};

/* Replaces the request with the answer. 0, or the code of the refusal. */
int request_answer(struct request *request);

#endif
