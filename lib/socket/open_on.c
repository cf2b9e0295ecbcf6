/* SPDX-License-Identifier: BSD-2-Clause */
/* open_on.c - opens a socket on a caller-supplied kernel, such as the simulated one. */
#include <zcxsk/kernel.h>

#include <errno.h>

#include "explain/explain.h"
#include "base/opts.h"
#include "socket/frames_plan.h"
#include "socket/plan.h"
#include "socket/xsk.h"
#include "socket/xsk_rings.h"
#include "socket/socket.h"
#include "datapath/kick.h"

static int check_rings(const struct zcxsk_kernel_rings *rings, uint32_t flags,
		       struct zcxsk_error *error)
{
	bool rx = !(flags & ZCXSK_SOCKET_TX_ONLY), tx = !(flags & ZCXSK_SOCKET_RX_ONLY);

	if (!ring_is_valid(&rings->fill) || !ring_is_valid(&rings->completion) ||
	    (rx && !ring_is_valid(&rings->rx)) || (tx && !ring_is_valid(&rings->tx)))
		return explain_usage(error, "check kernel",
				     "See struct zcxsk_kernel_ring in zcxsk/kernel.h.",
				     "a ring has no memory, or its size is not a power of two up "
				     "to %u",
				     PLAN_RING_MAX);
	if (tx && rings->completion.size < rings->tx.size)
		return explain_usage(error, "check kernel",
				     "Make the completion ring as large as the TX ring.",
				     "the completion ring of %u entries is smaller than the TX "
				     "ring of %u",
				     rings->completion.size, rings->tx.size);
	return 0;
}

static int check_kernel(const struct zcxsk_kernel *k, uint32_t flags, struct zcxsk_error *error)
{
	if (!k->kick || !k->receive || !k->wait || !k->now ||
	    (k->mode != ZCXSK_MODE_ZERO_COPY && k->mode != ZCXSK_MODE_NATIVE_COPY &&
	     k->mode != ZCXSK_MODE_GENERIC_COPY))
		return explain_usage(error, "check kernel",
				     "See struct zcxsk_kernel in zcxsk/kernel.h.",
				     "a call is missing, or the mode is not exactly one mode");
	if (flags & ZCXSK_SOCKET_PROMISCUOUS)
		return explain_usage(error, "check socket options", "Clear that flag.",
				     "PROMISCUOUS needs an interface, and this kernel has none");
	return check_rings(&k->rings, flags, error);
}

static void note_sizes(struct zcxsk_socket *s)
{
	const struct zcxsk_kernel_rings *r = &s->kernel.rings;

	s->mode = s->kernel.mode;
	s->setup.info.mode = s->mode;
	s->setup.info.rx_ring_size = s->has_rx ? r->rx.size : 0;
	s->setup.info.tx_ring_size = s->has_tx ? r->tx.size : 0;
	s->setup.info.fill_ring_size = r->fill.size;
	s->setup.info.completion_ring_size = r->completion.size;
	/* Unlike old kernels, these rings publish progress at once. */
	s->setup.info.copy_budget = s->setup.info.tx_ring_size;
}

static int open_simulated(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	frames_apply(s, s->mode);
	if (!s->setup.plan.fits)
		return frames_refuse(s, error);
	xsk_take_rings(s, &s->kernel.rings);
	return frames_settle(s, error);
}

int zcxsk_socket_open_on(struct zcxsk_socket **out, const struct zcxsk_kernel *kernel,
			 const struct zcxsk_socket_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_socket_opts o;
	struct zcxsk_kernel k;
	struct zcxsk_socket *s;
	int ret;

	if (out)
		*out = NULL;
	if (!out || !kernel || opts_copy(&k, sizeof(k), kernel, sizeof(k)) ||
	    opts_copy(&o, sizeof(o), opts, sizeof(o)))
		return explain_usage(error, "check kernel",
				     "Call zcxsk_kernel_init() and zcxsk_socket_opts_init().",
				     "an argument is NULL, or a struct has a wrong size");
	ret = plan_options(&o, error);
	if (!ret)
		ret = check_kernel(&k, o.flags, error);
	if (ret)
		return ret;
	s = socket_new(&o, &k);
	if (!s)
		return explain_text(error, "open socket", -ENOMEM, "", "out of memory");
	s->setup.simulated = true;
	note_sizes(s);
	ret = plan_data_path(s, error);
	if (!ret)
		ret = socket_join_umem(s, open_simulated, error);
	if (ret) {
		zcxsk_socket_close(s);
		return ret;
	}
	kick_init(s);
	s->setup.info.frame_size = s->frame_size;
	*out = s;
	return 0;
}
