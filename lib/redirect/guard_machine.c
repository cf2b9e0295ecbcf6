/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_machine.c - a known fault of the kernel, on a card that the machine needs. */
#include <errno.h>

#include "explain/explain.h"
#include "redirect/guard.h"
#include "redirect/guard_loss.h"

int guard_check_machine(const struct nic *nic, const char *fault, uint64_t give_up,
			struct zcxsk_error *error)
{
	struct guard g = {.give_up = give_up, .ifname = nic->ifname, .card = nic->ifindex};
	const struct guard_use *use = NULL;
	int ret = 0;

	if (give_up & ZCXSK_GIVE_UP_MACHINE)
		return 0;
	guard_card_uses(&g);
	if (g.ret)
		ret = explain_text(error, "check kernel", g.ret, "", "out of memory");
	else
		use = guard_list_at(&g.uses, 0);
	if (use)
		ret = explain_text(
			error, "check kernel", -EPERM,
			"Use a newer kernel or a card that nothing else needs, allow "
			"native-copy, or accept the risk with give_up of the options, or "
			"--give-up machine.",
			"Linux %s has a fault in zero-copy on %s: %s. %s is needed for %s",
			nic->kernel_release, nic->driver, fault, nic->ifname, use->reason);
	guard_free(&g);
	return ret;
}
