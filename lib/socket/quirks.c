/* SPDX-License-Identifier: BSD-2-Clause */
/* quirks.c - what a driver accepts and does not do. */
#include "socket/quirks.h"

#include <errno.h>
#include <string.h>

#include "explain/explain.h"

int quirks_check(const struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error)
{
	/*
	 * Without TX NAPI zero-copy is never polled, and the copy path, which
	 * on virtio-net lends the frame's own pages to the device, calls a
	 * frame done while the device still reads it.
	 */
	if (s->has_tx && s->setup.nic.is_virtio && s->setup.nic.napi_tx_off)
		return explain_text(
			error, "check driver", -EOPNOTSUPP,
			"Load virtio_net without napi_tx=0, or open the socket with "
			"ZCXSK_SOCKET_RX_ONLY.",
			"virtio_net runs with napi_tx=0: zero-copy would never send, and "
			"copying would send frames that are being reused");
	/*
	 * The driver accepts a native program and never runs it. Zero-copy is
	 * refused by the kernel itself, and generic XDP runs.
	 */
	if (s->has_rx && mode == ZCXSK_MODE_NATIVE_COPY && nic_has_big_packets(&s->setup.nic))
		return explain_text(error, "check driver", -EOPNOTSUPP,
				    "Give the card mergeable buffers (mrg_rxbuf=on), or take its "
				    "offloads away (guest_tso4=off,guest_tso6=off,guest_ecn=off,"
				    "guest_ufo=off), or allow generic-copy.",
				    "%s has no mergeable receive buffers but large packets "
				    "(VIRTIO_NET_F_MRG_RXBUF is missing): native XDP would be "
				    "attached and never run",
				    s->setup.nic.ifname);
	return 0;
}

bool quirks_new_queues_lack_program(const struct nic *nic)
{
	return !strcmp(nic->driver, "veth");
}
