/* SPDX-License-Identifier: BSD-2-Clause */
/* missed.c - adds up what an interface reports as missed. */
#include "nic/missed.h"

#include "nic/offloads.h"

void missed_start(struct missed *m, const struct nic *nic)
{
	m->nic = *nic;
	missed_update(m);
}

void missed_update(struct missed *m)
{
	struct nic_link link;

	if (nic_read_link_of(&link, &m->nic))
		return;
	if (m->started)
		m->sum += link.missed < m->last ? link.missed : link.missed - m->last;
	m->last = link.missed;
	m->started = true;
}
