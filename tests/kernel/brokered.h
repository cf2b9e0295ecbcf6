/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * brokered.h - a broker for tests, and what its clients begin with. Its policy
 * grants the first queue of rig_left(0), the rig's packets and UDP to ports 7000
 * to 7999 to NOBODY, and queues 0, 2 and 3 with everything to the group of MEMBER.
 */
#ifndef ZCXSK_TESTS_BROKERED_H
#define ZCXSK_TESTS_BROKERED_H

#include <sys/types.h>

#include "rig.h"

#define BROKERED_PATH "/mnt/zcxskd.sock"
#define BROKERED_FRAMES 1024u /* an ordinary user's limit of locked memory is 8 MiB */
#define BROKERED_RULE "take ethertype 0x88b6" /* of the rig's packets, as it is granted */
#define MEMBER 65532u			      /* a user with a grant by its group */

/* Writes the policy, once the interfaces are there. The program is argv[1], or the guest's. */
void brokered_setup(int argc, char **argv);
/* Returns when clients may come. */
pid_t brokered_start(void);
/* Ends it; it must leave nothing behind. */
void brokered_end(pid_t broker);

/* For a client that has become NOBODY: options, connection and redirect as granted. */
void brokered_opts(struct rig_opts *o, enum zcxsk_mode mode);
struct zcxsk_broker *brokered_connect(void);
struct zcxsk_redirect *brokered_redirect(struct zcxsk_broker *broker, enum zcxsk_mode mode);

/* Asks for rules, NULL for none. What is not refused has to be detached. */
int brokered_ask(struct zcxsk_redirect **redirect, struct zcxsk_broker *broker, const char *ifname,
		 const char *rules, uint32_t flags, struct zcxsk_error *error);
/* Asking gave the code that it had to, and a reason with the word in it. */
void brokered_refused(int code, int wanted, const struct zcxsk_error *error, const char *word);

#endif
