/* SPDX-License-Identifier: BSD-2-Clause */
/* owner.c - refuses objects that a child of the process has inherited. */
#include "explain/explain.h"

int explain_owner(struct zcxsk_error *error, const struct fork_node *node, const char *object)
{
	int ret = fork_check(node);

	return ret ? explain_text(error, "check the owner", ret,
				  "Open it in this process: after fork() or daemon().",
				  "the %s belongs to process %d, and this one is a child of that",
				  object, (int)node->owner)
		   : 0;
}
