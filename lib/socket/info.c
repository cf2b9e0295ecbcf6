/* SPDX-License-Identifier: BSD-2-Clause */
/* info.c - the read-only calls of an open socket: its mode, status, parts and rings. */
#include <zcxsk/socket.h>

#include <errno.h>

#include "datapath/fill.h"
#include "datapath/link.h"
#include "datapath/socket.h"
#include "socket/choose_mode.h"
#include "base/opts.h"
#include "datapath/watchdog.h"

/* Whether this process may use it: it is not NULL, and not a parent's. */
static bool is_usable(const struct zcxsk_socket *s)
{
	return s && !socket_is_inherited(s);
}

int zcxsk_socket_read_info(const struct zcxsk_socket *s, struct zcxsk_socket_info *info)
{
	struct zcxsk_socket_info i;

	if (!s || !info || socket_is_inherited(s))
		return socket_refuses(s);
	i = s->setup.info;
	i.kick_watermark = s->kick.watermark;
	/* The interface may have been renamed. */
	if (s->wait.link.ifname[0])
		memcpy(i.ifname, s->wait.link.ifname, sizeof(i.ifname));
	return opts_answer(info, &i, sizeof(i));
}

enum zcxsk_mode zcxsk_socket_mode(const struct zcxsk_socket *s)
{
	return is_usable(s) ? s->mode : (enum zcxsk_mode)0;
}

const struct zcxsk_error *zcxsk_socket_refusal(const struct zcxsk_socket *s, enum zcxsk_mode mode)
{
	const struct zcxsk_error *refusal;

	if (!is_usable(s) || (mode != ZCXSK_MODE_ZERO_COPY && mode != ZCXSK_MODE_NATIVE_COPY &&
			      mode != ZCXSK_MODE_GENERIC_COPY))
		return NULL;
	refusal = &s->setup.refusals[choose_index(mode)];
	return refusal->code ? refusal : NULL;
}

int zcxsk_socket_status(const struct zcxsk_socket *s)
{
	if (!s || socket_is_inherited(s))
		return socket_refuses(s);
	if (s->dead)
		return -ENXIO;
	if (s->status)
		return s->status;
	if (link_is_down(s))
		return -ENETDOWN;
	if (watchdog_stalled(s))
		return -ETIME;
	return fill_refuses(s) ? -ENOBUFS : 0;
}

int zcxsk_socket_fd(const struct zcxsk_socket *s)
{
	return is_usable(s) ? s->fd : -1;
}

void *zcxsk_socket_base(const struct zcxsk_socket *s)
{
	return is_usable(s) ? s->umem->base : NULL;
}

struct zcxsk_umem *zcxsk_socket_umem(const struct zcxsk_socket *s)
{
	return is_usable(s) ? s->umem : NULL;
}

struct zcxsk_cache *zcxsk_socket_cache(const struct zcxsk_socket *s)
{
	return is_usable(s) ? s->cache : NULL;
}

struct zcxsk_redirect *zcxsk_socket_redirect(const struct zcxsk_socket *s)
{
	return is_usable(s) ? s->redirect : NULL;
}
