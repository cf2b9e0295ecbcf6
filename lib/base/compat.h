/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compat.h - the only place for kernel constants that the installed headers may
 * lack. Each names the kernel that introduced it.
 */
#ifndef ZCXSK_LIB_BASE_COMPAT_H
#define ZCXSK_LIB_BASE_COMPAT_H

#include <linux/if_xdp.h>
#include <sys/socket.h>

#ifndef XDP_MAX_TX_SKB_BUDGET
#define XDP_MAX_TX_SKB_BUDGET 9 /* 6.17 */
#endif

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* 5.14 */
#endif

#ifndef AF_XDP
#define AF_XDP 44
#endif

#ifndef SOL_XDP
#define SOL_XDP 283
#endif

/* From linux/netdev.h, which Linux 6.3 introduced. */
enum {
	NETDEV_GET = 1,		 /* NETDEV_CMD_DEV_GET */
	NETDEV_IFINDEX = 1,	 /* NETDEV_A_DEV_IFINDEX */
	NETDEV_XDP_FEATURES = 3, /* NETDEV_A_DEV_XDP_FEATURES */
	NETDEV_QUEUE_GET = 10,	 /* NETDEV_CMD_QUEUE_GET */
	NETDEV_QUEUE_ID = 1,	 /* NETDEV_A_QUEUE_ID */
	NETDEV_QUEUE_IFINDEX = 2,
	NETDEV_QUEUE_TYPE = 3,
	NETDEV_QUEUE_XSK = 7, /* since Linux 6.15 */
	NETDEV_QUEUE_RX = 0,  /* NETDEV_QUEUE_TYPE_RX */
};

#endif
