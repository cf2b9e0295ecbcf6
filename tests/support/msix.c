/* SPDX-License-Identifier: BSD-2-Clause */
/* msix.c - the mask bit of a virtio card's TX vector, through the card's memory. */
#include "msix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* QEMU puts the table at the start of BAR 1. */
#define TABLE_BYTES 4096u
#define ENTRY_WORDS 4u /* of 32 bits; the last one controls the vector */
#define MASKED 1u

/* The vectors: the configuration's, then a receive and a transmit one for each queue. */
#define FIRST_TX_ENTRY 2u
#define ENTRIES_PER_QUEUE 2u
#define QUEUES (TABLE_BYTES / (4 * ENTRY_WORDS) / ENTRIES_PER_QUEUE - 1)

/* The interface belongs to the virtio device, and that to the card. */
static int open_table(const char *ifname)
{
	char link[PATH_MAX], card[PATH_MAX], path[PATH_MAX + 16];
	int fd;

	snprintf(link, sizeof(link), "/sys/class/net/%s/device/..", ifname);
	if (!realpath(link, card))
		return -errno;
	snprintf(path, sizeof(path), "%s/resource1", card);
	fd = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int msix_open(struct msix *msix, const char *ifname, uint32_t queue)
{
	uint32_t entry = FIRST_TX_ENTRY + ENTRIES_PER_QUEUE * queue;
	void *table;
	int fd, ret;

	*msix = (struct msix){NULL, NULL};
	if (queue >= QUEUES)
		return -EINVAL;
	fd = open_table(ifname);
	if (fd < 0)
		return fd;
	table = mmap(NULL, TABLE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ret = table == MAP_FAILED ? -errno : 0;
	close(fd);
	if (ret)
		return ret;
	msix->table = table;
	msix->control = &msix->table[entry * ENTRY_WORDS + ENTRY_WORDS - 1];
	return 0;
}

void msix_mask(struct msix *msix)
{
	*msix->control |= MASKED;
}

void msix_unmask(struct msix *msix)
{
	*msix->control &= ~MASKED;
}

bool msix_is_masked(const struct msix *msix)
{
	return *msix->control & MASKED;
}

void msix_close(struct msix *msix)
{
	if (!msix->table)
		return;
	msix_unmask(msix);
	munmap((void *)(uintptr_t)msix->table, TABLE_BYTES);
	*msix = (struct msix){NULL, NULL};
}
