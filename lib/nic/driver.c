/* SPDX-License-Identifier: BSD-2-Clause */
/* driver.c - the table of drivers. */
#include "nic/driver.h"

#include <stddef.h>
#include <string.h>

/* Bytes: the unit of cards that are told the size of a buffer by the register SRRCTL. */
#define UNIT_SRRCTL 1024u

#define NEVER                                                                                      \
	{                                                                                          \
		DRIVER_NEVER, 0                                                                    \
	}

/* Software devices without XDP of their own, or without zero-copy. */
#define NO_NATIVE(driver)                                                                          \
	{                                                                                          \
		.name = driver, .receive_unit = DRIVER_RECEIVE_UNIT, .native = NEVER,              \
		.zero_copy = NEVER, .foreseen = true                                               \
	}

#define IN_MEMBERS(driver)                                                                         \
	{                                                                                          \
		.name = driver, .receive_unit = DRIVER_RECEIVE_UNIT, .zero_copy = NEVER,           \
		.foreseen = true, .runs_xdp_in_members = true                                      \
	}

static const struct driver_facts table[] = {
	{.name = "virtio_net",
	 .receive_unit = DRIVER_RECEIVE_UNIT,
	 .native = {4, 10},
	 .zero_copy = {6, 13},
	 .foreseen = true},
	/* Seen: 1068 bytes were cut to 1024. The others of this maker are alike. */
	{.name = "igb",
	 .receive_unit = UNIT_SRRCTL,
	 .native = {5, 10},
	 .zero_copy = {6, 14},
	 .foreseen = true,
	 .resets_link = true},
	{.name = "igc", .receive_unit = UNIT_SRRCTL, .resets_link = true},
	/* The unit of the 82599; its successors need none. */
	{.name = "ixgbe", .receive_unit = UNIT_SRRCTL, .resets_link = true},
	{.name = "ixgbevf", .receive_unit = DRIVER_RECEIVE_UNIT, .resets_link = true},
	{.name = "i40e", .receive_unit = DRIVER_RECEIVE_UNIT, .resets_link = true},
	{.name = "ice", .receive_unit = DRIVER_RECEIVE_UNIT, .resets_link = true},
	/* At least up to Linux 6.18. */
	{.name = "veth",
	 .receive_unit = DRIVER_RECEIVE_UNIT,
	 .native = {4, 19},
	 .zero_copy = NEVER,
	 .foreseen = true,
	 .new_queues_lack_program = true},
	{.name = "tun",
	 .receive_unit = DRIVER_RECEIVE_UNIT,
	 .native = {4, 14},
	 .zero_copy = NEVER,
	 .foreseen = true},
	{.name = "vmxnet3",
	 .receive_unit = DRIVER_RECEIVE_UNIT,
	 .native = {6, 6},
	 .zero_copy = NEVER,
	 .foreseen = true},
	NO_NATIVE("e1000e"),
	NO_NATIVE("dummy"),
	NO_NATIVE("bridge"),
	NO_NATIVE("ifb"),
	IN_MEMBERS("bonding"),
	IN_MEMBERS("team"),
	IN_MEMBERS("net_failover"),
};

static const struct driver_facts others = {.name = "", .receive_unit = DRIVER_RECEIVE_UNIT};

const struct driver_facts *driver_facts(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return &others;
}
