/* SPDX-License-Identifier: BSD-2-Clause */
/* driver.c - the table of drivers. */
#include "nic/driver.h"

#include <stddef.h>
#include <string.h>

/* Bytes: the unit of cards that are told the size of a buffer by the register SRRCTL. */
#define UNIT_SRRCTL 1024u

static const struct driver_facts table[] = {
	/* Seen: 1068 bytes were cut to 1024. The others of this maker are alike. */
	{.name = "igb", .receive_unit = UNIT_SRRCTL, .resets_link = true},
	{.name = "igc", .receive_unit = UNIT_SRRCTL, .resets_link = true},
	/* The unit of the 82599; its successors need none. */
	{.name = "ixgbe", .receive_unit = UNIT_SRRCTL, .resets_link = true},
	{.name = "ixgbevf", .receive_unit = DRIVER_RECEIVE_UNIT, .resets_link = true},
	{.name = "i40e", .receive_unit = DRIVER_RECEIVE_UNIT, .resets_link = true},
	{.name = "ice", .receive_unit = DRIVER_RECEIVE_UNIT, .resets_link = true},
	/* At least up to Linux 6.18. */
	{.name = "veth", .receive_unit = DRIVER_RECEIVE_UNIT, .new_queues_lack_program = true},
	{.name = "bonding", .receive_unit = DRIVER_RECEIVE_UNIT, .runs_xdp_in_members = true},
	{.name = "team", .receive_unit = DRIVER_RECEIVE_UNIT, .runs_xdp_in_members = true},
	{.name = "net_failover", .receive_unit = DRIVER_RECEIVE_UNIT, .runs_xdp_in_members = true},
};

static const struct driver_facts others = {.name = "", .receive_unit = DRIVER_RECEIVE_UNIT};

const struct driver_facts *driver_facts(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return &others;
}
