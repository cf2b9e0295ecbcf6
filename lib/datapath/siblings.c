/* SPDX-License-Identifier: BSD-2-Clause */
/* siblings.c - gets frames back from the other sockets on a socket's cache. */
#include "datapath/siblings.h"

#include "datapath/completion.h"
#include "datapath/kick.h"
#include "datapath/one_thread.h"
#include "datapath/outstanding.h"
#include "datapath/watchdog.h"

/* True if the library works its TX and completion rings. */
static bool is_sending_sibling(const struct zcxsk_socket *s, const struct zcxsk_socket *other)
{
	return other != s && other->has_tx;
}

static uint32_t reap(struct zcxsk_socket *other)
{
	bool entered = one_thread_enter(other, CALL_COMPLETE);
	uint32_t completed = comp_reap(other);

	one_thread_leave(other, entered);
	return completed;
}

uint32_t siblings_reap(struct zcxsk_socket *s)
{
	uint32_t completed = 0;

	for (struct cache_user *u = s->cache->users; u; u = u->next)
		if (is_sending_sibling(s, u->socket))
			completed += reap(u->socket);
	return completed;
}

static uint32_t reclaim(struct zcxsk_socket *other)
{
	bool entered = one_thread_enter(other, CALL_COMPLETE);
	uint64_t before = other->count.tx_completed;

	kick_flush(other);
	comp_reap(other);
	watchdog_check(other);
	one_thread_leave(other, entered);
	/* A kick may have reaped some. */
	return (uint32_t)(other->count.tx_completed - before);
}

uint32_t siblings_reclaim(struct zcxsk_socket *s)
{
	uint32_t completed = 0;

	for (struct cache_user *u = s->cache->users; u; u = u->next)
		if (is_sending_sibling(s, u->socket))
			completed += reclaim(u->socket);
	return completed;
}

/* On a dead queue nothing moves. */
bool siblings_in_flight(const struct zcxsk_socket *s)
{
	for (const struct cache_user *u = s->cache->users; u; u = u->next)
		if (is_sending_sibling(s, u->socket) && !u->socket->dead &&
		    outstanding_count(u->socket))
			return true;
	return false;
}
