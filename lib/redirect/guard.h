/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.h - decides whether rules would take packets without which this machine, or the
 * program's own session, can no longer be reached.
 */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_H
#define ZCXSK_LIB_REDIRECT_GUARD_H

#include <zcxsk/error.h>
#include <zcxsk/rule.h>

#include "nic/nic.h"

/*
 * Returns 0 if the rules take nothing from the machine but what is given up, a set of
 * ZCXSK_GIVE_UP_*. Otherwise fills *error with what would be lost and returns -EPERM; also
 * if a fact that decides it cannot be read. -ENOMEM if memory is out.
 *
 * Reads only facts on which the answer depends, in the network namespace of the calling
 * thread. Blocks for the time of some netlink dumps.
 */
int guard_check(const struct nic *nic, const struct zcxsk_rules *rules, uint64_t give_up,
		struct zcxsk_error *error);

/*
 * The same for zero-copy by which a fault of the kernel can wedge the machine: -EPERM, with
 * its use of the card, unless ZCXSK_GIVE_UP_MACHINE is given up or it has none.
 */
int guard_check_machine(const struct nic *nic, const char *fault, uint64_t give_up,
			struct zcxsk_error *error);

#endif
