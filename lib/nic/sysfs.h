/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysfs.h - facts of an interface that only sysfs has. Each is read only if sysfs shows this
 * interface; otherwise it stays as it is, unknown.
 */
#ifndef ZCXSK_LIB_NIC_SYSFS_H
#define ZCXSK_LIB_NIC_SYSFS_H

#include <stddef.h>

#include "nic/nic.h"

/* The NUMA node and, of a virtio device, its features. nic's other facts have been read. */
void sysfs_read(struct nic *nic);

/*
 * Reads the first line of a file in the folder of the interface. Returns 0, -ENODATA if sysfs
 * does not show this interface, or -errno.
 */
int sysfs_read_line(const struct nic *nic, const char *file, char *text, size_t size);

/* The queues in use, "rx" or "tx"; 0 = unknown. */
uint32_t sysfs_count_queues(const struct nic *nic, const char *kind);

/* The parameter napi_tx of virtio_net. */
void sysfs_read_napi_tx(struct nic *nic);

#endif
