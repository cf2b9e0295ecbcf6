/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bind.c - explains why a queue could not be bound. For zero-copy one errno has
 * many causes, and the device's features tell which applies.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "explain/words.h"
#include "nic/driver.h"

#define ALLOW_COPY "allow native-copy or generic-copy"

static bool is_zero_copy(const struct explain_facts *facts)
{
	return facts->mode == ZCXSK_MODE_ZERO_COPY;
}

static const char *driver_of(const struct nic *nic)
{
	return nic->driver[0] ? nic->driver : "of the interface";
}

/* ---- EOPNOTSUPP ---------------------------------------------------------- */

static void explain_no_zero_copy(struct zcxsk_error *error, const struct nic *nic)
{
	const struct driver_since since = driver_facts(nic->driver)->zero_copy;

	if (since.major == DRIVER_NEVER) {
		say_cause(error, "the driver %s of %s has no zero-copy", nic->driver, nic->ifname);
		say_remedy(error, "Use a driver with zero-copy, or " ALLOW_COPY ".");
		return;
	}
	if (nic->kernel_major && !nic_kernel_at_least(nic, since.major, since.minor)) {
		say_cause(error, "kernel %s is too old: %s has zero-copy since Linux %u.%u",
			  nic->kernel_release, nic->driver, since.major, since.minor);
		say_remedy(error,
			   "Install Linux %u.%u or newer (6.18 or newer is better), or " ALLOW_COPY
			   ".",
			   since.major, since.minor);
		return;
	}
	if (nic->xdp_features_known && !(nic->xdp_features & NIC_XDP_ZEROCOPY))
		say_cause(error,
			  "the driver %s on kernel %s does not offer AF_XDP zero-copy: its XDP "
			  "features lack xsk-zerocopy",
			  driver_of(nic), nic->kernel_release);
	else if (nic->xdp_features_known)
		say_cause(error,
			  "the driver %s supports AF_XDP zero-copy but refused it with its "
			  "present settings",
			  driver_of(nic));
	else
		say_cause(error, "most likely the driver %s has no AF_XDP zero-copy on kernel %s",
			  driver_of(nic),
			  nic->kernel_release[0] ? nic->kernel_release : "(unknown)");
	say_remedy(error, "Try a newer kernel or driver, check the kernel log (`dmesg | tail`), "
			  "or " ALLOW_COPY ".");
}

/* ---- EINVAL -------------------------------------------------------------- */

static void explain_queue(struct zcxsk_error *error, const struct explain_facts *facts)
{
	say_cause(error,
		  "%s has no usable queue %" PRIu32 ": it has %" PRIu32
		  " that both receive and send, numbered from 0",
		  facts->nic->ifname, facts->queue, facts->usable_queues);
	say_queues(error, facts);
}

static bool mtu_is_too_large(const struct explain_facts *facts)
{
	return is_zero_copy(facts) && facts->frame_size &&
	       facts->nic->mtu > largest_mtu(facts, facts->frame_size, facts->headroom);
}

static void explain_frame_size(struct zcxsk_error *error, const struct explain_facts *facts)
{
	uint32_t limit = largest_mtu(facts, facts->frame_size, facts->headroom);

	say_cause(error,
		  "the MTU of %s is %" PRIu32 ", but frames of %" PRIu32
		  " bytes with headroom %" PRIu32 " hold an MTU of at most %" PRIu32,
		  facts->nic->ifname, facts->nic->mtu, facts->frame_size, facts->headroom, limit);
	say_fit_mtu(error, facts);
}

/*
 * Without this feature the driver has no DMA device to map the memory for. The driver checks
 * it before the queue reset, which is named, too, so that one restart cures both.
 */
static void explain_access_platform(struct zcxsk_error *error, const struct nic *nic)
{
	bool reset = !nic->virtio_known || nic_virtio_has(nic, VIRTIO_BIT_RING_RESET);

	if (nic->virtio_known)
		say_cause(error,
			  "the virtio device of %s lacks feature ACCESS_PLATFORM (bit 33), "
			  "without which virtio_net cannot map packet memory for zero-copy%s",
			  nic->ifname, reset ? "" : "; it also lacks RING_RESET (bit 40)");
	else
		say_cause(error,
			  "most likely the virtio device of %s lacks feature ACCESS_PLATFORM "
			  "(bit 33)",
			  nic->ifname);
	say_remedy(error,
		   "Start the guest with virtio-net-pci,iommu_platform=on,disable-legacy=on%s; "
		   "if you do not control the hypervisor, " ALLOW_COPY ".",
		   reset ? "" : ",queue_reset=on");
}

static void explain_invalid(struct zcxsk_error *error, const struct explain_facts *facts)
{
	const struct nic *nic = facts->nic;
	bool mtu = mtu_is_too_large(facts);

	if (facts->usable_queues && facts->queue >= facts->usable_queues) {
		explain_queue(error, facts);
		return;
	}
	if (mtu)
		explain_frame_size(error, facts);
	if (is_zero_copy(facts) && nic->is_virtio &&
	    !nic_virtio_has(nic, VIRTIO_BIT_ACCESS_PLATFORM)) {
		say_cause(error, "%s", mtu ? ". Besides, " : "");
		say_remedy(error, "%s", mtu ? " " : "");
		explain_access_platform(error, nic);
		return;
	}
	if (mtu)
		return;
	say_cause(error,
		  "the driver %s refused queue %" PRIu32 " of %s; most likely the queue does not "
		  "exist any more, or the device's settings do not allow %s",
		  driver_of(nic), facts->queue, nic->ifname, zcxsk_mode_name(facts->mode));
	say_remedy(error, "Check `ethtool -l %s` and the kernel log (`dmesg | tail`)%s.",
		   nic->ifname, is_zero_copy(facts) ? ", or " ALLOW_COPY : "");
}

