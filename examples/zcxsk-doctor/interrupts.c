/* SPDX-License-Identifier: BSD-2-Clause */
/* interrupts.c - the interrupts of a device, and the processors that they go to. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "card.h"
#include "json_text.h"
#include "nic/sysfs.h"
#include "redirect/guard_proc.h"

/* The name of an interrupt is the only folder below it. */
static void read_name(const char *irq, char *name, size_t size)
{
	struct dirent *entry;
	char path[64];
	DIR *folder;

	name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/irq/%.10s", irq);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			snprintf(name, size, "%s", entry->d_name);
	if (folder)
		closedir(folder);
}

static json_t *read_interrupt(const char *irq)
{
	char path[64], cpus[256], name[256];

	snprintf(path, sizeof(path), "/proc/irq/%.10s/smp_affinity_list", irq);
	if (guard_proc_read(path, cpus, sizeof(cpus)) < 0)
		cpus[0] = '\0';
	cpus[strcspn(cpus, "\n")] = '\0';
	read_name(irq, name, sizeof(name));
	return json_pack("{s:I, s:o, s:o}", "irq", (json_int_t)atoll(irq), "name", json_text(name),
			 "cpus", cpus[0] ? json_string(cpus) : json_null());
}

/* A virtio device's interrupts belong to the slot that it is in. */
static DIR *open_interrupts(const struct card *card)
{
	static const char *const folders[] = {"device/msi_irqs", "device/../msi_irqs"};
	char path[128], text[16];
	DIR *folder = NULL;

	/* Whether /sys shows this interface. */
	if (sysfs_read_line(&card->nic, "ifindex", text, sizeof(text)))
		return NULL;
	for (size_t i = 0; !folder && i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "/sys/class/net/%s/%s", card->nic.ifname, folders[i]);
		folder = opendir(path);
	}
	return folder;
}

void card_read_interrupts(struct card *card)
{
	DIR *folder = open_interrupts(card);
	struct dirent *entry;
	json_t *list;

	if (!folder) {
		facts_unknown(&card->facts, "interrupts", "list", -ENODATA);
		return;
	}
	list = json_array();
	while ((entry = readdir(folder)))
		if (isdigit((unsigned char)entry->d_name[0]))
			json_array_append_new(list, read_interrupt(entry->d_name));
	closedir(folder);
	facts_set(&card->facts, "interrupts", "list", list);
}
