/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name.h - which interface a name means. An interface has one name of its own, and may have
 * alternative names, which may be longer. Either may change at any moment; the index does not.
 */
#ifndef ZCXSK_LIB_NIC_NAME_H
#define ZCXSK_LIB_NIC_NAME_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether the text can be a name: 1 to 127 characters, without '/', ':' and spaces. */
bool name_is_valid(const char *name);

/*
 * The index of the interface with this name, own or alternative, in this thread's network
 * namespace. fd: from nic_open_ioctl(). 0, -ENODEV, or -errno if that cannot be determined.
 */
int name_to_index(int fd, const char *name, uint32_t *index);

/* The own name at present of an interface. As name_to_index(). */
int name_of_index(int fd, uint32_t index, char name[IFNAMSIZ]);

#endif
