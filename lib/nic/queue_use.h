/* SPDX-License-Identifier: BSD-2-Clause */
/* queue_use.h - whether a queue has an AF_XDP socket, of any process. Read-only. */
#ifndef ZCXSK_LIB_NIC_QUEUE_USE_H
#define ZCXSK_LIB_NIC_QUEUE_USE_H

#include "nic/nic.h"

/* 1, 0, or -errno if neither the netdev family (Linux 6.15) nor sock_diag tells. */
int queue_is_used(const struct nic *nic, uint32_t queue);

#endif
