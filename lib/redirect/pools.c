/* SPDX-License-Identifier: BSD-2-Clause */
/* pools.c - remembers which queues had a pool, and asks the kernel whether it is gone. */
#include "redirect/pools.h"

#include <linux/if_xdp.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/compat.h"
#include "nic/faults.h"
#include "nic/netdev.h"

/* The kernel takes a pool away within 20 to 70 ms. */
#define POOL_GONE_NS 1000000000ull

void pools_note(struct pools *p, uint32_t queue, int fd)
{
	struct xdp_options options = {0};
	socklen_t length = sizeof(options);
	unsigned seen = atomic_load(&p->queues);

	if (getsockopt(fd, SOL_XDP, XDP_OPTIONS, &options, &length) ||
	    !(options.flags & XDP_OPTIONS_ZEROCOPY))
		return;
	while (seen <= queue && !atomic_compare_exchange_weak(&p->queues, &seen, queue + 1))
		;
}

/* While the interface is down, the kernel does not say when. */
void pools_await(struct pools *p, const struct nic *nic)
{
	uint64_t deadline = clock_deadline(POOL_GONE_NS);
	uint32_t queues = atomic_exchange(&p->queues, 0);

	if (!nic_zero_copy_fault(nic))
		return;
	for (uint32_t q = 0; q < queues; q++)
		while (netdev_queue_has_pool(nic, q) && clock_now() < deadline)
			poll(NULL, 0, NIC_BUSY_PAUSE_MS);
}
