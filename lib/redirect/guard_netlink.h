/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_netlink.h - one question to the kernel by netlink, and its answers. */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_NETLINK_H
#define ZCXSK_LIB_REDIRECT_GUARD_NETLINK_H

#include <libmnl/libmnl.h>

#include "redirect/guard_list.h"

/* Bytes for a request with its attributes. */
#define GUARD_REQUEST 256

/*
 * Sends a request, a dump if it has NLM_F_DUMP, and calls see for each answer. Repeats a
 * dump during which the data changed, and once any failure but that the kernel knows no such
 * thing; `list` (NULL: none) then loses what it has got. Returns 0 or -errno: the socket's, the
 * kernel's, or that of see. Waits a second at most for each answer.
 */
int guard_ask(int bus, struct nlmsghdr *request, mnl_cb_t see, void *data, struct guard_list *list);

/* Begins a request in buf; *extra is its family header of `size` bytes, all zero. */
struct nlmsghdr *guard_request(char *buf, uint16_t type, uint16_t flags, size_t size, void *extra);

#endif
