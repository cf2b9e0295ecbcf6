/* SPDX-License-Identifier: BSD-2-Clause */
/* quirks.c - settings that a driver accepts although they do not work. */
#include "socket/quirks.h"

#include <errno.h>
#include <string.h>

#include "base/opts.h"
#include "explain/explain.h"
#include "nic/driver.h"
#include "nic/faults.h"
#include "redirect/guard.h"
#include "redirect/redirect.h"

/* As in the options of the socket's program, its own or a given one. */
static uint64_t given_up(const struct zcxsk_socket *s)
{
	struct zcxsk_redirect_opts o;

	if (s->setup.opts.redirect)
		return redirect_give_up(s->setup.opts.redirect);
	return opts_copy(&o, sizeof(o), s->setup.opts.redirect_opts, sizeof(o)) ? 0 : o.give_up;
}

/*
 * A mode that could take the machine down is used only if no other is allowed, and on a card
 * that the machine needs only with a yes. The keeper of a foreign program has said it already.
 */
static int check_fault(const struct zcxsk_socket *s, struct zcxsk_error *error)
{
	const struct nic *nic = &s->setup.nic;
	const struct nic_fault *fault = nic_zero_copy_fault(nic);

	if (!fault)
		return 0;
	if (s->setup.opts.modes != ZCXSK_MODE_ZERO_COPY)
		return explain_text(
			error, "check kernel", -EOPNOTSUPP,
			"Use a newer kernel, see docs/pitfalls.md; or allow zero-copy alone, and "
			"never set the interface down.",
			"Linux %s has a fault that zero-copy on %s can meet: %s",
			nic->kernel_release, nic->driver, fault->what);
	if (nic->elsewhere || redirect_keeper(s->setup.opts.redirect))
		return 0;
	return guard_check_machine(nic, fault->what, given_up(s), error);
}

int quirks_check(const struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	const struct explain_facts facts = {.nic = &s->setup.nic, .mode = mode};
	int ret;

	/*
	 * Without TX NAPI, virtio_net never polls for zero-copy. Its copy path
	 * gives the frame's own pages to the device and completes a frame while
	 * the device may still read it.
	 */
	if (s->has_tx && s->setup.nic.is_virtio && s->setup.nic.napi_tx_off)
		return explain_text(
			error, "check driver", -EOPNOTSUPP,
			"Load virtio_net without napi_tx=0, or open the socket with "
			"ZCXSK_SOCKET_RX_ONLY.",
			"virtio_net was loaded with napi_tx=0: zero-copy would never send, and "
			"the copy modes would send frames that are already reused");
	ret = mode == ZCXSK_MODE_ZERO_COPY ? check_fault(s, error) : 0;
	if (ret)
		return ret;
	/* A given redirect may be of a program of the caller's own. */
	if (s->has_rx && mode != ZCXSK_MODE_GENERIC_COPY &&
	    driver_facts(s->setup.nic.driver)->runs_xdp_in_members)
		return explain(error, STEP_ATTACH_NATIVE, -EOPNOTSUPP, &facts);
	if (s->has_rx && mode == ZCXSK_MODE_NATIVE_COPY && s->setup.nic.is_virtio &&
	    !s->setup.nic.virtio_known)
		return explain_text(
			error, "check driver", -EOPNOTSUPP,
			"Mount sysfs (`mount -t sysfs sysfs /sys`), or allow generic-copy.",
			"the features of the virtio device of %s cannot be read, and "
			"without mergeable buffers native XDP would attach but never run",
			s->setup.nic.ifname);
	/*
	 * The driver accepts a native program but never runs it. The kernel itself
	 * refuses zero-copy, and generic XDP works.
	 */
	if (s->has_rx && mode == ZCXSK_MODE_NATIVE_COPY && nic_has_big_packets(&s->setup.nic))
		return explain_text(error, "check driver", -EOPNOTSUPP,
				    "Start the guest with virtio-net-pci,mrg_rxbuf=on, or without "
				    "offloads (guest_tso4=off,guest_tso6=off,guest_ecn=off,"
				    "guest_ufo=off) and a host_mtu above 1500, or allow "
				    "generic-copy.",
				    "%s receives large packets without mergeable buffers "
				    "(VIRTIO_NET_F_MRG_RXBUF is missing): native XDP would attach "
				    "but never run",
				    s->setup.nic.ifname);
	return 0;
}
