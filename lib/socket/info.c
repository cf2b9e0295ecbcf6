/* SPDX-License-Identifier: BSD-2-Clause */
/* info.c - the read-only calls of an open socket: its mode, status, parts and rings. */
#include <zcxsk/socket.h>

#include <errno.h>

#include "datapath/fill.h"
#include "datapath/socket.h"
#include "socket/choose_mode.h"
#include "base/opts.h"
#include "datapath/watchdog.h"

int zcxsk_socket_read_info(const struct zcxsk_socket *s, struct zcxsk_socket_info *info)
{
	struct zcxsk_socket_info i;

	if (!s || !info)
		return -EINVAL;
	i = s->setup.info;
	i.kick_watermark = s->kick.watermark;
	return opts_answer(info, &i, sizeof(i));
}

enum zcxsk_mode zcxsk_socket_mode(const struct zcxsk_socket *s)
{
	return s ? s->mode : (enum zcxsk_mode)0;
}

const struct zcxsk_error *zcxsk_socket_refusal(const struct zcxsk_socket *s, enum zcxsk_mode mode)
{
	const struct zcxsk_error *refusal;

	if (!s || (mode != ZCXSK_MODE_ZERO_COPY && mode != ZCXSK_MODE_NATIVE_COPY &&
		   mode != ZCXSK_MODE_GENERIC_COPY))
		return NULL;
	refusal = &s->setup.refusals[choose_index(mode)];
	return refusal->code ? refusal : NULL;
}

int zcxsk_socket_status(const struct zcxsk_socket *s)
{
	if (!s)
		return -EINVAL;
	if (s->dead)
		return -ENXIO;
	if (!s->status && watchdog_stalled(s))
		return -ETIME;
	return !s->status && fill_refuses(s) ? -ENOBUFS : s->status;
}

int zcxsk_socket_fd(const struct zcxsk_socket *s)
{
	return s ? s->fd : -1;
}

void *zcxsk_socket_base(const struct zcxsk_socket *s)
{
	return s ? s->umem->base : NULL;
}

struct zcxsk_umem *zcxsk_socket_umem(const struct zcxsk_socket *s)
{
	return s ? s->umem : NULL;
}

struct zcxsk_cache *zcxsk_socket_cache(const struct zcxsk_socket *s)
{
	return s ? s->cache : NULL;
}

struct zcxsk_redirect *zcxsk_socket_redirect(const struct zcxsk_socket *s)
{
	return s ? s->redirect : NULL;
}

struct zcxsk_ring_cons *zcxsk_socket_rx_ring(struct zcxsk_socket *s)
{
	return s && s->has_rx ? &s->fast.rx : NULL;
}

struct zcxsk_ring_prod *zcxsk_socket_tx_ring(struct zcxsk_socket *s)
{
	return s && s->has_tx ? &s->fast.tx : NULL;
}

struct zcxsk_ring_prod *zcxsk_socket_fill_ring(struct zcxsk_socket *s)
{
	return s ? &s->fast.fill : NULL;
}

struct zcxsk_ring_cons *zcxsk_socket_completion_ring(struct zcxsk_socket *s)
{
	return s ? &s->fast.comp : NULL;
}
