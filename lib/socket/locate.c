/* SPDX-License-Identifier: BSD-2-Clause */
/* locate.c - where the frames of a checking pool are, by its ledger. */
#include <zcxsk/pool.h>

#include <errno.h>

#include "base/fork.h"
#include "base/opts.h"
#include "datapath/socket.h"
#include "frames/ledger.h"

/* The socket of the UMEM with this number, NULL if it was closed. The caller holds the lock. */
static struct zcxsk_socket *find_socket(const struct zcxsk_umem *umem, uint32_t number)
{
	struct zcxsk_socket *s = umem->sockets;

	while (s && s->setup.number != number)
		s = s->setup.next;
	return s;
}

static int check_pool(const struct zcxsk_pool *pool, const void *answer)
{
	if (!pool || !answer)
		return -EINVAL;
	if (fork_is_inherited(&pool->fork))
		return -EOWNERDEAD;
	return pool->ledger ? 0 : -EOPNOTSUPP;
}

int zcxsk_pool_locate(struct zcxsk_pool *pool, uint64_t addr, struct zcxsk_location *location)
{
	struct zcxsk_location l = {0};
	int ret = check_pool(pool, location);
	uint64_t frame;
	uint16_t at;

	if (ret)
		return ret;
	if (addr >= pool->umem->size)
		return -EINVAL;
	frame = addr / pool->umem->frame_size;
	at = ledger_place(pool, frame);
	l.frame = frame * pool->umem->frame_size;
	l.place = (enum zcxsk_place)(at & PLACE_MASK);
	l.call = ledger_call_name(ledger_last_call(pool, frame));
	if (l.place == ZCXSK_PLACE_KERNEL_RX || l.place == ZCXSK_PLACE_KERNEL_TX) {
		pthread_mutex_lock(&pool->umem->lock);
		l.socket = find_socket(pool->umem, at >> PLACE_BITS);
		pthread_mutex_unlock(&pool->umem->lock);
	}
	return opts_answer(location, &l, sizeof(l));
}

int zcxsk_pool_count_places(struct zcxsk_pool *pool, const struct zcxsk_socket *socket,
			    struct zcxsk_places *places)
{
	struct zcxsk_places n = {0};
	uint64_t *counts[] = {
		[PLACE_POOL] = &n.pool,	      [PLACE_APPLICATION] = &n.application,
		[PLACE_RX] = &n.kernel_rx,    [PLACE_TX] = &n.kernel_tx,
		[PLACE_HANDOFF] = &n.handoff,
	};
	int ret = check_pool(pool, places);

	if (ret)
		return ret;
	if (socket && socket->pool != pool)
		return -EINVAL;
	for (uint64_t i = 0; i < pool->umem->frames; i++) {
		uint16_t at = ledger_place(pool, i);

		if (!socket || at == ledger_rx(socket) || at == ledger_tx(socket))
			++*counts[at & PLACE_MASK];
	}
	return opts_answer(places, &n, sizeof(n));
}
