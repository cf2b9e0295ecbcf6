/* SPDX-License-Identifier: BSD-2-Clause */
/* socket_plan.h - the plan of a socket that is not opened, also for all queues of a port. */
#ifndef ZCXSK_LIB_SOCKET_SOCKET_PLAN_H
#define ZCXSK_LIB_SOCKET_SOCKET_PLAN_H

#include "socket/frames_plan.h"

/* Checks options and interface, and chooses the rings for sending. The socket needs no undoing. */
int plan_unopened(struct zcxsk_socket *s, const char *ifname, uint32_t queue,
		  const struct zcxsk_socket_opts *opts, struct zcxsk_error *error);

/* Fills in the public plan of one queue. */
void plan_report(struct zcxsk_plan *out, const struct frames_request *request,
		 const struct frames_plan *plan, const struct zcxsk_socket_info *info);

/* Ends a public call: copies the plan to the caller, also after an error. Returns ret. */
int plan_answer(struct zcxsk_plan *out, struct zcxsk_plan *found, int ret,
		struct zcxsk_error *error);

#endif
