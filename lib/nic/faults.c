/* SPDX-License-Identifier: BSD-2-Clause */
/* faults.c - the table of known faults. */
#include "nic/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYMBOLS "/proc/kallsyms"

static const struct nic_fault table[] = {
	/*
	 * Seen on 6.16.12, 6.17.13 and 6.18.5, not on 6.18.9 and later ones: a worker holds the
	 * device's lock, and waits in napi_disable() for a queue that is stopped. Older kernels are
	 * not tested.
	 */
	{
		.driver = "virtio_net",
		.since = {6, 13, 0},
		.fixed = {6, 18, 9},
		.symbol = "refill_work",
		.what = "if the interface is set down and up, or if the program is detached or the "
			"process killed while it is down, the kernel may hold its network lock for "
			"ever",
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

/* Of the newest versions that may have it. Another kernel's zero copy is a backport. */
static bool may_have(const struct nic *nic, const struct nic_fault *fault)
{
	bool backport = nic->xdp_features_known && nic->xdp_features & NIC_XDP_ZEROCOPY;

	return !strcmp(fault->driver, nic->driver) && compare(nic, fault->fixed) < 0 &&
	       (compare(nic, fault->since) >= 0 || backport);
}

static const struct nic_fault *find(const struct nic *nic)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (may_have(nic, &table[i]))
			return &table[i];
	return NULL;
}

/* Lines like "ffffffffc0a00000 t refill_work\t[virtio_net]"; "refill_work.cold" counts, too. */
static bool is_symbol(const char *line, const char *symbol)
{
	const char *name = strrchr(line, ' ');
	size_t length = strlen(symbol);

	return name && !strncmp(name + 1, symbol, length) && strchr("\t\n.", name[1 + length]);
}

bool faults_symbol_is_absent(const char *path, const char *symbol)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0, lines = 0;
	bool found = false;

	if (!file)
		return false;
	for (; !found && getline(&line, &size, file) > 0; lines++)
		found = is_symbol(line, symbol);
	free(line);
	fclose(file);
	return lines && !found;
}

void faults_read(struct nic *nic)
{
	const struct nic_fault *fault = find(nic);

	nic->fault_is_mended = fault && faults_symbol_is_absent(SYMBOLS, fault->symbol);
}

const struct nic_fault *nic_zero_copy_fault(const struct nic *nic)
{
	return nic->fault_is_mended ? NULL : find(nic);
}
