/* SPDX-License-Identifier: BSD-2-Clause */
/* holder.h - who keeps an XDP program attached. */
#ifndef ZCXSK_LIB_EXPLAIN_HOLDER_H
#define ZCXSK_LIB_EXPLAIN_HOLDER_H

#include <stdint.h>
#include <sys/types.h>

enum holding {
	HOLDING_UNKNOWN,   /* the kernel does not show its links to this process */
	HOLDING_NO_LINK,   /* nobody: it was attached by netlink, as by ip link */
	HOLDING_NOT_FOUND, /* by a link whose holder is not in this /proc or is hidden */
	HOLDING_OTHER,	   /* by a link that the process pid holds */
	HOLDING_SELF,	   /* by a link that this process holds */
};

struct holder {
	enum holding holding;
	uint32_t link_id; /* valid from HOLDING_NOT_FOUND on, 0 = unknown */
	pid_t pid;
	char name[32]; /* of the process */
};

/*
 * Finds the link that attaches a program to an interface, and a process that has it open. Reads all
 * of /proc, so it is for explaining errors. Closes what it opens.
 */
void holder_find(struct holder *holder, uint32_t program_id, uint32_t ifindex);

#endif
