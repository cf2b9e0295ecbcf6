/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysfs.c - reads what only sysfs tells about an interface. /sys/class/net shows the network
 * namespace in which /sys was mounted, which need not be this thread's; devices on a bus are
 * the same in all.
 */
#include "nic/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of the longest text read here: 64 or 128 feature bits. */
#define TEXT_SIZE 160

/* Bytes of the longest path: a directory, a name and a file. */
#define PATH_SIZE 512

/* Reads the first line of a file. Returns false and sets errno if it cannot. */
static bool read_line(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), code;
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, text, size - 1);
	code = got ? errno : ENODATA;
	close(fd);
	errno = code;
	if (got <= 0)
		return false;
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return true;
}

static bool read_net_line(const struct nic *nic, const char *file, char *text, size_t size)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", nic->ifname, file);
	return read_line(path, text, size);
}

/* Whether /sys/class/net shows this interface: another namespace may have the same name. */
static bool shows(const struct nic *nic)
{
	char text[TEXT_SIZE], mac[18]; /* "52:54:00:12:34:56" */

	if (!read_net_line(nic, "ifindex", text, sizeof(text)) ||
	    strtoul(text, NULL, 10) != nic->ifindex)
		return false;
	if (!read_net_line(nic, "address", text, sizeof(text)))
		return false;
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", nic->mac[0], nic->mac[1],
		 nic->mac[2], nic->mac[3], nic->mac[4], nic->mac[5]);
	return !strcmp(text, mac);
}

int sysfs_read_line(const struct nic *nic, const char *file, char *text, size_t size)
{
	if (!shows(nic))
		return -ENODATA;
	return read_net_line(nic, file, text, size) ? 0 : -errno;
}

uint32_t sysfs_count_queues(const struct nic *nic, const char *kind)
{
	struct dirent *entry;
	char path[PATH_SIZE];
	uint32_t count = 0;
	DIR *queues;

	if (!shows(nic))
		return 0;
	snprintf(path, sizeof(path), "/sys/class/net/%s/queues", nic->ifname);
	queues = opendir(path);
	if (!queues)
		return 0;
	while ((entry = readdir(queues)))
		count += !strncmp(entry->d_name, kind, strlen(kind)) &&
			 entry->d_name[strlen(kind)] == '-';
	closedir(queues);
	return count;
}

/* ---- virtio -------------------------------------------------------------------- */

/* The text consists of '0' and '1'; character n is feature bit n. */
static uint64_t parse_features(const char *text)
{
	uint64_t features = 0;

	for (unsigned bit = 0; bit < 64 && text[bit]; bit++)
		if (text[bit] == '1')
			features |= UINT64_C(1) << bit;
	return features;
}

static bool read_device_line(const char *device, const char *file, char *text, size_t size)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/sys/bus/virtio/devices/%.64s/%s", device, file);
	return read_line(path, text, size);
}

/* Whether a virtio device sits in the slot of a bus, such as "0000:00:03.0". */
static bool sits_in(const char *device, const char *slot)
{
	char path[PATH_SIZE], target[PATH_SIZE], part[80]; /* "/" + slot + "/" */
	ssize_t length;

	snprintf(path, sizeof(path), "/sys/bus/virtio/devices/%.64s", device);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	snprintf(part, sizeof(part), "/%.64s/", slot);
	return strstr(target, part) != NULL;
}

/* Finds the device by its place on the bus, which no namespace hides. */
static bool find_features(const struct nic *nic, char *text, size_t size)
{
	struct dirent *entry;
	bool found = false;
	DIR *devices;

	if (!nic->bus_info[0])
		return false;
	devices = opendir("/sys/bus/virtio/devices");
	if (!devices)
		return false;
	while (!found && (entry = readdir(devices)))
		found = entry->d_name[0] != '.' && sits_in(entry->d_name, nic->bus_info) &&
			read_device_line(entry->d_name, "features", text, size);
	closedir(devices);
	return found;
}

void sysfs_read(struct nic *nic)
{
	char text[TEXT_SIZE];
	bool ours = shows(nic);

	if (ours && read_net_line(nic, "device/numa_node", text, sizeof(text)))
		nic->numa_node = (int)strtol(text, NULL, 10);
	if (!nic->is_virtio)
		return;
	nic->virtio_known = (ours && read_net_line(nic, "device/features", text, sizeof(text))) ||
			    find_features(nic, text, sizeof(text));
	if (nic->virtio_known)
		nic->virtio_features = parse_features(text);
}

/* A module parameter belongs to the machine, not to a namespace. */
void sysfs_read_napi_tx(struct nic *nic)
{
	char text[TEXT_SIZE];

	if (nic->is_virtio &&
	    read_line("/sys/module/virtio_net/parameters/napi_tx", text, sizeof(text)))
		nic->napi_tx_off = text[0] == 'N' || text[0] == '0';
}
