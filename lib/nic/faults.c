/* SPDX-License-Identifier: BSD-2-Clause */
/* faults.c - the table of known faults. */
#include "nic/faults.h"

#include <string.h>

static const struct nic_fault table[] = {
	/*
	 * Seen on 6.16.12, 6.17.13 and 6.18.5, not on 6.18.9: the change lets a driver that
	 * is stopped receive again, and a worker waits for its NAPI with the lock held.
	 */
	{
		.driver = "virtio_net",
		.since = {6, 16, 0},
		.fixed = {6, 18, 9},
		.what = "if the interface is set down, and the program is then detached or the "
			"process killed, the kernel's network lock is held for ever",
	},
};

static int compare(const struct nic *nic, const unsigned version[3])
{
	const unsigned kernel[3] = {nic->kernel_major, nic->kernel_minor, nic->kernel_patch};

	for (size_t i = 0; i < 3; i++)
		if (kernel[i] != version[i])
			return kernel[i] < version[i] ? -1 : 1;
	return 0;
}

const struct nic_fault *nic_zero_copy_fault(const struct nic *nic)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].driver, nic->driver) && compare(nic, table[i].since) >= 0 &&
		    compare(nic, table[i].fixed) < 0)
			return &table[i];
	return NULL;
}
