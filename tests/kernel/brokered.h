/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * brokered.h - a broker for tests, and helpers for its clients. The policy grants NOBODY
 * queue 0 of rig_left(0), the rig's packets, and UDP to ports 7000 to 7999. It grants the
 * group of MEMBER queues 0, 2 and 3 and all packets.
 */
#ifndef ZCXSK_TESTS_BROKERED_H
#define ZCXSK_TESTS_BROKERED_H

#include <sys/types.h>

#include "rig.h"

#define BROKERED_PATH "/mnt/zcxskd.sock"
#define BROKERED_FRAMES 1024u /* an ordinary user's limit of locked memory is 8 MiB */
#define BROKERED_RULE "take ethertype 0x88b6" /* takes the rig's packets; granted */
#define MEMBER 65532u			      /* a user with a grant through its group */

/* Writes the policy; the interfaces must exist. The broker is argv[1], or the guest's. */
void brokered_setup(int argc, char **argv);
/* Starts the broker; returns when it is ready for clients. */
pid_t brokered_start(void);
/* Ends the broker, which must leave nothing behind. */
void brokered_end(pid_t broker);

/* For a client that runs as NOBODY: options, connection and redirect within its grant. */
void brokered_opts(struct rig_opts *o, enum zcxsk_mode mode);
struct zcxsk_broker *brokered_connect(void);
struct zcxsk_redirect *brokered_redirect(struct zcxsk_broker *broker, enum zcxsk_mode mode);

/* Requests rules, NULL for none. The caller detaches a redirect that is granted. */
int brokered_request(struct zcxsk_redirect **redirect, struct zcxsk_broker *broker,
		     const char *ifname, const char *rules, uint32_t flags,
		     struct zcxsk_error *error);
/* Checks that a request returned the code wanted, with a reason that contains the word. */
void brokered_refused(int code, int wanted, const struct zcxsk_error *error, const char *word);

#endif
