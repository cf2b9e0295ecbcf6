/* SPDX-License-Identifier: BSD-2-Clause */
/* netlink.h - a netlink socket that does not wait for ever. */
#ifndef ZCXSK_LIB_NIC_NETLINK_H
#define ZCXSK_LIB_NIC_NETLINK_H

#include <libmnl/libmnl.h>

/* A bound socket of NETLINK_*, on which receiving ends after a second; NULL and errno. */
struct mnl_socket *netlink_open(int bus);

#endif
