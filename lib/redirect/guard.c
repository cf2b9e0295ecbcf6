/* SPDX-License-Identifier: BSD-2-Clause */
/* guard.c - one decision of the guard. */
#include "redirect/guard.h"

#include "redirect/guard_loss.h"

int guard_decide(struct guard *g, struct zcxsk_error *error)
{
	if (!zcxsk_rules_count(g->rules) || g->give_up == ZCXSK_GIVE_UP_ALL)
		return 0;
	guard_lose_ssh(g);
	guard_lose_wrapped(g);
	guard_lose_local(g);
	guard_lose_link(g);
	guard_lose_tunnels(g);
	return guard_explain(g, error);
}

void guard_free(struct guard *g)
{
	guard_list_free(&g->losses);
	guard_list_free(&g->uses);
	guard_share_free(&g->share);
	guard_facts_free(&g->facts);
}

int guard_check(const struct nic *nic, const struct zcxsk_rules *rules, uint64_t give_up,
		struct zcxsk_error *error)
{
	struct guard g = {
		.rules = rules, .give_up = give_up, .ifname = nic->ifname, .card = nic->ifindex};
	int ret = guard_decide(&g, error);

	guard_free(&g);
	return ret;
}
