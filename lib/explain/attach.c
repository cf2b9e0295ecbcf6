/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attach.c - explains why a program could not be attached to an interface: as
 * native XDP, as generic XDP, or in libxdp's dispatcher.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <string.h>

#include "explain/words.h"
#include "nic/driver.h"

/* Bytes: the largest MTU that ENA allows with XDP. */
#define ENA_XDP_MTU_MAX 3498u

static bool is_driver(const struct nic *nic, const char *driver)
{
	return !strcmp(nic->driver, driver);
}

/* Names a program in either mode that was seen before attaching. */
static void explain_occupied(struct zcxsk_error *error, enum step step, const struct nic *nic)
{
	bool native = nic->native_prog_id != 0;
	uint32_t id = native ? nic->native_prog_id : nic->generic_prog_id;

	if (id) {
		say_cause(error,
			  "another XDP program (id %" PRIu32 ", %s) is attached to %s; it was "
			  "left alone",
			  id, native ? "native" : "generic", nic->ifname);
		say_remedy(error, "Find its owner: `bpftool prog show id %" PRIu32 "`. ", id);
		if (step == STEP_ATTACH_DISPATCHER)
			say_remedy(error, "Only programs attached by libxdp share the interface.");
		else
			say_detach(error, nic);
		return;
	}
	say_cause(error,
		  "most likely another XDP program was attached to %s a moment ago; an upper "
		  "device with a program, or a setting such as TCP data split, also prevents it",
		  nic->ifname);
	say_remedy(error, "Check: `bpftool net show dev %s`, `ethtool -g %s`.", nic->ifname,
		   nic->ifname);
}

static void explain_no_native(struct zcxsk_error *error, const struct nic *nic)
{
	if (nic->is_virtio && nic->virtio_known && nic_has_fixed_offloads(nic)) {
		say_cause(error,
			  "the virtio device of %s has guest offloads (merged packets, partial "
			  "checksums) that the driver cannot switch off: feature "
			  "CTRL_GUEST_OFFLOADS (bit 2) is missing",
			  nic->ifname);
		say_remedy(error,
			   "Start the guest with virtio-net-pci,ctrl_guest_offloads=on, or with "
			   "guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,"
			   "guest_ufo=off (and guest_uso4=off,guest_uso6=off if QEMU knows "
			   "them). Otherwise allow generic-copy.");
		return;
	}
	if (driver_facts(nic->driver)->runs_xdp_in_members) {
		say_cause(error,
			  "native XDP of %s (%s) runs in its members, where the sockets of %s "
			  "receive nothing",
			  nic->ifname, nic->driver, nic->ifname);
		say_remedy(error, "Use a member: `ip link show master %s`; or allow generic-copy.",
			   nic->ifname);
		return;
	}
	if (nic->xdp_features_known && !(nic->xdp_features & NIC_XDP_BASIC))
		say_cause(error,
			  "the driver %s of %s has no native XDP on kernel %s, or not with its "
			  "present settings",
			  nic->driver[0] ? nic->driver : "(unnamed)", nic->ifname,
			  nic->kernel_release);
	else
		say_cause(error,
			  "most likely the driver %s has no native XDP on kernel %s, or a "
			  "setting such as large receive offload or the MTU prevents it",
			  nic->driver[0] ? nic->driver : "of the interface",
			  nic->kernel_release[0] ? nic->kernel_release : "(unknown)");
	say_remedy(error, "Allow generic-copy, or try: `ethtool -K %s lro off`.", nic->ifname);
}

static void explain_virtio_refusal(struct zcxsk_error *error, const struct nic *nic)
{
	uint32_t limit = nic_xdp_mtu_limit(nic);

	if (nic->mtu > limit) {
		say_cause(error,
			  "the MTU of %s is %" PRIu32 "; with native XDP virtio_net supports an "
			  "MTU up to %" PRIu32 " and drops longer packets",
			  nic->ifname, nic->mtu, limit);
		say_remedy(error,
			   "Lower it: `ip link set dev %s mtu %" PRIu32 "`, or allow generic-copy.",
			   nic->ifname, limit);
		return;
	}
	if (nic->virtio_known && nic_virtio_has(nic, VIRTIO_BIT_MRG_RXBUF) &&
	    !nic_virtio_has(nic, VIRTIO_BIT_VERSION_1)) {
		say_cause(error,
			  "most likely the virtio device of %s is a legacy device: it has "
			  "mergeable buffers but not VERSION_1 (bit 32)",
			  nic->ifname);
		say_remedy(error, "Start the guest with virtio-net-pci,disable-legacy=on.");
		return;
	}
	if (nic->virtio_known && !nic_virtio_has(nic, VIRTIO_BIT_CTRL_VQ))
		say_cause(error,
			  "the virtio device of %s has no control queue (bit 17), so most likely "
			  "the driver could not change its queues or offloads",
			  nic->ifname);
	else
		say_cause(error,
			  "most likely the virtio device of %s refused a change of its queues or "
			  "offloads",
			  nic->ifname);
	say_remedy(error,
		   "Start the guest with virtio-net-pci,ctrl_vq=on, and check the kernel log: "
		   "`dmesg | tail`.");
}

