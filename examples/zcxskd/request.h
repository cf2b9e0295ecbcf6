/* SPDX-License-Identifier: BSD-2-Clause */
/* request.h - one message of a client, checked against the policy and answered. */
#ifndef ZCXSKD_REQUEST_H
#define ZCXSKD_REQUEST_H

#include "redirect/broker_message.h"
#include "policy.h"
#include "ports.h"

struct request {
	const struct policy *policy;
	struct ports *ports;
	const struct identity *who;
	struct broker_message *message; /* the question, then the answer */
	int give;			/* a descriptor for the answer, to be closed after; or -1 */
	struct zcxsk_error error;
};

/* Makes the question into the answer. 0, or the code of the refusal. */
int request_answer(struct request *request);

#endif
