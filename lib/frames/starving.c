/* SPDX-License-Identifier: BSD-2-Clause */
/* starving.c - lists sockets without frames to post, and wakes them. */
#include "frames/starving.h"

#include <unistd.h>

#include "base/fd.h"
#include "frames/pool.h"

static void make_readable(int fd)
{
	uint64_t one = 1;
	ssize_t n = fd >= 0 ? write(fd, &one, sizeof(one)) : 0;

	(void)n; /* it is not readable yet, so there is room */
}

static void signal_socket(struct starving *who)
{
	if (!who->signalled)
		make_readable(who->fd);
	who->signalled = true;
}

static void take_signal_back(struct starving *who)
{
	uint64_t times;
	ssize_t n = 0;

	if (who->signalled && who->fd >= 0)
		n = read(who->fd, &times, sizeof(times));
	(void)n; /* it was readable */
	who->signalled = false;
}

void starving_set_fd(struct zcxsk_pool *p, struct starving *who, int fd)
{
	int was;

	pthread_mutex_lock(&p->lock);
	was = who->fd;
	who->fd = fd;
	if (who->signalled)
		make_readable(fd);
	pthread_mutex_unlock(&p->lock);
	fd_close(&was);
}

void starving_in_child(struct starving *who)
{
	fd_close(&who->fd);
}

bool starving_begin(struct zcxsk_pool *p, struct starving *who)
{
	bool empty;

	pthread_mutex_lock(&p->lock);
	take_signal_back(who);
	empty = !p->count;
	if (empty && !who->listed) {
		who->listed = true;
		who->next = p->starving;
		p->starving = who;
		pool_share(p);
	}
	who->waiting = who->listed;
	pthread_mutex_unlock(&p->lock);
	return empty;
}

void starving_end(struct zcxsk_pool *p, struct starving *who)
{
	struct starving **at = &p->starving;

	pthread_mutex_lock(&p->lock);
	take_signal_back(who);
	while (*at && *at != who)
		at = &(*at)->next;
	if (*at) {
		*at = who->next;
		pool_share(p);
	}
	who->listed = who->waiting = false;
	pthread_mutex_unlock(&p->lock);
}

bool starving_can_end(struct zcxsk_pool *p)
{
	bool others;

	pthread_mutex_lock(&p->lock);
	others = p->caches > 1;
	pthread_mutex_unlock(&p->lock);
	return others;
}

void starving_wake(struct zcxsk_pool *p)
{
	for (struct starving *who = p->starving; who; who = who->next)
		signal_socket(who);
}