static void explain_native_invalid(struct zcxsk_error *error, const struct nic *nic)
{
	if (nic->is_virtio) {
		explain_virtio_refusal(error, nic);
		return;
	}
	if (is_driver(nic, "ena")) {
		say_cause(error,
			  "ENA allows XDP only with an MTU of at most %u (now %" PRIu32 ") and "
			  "with at most half of its channels in use; most likely one of these "
			  "conditions is not met",
			  ENA_XDP_MTU_MAX, nic->mtu);
		say_remedy(error,
			   "Try: `ip link set dev %s mtu %u`; `ethtool -L %s combined N` with half "
			   "of the maximum that `ethtool -l %s` shows.",
			   nic->ifname, ENA_XDP_MTU_MAX, nic->ifname, nic->ifname);
		return;
	}
	say_cause(error,
		  "the driver %s refused; most likely the MTU of %s (%" PRIu32 ") is too large "
		  "for XDP, or it has too few free queues",
		  nic->driver[0] ? nic->driver : "of the interface", nic->ifname, nic->mtu);
	say_remedy(error,
		   "Try an MTU of 1500 (`ip link set dev %s mtu 1500`), fewer queues (ethtool -L), "
		   "or allow generic-copy. Check the kernel log: `dmesg | tail`.",
		   nic->ifname);
}

static bool explain_veth(struct zcxsk_error *error, int code, const struct nic *nic)
{
	switch (code) {
	case -ENOTCONN:
		say_cause(error, "the veth interface %s has no peer any more", nic->ifname);
		say_remedy(
			error,
			"Create the pair again: `ip link add dev NAME type veth peer name PEER`.");
		return true;
	case -ERANGE:
		say_cause(error,
			  "the MTU of the peer of %s is too large for native XDP: a packet must "
			  "fit into one page; with 4 KiB pages that is about 3500 bytes",
			  nic->ifname);
		say_remedy(error,
			   "Lower the MTU of the peer: `ip link set dev PEER mtu 1500`, or allow "
			   "generic-copy.");
		return true;
	case -ENOSPC:
		say_cause(error, "%s has fewer RX queues (%" PRIu32 ") than its peer has TX queues",
			  nic->ifname, nic->rx_queues);
		if (nic->rx_queues_max > nic->rx_queues)
			say_remedy(error, "Add RX queues: `ethtool -L %s rx %" PRIu32 "`, or use ",
				   nic->ifname, nic->rx_queues_max);
		else
			say_remedy(error, "Use ");
		say_remedy(error, "fewer on the peer: `ethtool -L PEER tx %" PRIu32 "`.",
			   nic->rx_queues);
		return true;
	default:
		return false;
	}
}

static void explain_full(struct zcxsk_error *error, const struct nic *nic)
{
	say_cause(error, "libxdp's dispatcher on %s runs as many programs as it can", nic->ifname);
	say_remedy(error,
		   "List them: `xdp-loader status %s`; remove one: `xdp-loader unload %s --id ID`, "
		   "or all: `xdp-loader unload %s --all`.",
		   nic->ifname, nic->ifname, nic->ifname);
}

static bool explain_dispatcher(struct zcxsk_error *error, int code)
{
	static const struct fixed_text texts[] = {
		{-EOPNOTSUPP,
		 "libxdp could not use its dispatcher: most likely the kernel lacks BTF or "
		 "program extensions, or the driver has no XDP in this mode",
		 "Use a kernel with CONFIG_DEBUG_INFO_BTF=y, or attach without "
		 "ZCXSK_REDIRECT_COEXIST."},
		{-ENOENT,
		 "libxdp found no BPF file system, or not its own dispatcher program; "
		 "'ip netns exec' mounts /sys without a BPF file system",
		 "Mount it: `mount -t bpf bpf /sys/fs/bpf`; and check that libxdp is installed "
		 "completely."},
		{-EINVAL,
		 "libxdp or the kernel refused the program; most likely the dispatcher on the "
		 "interface has another version",
		 "Show it: xdp-loader status; remove it: xdp-loader unload IFNAME --all."},
		{-ENOMEM, "the kernel has no memory for the dispatcher",
		 "Free memory, then try again."},
	};

	return SAY_FIXED(error, code, texts);
}

bool explain_attach(struct zcxsk_error *error, enum step step, int code,
		    const struct explain_facts *facts)
{
	static const struct fixed_text texts[] = {
		{-ENODEV, "the interface was removed, or is in another network namespace",
		 "List the interfaces: ip link show."},
		{-ENOMEM, "the kernel or the driver has no memory for the queues of XDP",
		 "Free memory, or use fewer queues (ethtool -L) or smaller ones (ethtool -G)."},
	};
	const struct nic *nic = facts->nic;

	switch (code) {
	case -EPERM:
		if (step == STEP_ATTACH_DISPATCHER)
			say_capability(error, CAP_BPF, CAP_NET_ADMIN);
		else
			say_capability(error, CAP_NET_ADMIN, 0);
		return true;
	case -EBUSY:
	case -EEXIST:
		explain_occupied(error, step, nic);
		return true;
	default:
		break;
	}
	if (step == STEP_ATTACH_DISPATCHER && code == -E2BIG) {
		explain_full(error, nic);
		return true;
	}
	if (step == STEP_ATTACH_DISPATCHER)
		return explain_dispatcher(error, code) || SAY_FIXED(error, code, texts);
	if (step == STEP_ATTACH_NATIVE && code == -EOPNOTSUPP) {
		explain_no_native(error, nic);
		return true;
	}
	if (step == STEP_ATTACH_NATIVE && code == -EINVAL) {
		explain_native_invalid(error, nic);
		return true;
	}
	if (is_driver(nic, "veth") && explain_veth(error, code, nic))
		return true;
	return SAY_FIXED(error, code, texts);
}
