/* SPDX-License-Identifier: BSD-2-Clause */
/* quirks.c - settings that a driver accepts although they do not work. */
#include "socket/quirks.h"

#include <errno.h>
#include <string.h>

#include "explain/explain.h"
#include "nic/driver.h"
#include "nic/faults.h"

int quirks_check(const struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	const struct explain_facts facts = {.nic = &s->setup.nic, .mode = mode};
	const struct nic_fault *fault = nic_zero_copy_fault(&s->setup.nic);

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
	/* A step that could take the machine down is tried only if it was requested alone. */
	if (mode == ZCXSK_MODE_ZERO_COPY && s->setup.opts.modes != ZCXSK_MODE_ZERO_COPY && fault)
		return explain_text(
			error, "check kernel", -EOPNOTSUPP,
			"Use a newer kernel, see docs/pitfalls.md; or allow zero-copy alone, and "
			"never set the interface down.",
			"Linux %s has a fault that zero-copy on %s can meet: %s",
			s->setup.nic.kernel_release, s->setup.nic.driver, fault->what);
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
