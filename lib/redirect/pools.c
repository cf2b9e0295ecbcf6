/* SPDX-License-Identifier: BSD-2-Clause */
/* pools.c - remembers which queues had a pool, and asks the kernel whether it is gone. */
#include "redirect/pools.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/compat.h"
#include "nic/faults.h"
#include "nic/netdev.h"
#include "nic/netns.h"
#include "nic/queue_probe.h"

/* The kernel takes a pool away within 20 to 70 ms. */
#define POOL_GONE_NS 1000000000ull

static void raise_to(struct pools *p, uint32_t queues)
{
	unsigned seen = atomic_load(&p->queues);

	while (seen < queues && !atomic_compare_exchange_weak(&p->queues, &seen, queues))
		;
}

void pools_note(struct pools *p, uint32_t queue, int fd)
{
	struct xdp_options options = {0};
	socklen_t length = sizeof(options);

	if (getsockopt(fd, SOL_XDP, XDP_OPTIONS, &options, &length) ||
	    !(options.flags & XDP_OPTIONS_ZEROCOPY))
		return;
	atomic_store(&p->netns, netns_of(fd));
	raise_to(p, queue + 1);
}

/* 0 = gone, -EBUSY = not, others: unknown. The first question has no answer while it is down. */
static int ask(const struct pools *p, const struct nic *nic, uint32_t queue)
{
	int ret = netdev_queue_has_pool(nic, queue);

	if (ret >= 0)
		return ret ? -EBUSY : 0;
	ret = queue_probe(atomic_load(&p->netns), nic->ifindex, queue);
	return ret == -ENODEV ? 0 : ret;
}

/* Only a driver that is stopped must keep its program. */
static bool is_down(const struct nic *nic)
{
	struct nic now = *nic;

	return !nic_recount(&now) && !now.up;
}

int pools_await(struct pools *p, const struct nic *nic)
{
	uint64_t deadline = clock_deadline(POOL_GONE_NS);
	/* Those that are noted meanwhile stay noted. */
	uint32_t queues = atomic_exchange(&p->queues, 0);

	if (!nic_zero_copy_fault(nic))
		return 0;
	for (uint32_t q = 0; q < queues; q++) {
		int ret = ask(p, nic, q);

		while (ret && clock_now() < deadline) {
			poll(NULL, 0, NIC_BUSY_PAUSE_MS);
			ret = ask(p, nic, q);
		}
		/* A pool that may be there counts as there. */
		if (ret && is_down(nic)) {
			raise_to(p, queues);
			return -EDEADLK;
		}
	}
	return 0;
}
