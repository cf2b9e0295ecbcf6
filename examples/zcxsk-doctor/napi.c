/* SPDX-License-Identifier: BSD-2-Clause */
/* napi.c - how the kernel polls the queues of an interface. */
#include <stdlib.h>

#include "card.h"
#include "nic/sysfs.h"

/* Returns the number, 0 if it is unknown. */
static long long read_number(struct card *card, const char *file, const char *name)
{
	char text[32];
	int ret = sysfs_read_line(&card->nic, file, text, sizeof(text));

	if (ret) {
		facts_unknown(&card->facts, "napi", name, ret);
		return 0;
	}
	facts_set_number(&card->facts, "napi", name, atoll(text));
	return atoll(text);
}

void card_read_napi(struct card *card)
{
	long long flush_ns, deferred;
	char remedy[160];

	read_number(card, "threaded", "threaded");
	flush_ns = read_number(card, "gro_flush_timeout", "gro_flush_timeout_ns");
	deferred = read_number(card, "napi_defer_hard_irqs", "defer_hard_irqs");
	if (!flush_ns || !deferred)
		return;
	snprintf(remedy, sizeof(remedy),
		 "Unless it is meant so: `echo 0 >/sys/class/net/%s/napi_defer_hard_irqs`.",
		 card->nic.ifname);
	facts_find(&card->facts, SEVERITY_SLOWER, remedy,
		   "interrupts wait for up to %lld us after each of %lld polls: that suits busy "
		   "polling, and delays packets otherwise",
		   flush_ns / 1000, deferred);
}