/* ---- ENOENT, from virtio_net only ---------------------------------------- */

#define MRG_RXBUF_PROPERTY                                                                         \
	"mrg_rxbuf=on (or guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off)"

static void explain_virtio_absent(struct zcxsk_error *error, const struct nic *nic)
{
	bool known = nic->virtio_known;
	bool big = known && nic_has_big_packets(nic);
	bool reset = nic_virtio_has(nic, VIRTIO_BIT_RING_RESET);
	bool map = !known || nic_virtio_has(nic, VIRTIO_BIT_ACCESS_PLATFORM);

	if (!known)
		say_cause(error,
			  "most likely the virtio device of %s lacks feature RING_RESET (bit 40) "
			  "or MRG_RXBUF (bit 15)",
			  nic->ifname);
	else if (big)
		say_cause(error,
			  "the virtio device of %s receives into big buffers: guest offloads or a "
			  "large MTU without feature MRG_RXBUF (bit 15)%s",
			  nic->ifname, reset ? "" : "; it also lacks RING_RESET (bit 40)");
	else if (!reset)
		say_cause(error,
			  "the virtio device of %s lacks feature RING_RESET (bit 40), which "
			  "virtio_net needs to switch a queue to zero-copy",
			  nic->ifname);
	else
		say_cause(error,
			  "most likely the virtio transport of %s has no queue reset: only "
			  "modern virtio-pci has it, virtio-mmio and vDPA do not",
			  nic->ifname);
	if (!map)
		say_cause(error, "; it also lacks ACCESS_PLATFORM (bit 33)");
	say_remedy(error, "Start the guest with virtio-net-pci");
	if (big || !known)
		say_remedy(error, "," MRG_RXBUF_PROPERTY);
	if (!reset)
		say_remedy(error, ",queue_reset=on");
	if (!map)
		say_remedy(error, ",iommu_platform=on,disable-legacy=on");
	say_remedy(error, "; if you do not control the hypervisor, " ALLOW_COPY ".");
}

/* ---- ENOMEM, from virtio_net ---------------------------------------------- */

static void explain_unmapped(struct zcxsk_error *error, const struct nic *nic)
{
	say_cause(error,
		  "the kernel has no memory for the queue of %s, or cannot map it for the device: "
		  "on arm64 with KASLR virtio_net as a module cannot map its own headers, and the "
		  "kernel log names virtqueue_map_single_attrs",
		  nic->ifname);
	say_remedy(error, "Check the kernel log (`dmesg | tail`); if it does, boot with nokaslr, "
			  "or " ALLOW_COPY "; if not, use fewer frames, or free memory.");
}

/* ---- all of them --------------------------------------------------------- */

static void explain_busy(struct zcxsk_error *error, const struct explain_facts *facts)
{
	say_cause(error,
		  "queue %" PRIu32 " of %s most likely has an AF_XDP socket already, of this or "
		  "another process, or a socket closed a moment ago is still being released; a "
		  "child process that inherited its rings keeps the queue busy, too",
		  facts->queue, facts->nic->ifname);
	say_remedy(error,
		   "Find its owner: `ss --xdp -p`, or, on a kernel without xdp_diag, `grep -ls "
		   "socket: /proc/[0-9]*/maps`; close that socket, use another queue, or raise "
		   "busy_timeout_ns.");
}

static bool explain_bind_fixed(struct zcxsk_error *error, int code)
{
	static const struct fixed_text texts[] = {
		{-ENODEV, "the interface was removed, or is in another network namespace",
		 "List the interfaces: `ip link show`."},
		{-ENOMEM,
		 "the kernel has no memory for the queue, or the device cannot address the "
		 "packet memory",
		 "Use fewer frames, or free memory."},
		{-EBADF, "the socket whose UMEM this socket shares is not bound",
		 "Keep the first socket of a UMEM open while you open others on it."},
		{-ENOTSOCK, "the socket whose UMEM this socket shares is closed",
		 "Keep the first socket of a UMEM open while you open others on it."},
		{-ENOBUFS, "the kernel has no memory for the queue",
		 "Free memory, then try again."},
	};

	return SAY_FIXED(error, code, texts);
}

bool explain_bind(struct zcxsk_error *error, int code, const struct explain_facts *facts)
{
	const struct nic *nic = facts->nic;

	switch (code) {
	case -EINVAL:
		explain_invalid(error, facts);
		return true;
	case -EBUSY:
		explain_busy(error, facts);
		return true;
	case -ENETDOWN:
		say_cause(error, "%s is down, and its driver binds only while it is up",
			  nic->ifname);
		say_up(error, nic);
		return true;
	case -EOPNOTSUPP:
		if (!is_zero_copy(facts))
			return false;
		explain_no_zero_copy(error, nic);
		return true;
	case -ENOENT:
		if (!is_zero_copy(facts) || !nic->is_virtio)
			return false;
		explain_virtio_absent(error, nic);
		return true;
	case -ENOMEM:
		if (!is_zero_copy(facts) || !nic->is_virtio)
			return explain_bind_fixed(error, code);
		explain_unmapped(error, nic);
		return true;
	default:
		return explain_bind_fixed(error, code);
	}
}
