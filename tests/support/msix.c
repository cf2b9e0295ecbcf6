/* SPDX-License-Identifier: BSD-2-Clause */
/* msix.c - sets the mask bit of a virtio card's TX vector, through the card's memory. */
#include "msix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* In PCI configuration space: the list of capabilities, and the one for MSI-X. */
#define CONFIG_BYTES 256u
#define CAPABILITIES 0x34u
#define CAPABILITY_MSIX 0x11u
#define CAPABILITIES_MAX 48u
#define SIZE_MASK 0x7ffu /* of the control word: entries of the table, less one */
#define BAR_MASK 7u	 /* of the table's place; the rest is the offset in that BAR */

#define ENTRY_WORDS 4u /* of 32 bits; the last one controls the vector */
#define MASKED 1u

/* The vectors: one for the configuration, then one RX and one TX vector for each queue. */
#define FIRST_TX_ENTRY 2u
#define ENTRIES_PER_QUEUE 2u

/* The location of the card's vector table. */
struct place {
	uint32_t bar, offset, entries;
};

static int open_resource(const char *card, const char *name, int flags)
{
	char path[PATH_MAX + 16];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", card, name);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static uint32_t little_endian(const uint8_t *bytes, unsigned count)
{
	uint32_t value = 0;

	while (count--)
		value = value << 8 | bytes[count];
	return value;
}

/* -ENOENT if the card has no MSI-X. */
static int find_table(const char *card, struct place *place)
{
	uint8_t config[CONFIG_BYTES], at;
	int fd = open_resource(card, "config", O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = pread(fd, config, sizeof(config), 0);
	close(fd);
	if (n != (ssize_t)sizeof(config))
		return -EIO;
	at = config[CAPABILITIES] & ~3u;
	for (unsigned i = 0; at && at <= CONFIG_BYTES - 12 && i < CAPABILITIES_MAX; i++) {
		uint32_t table = little_endian(config + at + 4, 4);

		if (config[at] == CAPABILITY_MSIX) {
			place->entries = (little_endian(config + at + 2, 2) & SIZE_MASK) + 1;
			place->bar = table & BAR_MASK;
			place->offset = table & ~BAR_MASK;
			return 0;
		}
		at = config[at + 1] & ~3u;
	}
	return -ENOENT;
}

static int map_entry(struct msix *msix, const char *card, const struct place *place, uint32_t entry)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), before = place->offset % page;
	size_t bytes = before + place->entries * ENTRY_WORDS * sizeof(uint32_t);
	char name[16];
	void *pages;
	int fd, ret;

	snprintf(name, sizeof(name), "resource%u", place->bar);
	fd = open_resource(card, name, O_RDWR | O_SYNC);
	if (fd < 0)
		return fd;
	pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		     (off_t)(place->offset - before));
	ret = pages == MAP_FAILED ? -errno : 0;
	close(fd);
	if (ret)
		return ret;
	msix->pages = pages;
	msix->bytes = bytes;
	msix->control = (volatile uint32_t *)pages + before / sizeof(uint32_t) +
			entry * ENTRY_WORDS + ENTRY_WORDS - 1;
	return 0;
}

/* The interface belongs to the virtio device, and that to the card. */
int msix_open(struct msix *msix, const char *ifname, uint32_t queue)
{
	uint64_t entry = FIRST_TX_ENTRY + (uint64_t)ENTRIES_PER_QUEUE * queue;
	char link[PATH_MAX], card[PATH_MAX];
	struct place place;
	int ret;

	*msix = (struct msix){NULL, 0, NULL};
	snprintf(link, sizeof(link), "/sys/class/net/%s/device/..", ifname);
	if (!realpath(link, card))
		return -errno;
	ret = find_table(card, &place);
	if (ret)
		return ret;
	return entry < place.entries ? map_entry(msix, card, &place, (uint32_t)entry) : -EINVAL;
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
	if (!msix->pages)
		return;
	msix_unmask(msix);
	munmap(msix->pages, msix->bytes);
	*msix = (struct msix){NULL, 0, NULL};
}
