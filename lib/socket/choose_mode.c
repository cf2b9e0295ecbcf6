/* SPDX-License-Identifier: BSD-2-Clause */
/* choose_mode.c - tries zero-copy, native copy and generic copy in this order. */
#include "socket/choose_mode.h"

#include <errno.h>

#include "base/opts.h"
#include "explain/explain.h"
#include "socket/frames_plan.h"
#include "socket/plan.h"
#include "socket/quirks.h"
#include "redirect/redirect.h"
#include "socket/xsk.h"

static const enum zcxsk_mode in_order[] = {
	ZCXSK_MODE_ZERO_COPY,
	ZCXSK_MODE_NATIVE_COPY,
	ZCXSK_MODE_GENERIC_COPY,
};

unsigned choose_index(enum zcxsk_mode mode)
{
	return mode == ZCXSK_MODE_ZERO_COPY ? 0 : mode == ZCXSK_MODE_NATIVE_COPY ? 1 : 2;
}

bool choose_is_final(int code)
{
	return code == -EPERM || code == -EACCES || code == -EBUSY || code == -ENODEV ||
	       code == -ENOMEM || code == -EMFILE || code == -ENFILE || code == -EAFNOSUPPORT ||
	       code == -ETIMEDOUT; /* the link stays away */
}

/* Returns 0, or -errno with *error filled if the program stays attached. */
static int drop_own(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	const struct explain_facts facts = {.nic = &s->setup.nic, .mode = s->mode};
	int ret = s->redirect ? redirect_leave(s->redirect) : 0;

	s->redirect = NULL;
	if (ret)
		explain(error, STEP_ATTACH_DISPATCHER, ret, &facts);
	explain_left(error, ret, s->setup.nic.ifname);
	return ret;
}

/* Attaches the socket's own program in the way that the mode needs. */
static int attach_own(struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts o;
	int ret;

	ret = drop_own(s, error);
	if (ret)
		return ret;
	if (opts_copy(&o, sizeof(o), s->setup.opts.redirect_opts, sizeof(o)))
		return explain_usage(
			error, "check redirect options", "Call zcxsk_redirect_opts_init().",
			"the options struct has a wrong size, or unknown fields are set");
	o.size = sizeof(o);
	o.modes = mode;
	ret = redirect_attach_index(&s->redirect, s->setup.nic.ifindex, &o, s->setup.foreseen,
				    error);
	if (!ret)
		redirect_hold(s->redirect);
	return ret;
}

/*
 * A copy mode sends without a program. Zero-copy drivers prepare their queues for it only
 * when a native program is attached: virtio_net, ice, i40e, ixgbe and mlx5 refuse to send.
 */
static bool needs_program(const struct zcxsk_socket *s, enum zcxsk_mode mode)
{
	return socket_has_rx_ring(s) || mode == ZCXSK_MODE_ZERO_COPY;
}

/* Makes sure that the program of s->redirect runs in the way that the mode needs. */
static int suit_redirect(struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	bool native = mode != ZCXSK_MODE_GENERIC_COPY;

	if (s->setup.owns_redirect && !needs_program(s, mode))
		return drop_own(s, error);
	if (s->redirect && redirect_is_native(s->redirect) == native)
		return 0;
	if (s->setup.owns_redirect)
		return attach_own(s, mode, error);
	return explain_text(error, "choose mode", -EOPNOTSUPP,
			    "Attach the redirect for this mode, or allow another mode.",
			    "%s needs %s XDP, but the program of the given redirect runs "
			    "otherwise",
			    zcxsk_mode_name(mode), native ? "native" : "generic");
}

/* Sockets of one UMEM share its mode; the copy modes differ only in the program. */
static bool agrees(const struct zcxsk_socket *other, const struct zcxsk_socket *s,
		   enum zcxsk_mode mode)
{
	if (other->mode == mode)
		return true;
	return other->mode != ZCXSK_MODE_ZERO_COPY && mode != ZCXSK_MODE_ZERO_COPY &&
	       (!other->redirect || !needs_program(s, mode));
}

/* Opens the socket in one mode. After a failure it keeps the redirect for the next mode. */
static int try_mode(struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	const struct zcxsk_socket *other = s->umem->sockets;
	int ret;

	if (other && !agrees(other, s, mode))
		return explain_text(
			error, "choose mode", -EOPNOTSUPP,
			"Give the socket a UMEM of its own, or allow that mode.",
			"the UMEM has a socket in %s mode, and all its sockets must have the same",
			zcxsk_mode_name(other->mode));
	ret = quirks_check(s, mode, error);
	if (!ret)
		ret = plan_check_mtu(s, mode, error);
	if (!ret)
		ret = suit_redirect(s, mode, error);
	if (ret)
		return ret;
	frames_apply(s, mode);
	return xsk_open(s, mode, error);
}

/* Without a program a lower mode may still send: another one on the interface is no obstacle. */
static bool ends_search(const struct zcxsk_socket *s, enum zcxsk_mode mode, int code)
{
	if (mode == ZCXSK_MODE_ZERO_COPY && !s->redirect && !socket_has_rx_ring(s) &&
	    (code == -EBUSY || code == -EPERM))
		return false;
	/* The copy modes need no memory that the device can address. */
	if (mode == ZCXSK_MODE_ZERO_COPY && code == -ENOMEM && s->setup.unmapped)
		return false;
	return choose_is_final(code);
}

int choose_mode(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	struct zcxsk_error refusal, told = {0};

	for (size_t i = 0; i < sizeof(in_order) / sizeof(in_order[0]); i++) {
		int ret;

		if (!(s->setup.opts.modes & in_order[i]))
			continue;
		memset(&refusal, 0, sizeof(refusal));
		ret = try_mode(s, in_order[i], &refusal);
		if (!ret)
			return 0;
		s->setup.refusals[i] = refusal;
		if (!told.code || ends_search(s, in_order[i], ret))
			told = refusal;
		if (ends_search(s, in_order[i], ret))
			break;
	}
	if (s->setup.owns_redirect)
		explain_left(&told, drop_own(s, NULL), s->setup.nic.ifname);
	/* Only now, because a success leaves the caller's text alone. */
	if (error)
		*error = told;
	return told.code;
}
