/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foresee.c - the conditions of drivers and kernel, in the order in which they are checked
 * there, so that the same errno is foreseen where several are not met.
 */
#include "nic/foresee.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "nic/driver.h"
#include "nic/offloads.h"
#include "nic/queue_use.h"

static struct foresight sure(int code)
{
	return (struct foresight){.code = code};
}

static struct foresight unknown(const char *what)
{
	return (struct foresight){.unknown = what};
}

/* Whether the kernel is new enough: 1, 0, or -1 if unknown. */
static int is_since(const struct nic *nic, struct driver_since since)
{
	if (since.major == DRIVER_NEVER)
		return 0;
	if (!since.major || !nic->kernel_major)
		return -1;
	return nic_kernel_at_least(nic, since.major, since.minor);
}

/* Whether the driver has an XDP feature: by what the kernel tells, or else by its version. */
static int has_feature(const struct nic *nic, uint64_t feature, struct driver_since since)
{
	return nic->xdp_features_known ? !!(nic->xdp_features & feature) : is_since(nic, since);
}

/* ---- native XDP -------------------------------------------------------------- */

static struct foresight native_virtio(const struct nic *nic)
{
	if (!nic->virtio_known)
		return unknown("the features of the virtio device cannot be read");
	if (nic_has_fixed_offloads(nic))
		return sure(-EOPNOTSUPP);
	if (nic_virtio_has(nic, VIRTIO_BIT_MRG_RXBUF) &&
	    !nic_virtio_has(nic, VIRTIO_BIT_VERSION_1) &&
	    !nic_virtio_has(nic, VIRTIO_BIT_ANY_LAYOUT))
		return sure(-EINVAL);
	return sure(0);
}

/* Bytes: the largest MTU of the other end whose packets fit into a page with all that XDP needs. */
static uint32_t veth_peer_mtu(void)
{
	const uint32_t headroom = 256, shared_info = 320, ethernet = 14;

	return (uint32_t)sysconf(_SC_PAGESIZE) - headroom - shared_info - ethernet;
}

static struct foresight native_veth(const struct nic *nic)
{
	static const char *const elsewhere =
		"the other end of the veth pair is in a network namespace that cannot be read";
	struct nic_link link, peer;
	struct nic other;

	if (nic_read_link(&link, nic->ifindex))
		return unknown(elsewhere);
	if (link.peer_is_here && !nic_read_index(&other, link.peer)) {
		peer.mtu = other.mtu;
		peer.tx_queues = other.tx_queues;
	} else if (nic_read_peer(&peer, &link)) {
		return unknown(elsewhere);
	}
	if (peer.mtu > veth_peer_mtu())
		return sure(-ERANGE);
	if (peer.tx_queues <= nic->rx_queues)
		return sure(0);
	if (link.peer_is_here)
		return sure(-ENOSPC);
	return unknown("how many TX queues the other end of the veth pair uses, in another network "
		       "namespace, cannot be read");
}

/* The driver's own limit comes with the MTU, see nic_xdp_mtu_limit(). */
static struct foresight native_vmxnet3(const struct nic *nic)
{
	struct nic_features features;

	nic_read_features(&features, nic->ifname);
	if (!features.known)
		return unknown("whether large receive offload is on cannot be read");
	return sure(nic_feature_on(&features, NIC_FEATURE_LRO) ? -EOPNOTSUPP : 0);
}

struct foresight foresee_native(const struct nic *nic)
{
	const struct driver_facts *driver = driver_facts(nic->driver);
	/* veth loses its features by the other end's queues, and refuses with an errno for it. */
	bool veth = !strcmp(driver->name, "veth");
	int has = veth ? is_since(nic, driver->native)
		       : has_feature(nic, NIC_XDP_BASIC, driver->native);

	if (!has)
		return sure(-EOPNOTSUPP);
	if (has < 0)
		return unknown("whether the driver has native XDP cannot be read: the kernel is "
			       "older than 6.3, or netlink is not available");
	if (nic->is_virtio)
		return native_virtio(nic);
	if (veth)
		return native_veth(nic);
	if (!strcmp(driver->name, "vmxnet3"))
		return native_vmxnet3(nic);
	return driver->foreseen ? sure(0)
				: unknown("the driver has native XDP, but on which settings it "
					  "refuses it is not known");
}

struct foresight foresee_dispatcher(void)
{
	struct statfs fs;

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return sure(-EOPNOTSUPP);
	if (!statfs("/sys/fs/bpf", &fs) && (uint32_t)fs.f_type == BPF_FS_MAGIC)
		return sure(0);
	return unknown("libxdp's BPF file system is not mounted, and libxdp may mount it or not");
}

/* ---- bind -------------------------------------------------------------------- */

/*
 * virtio_net maps a header that lies in its own data. As a module it has memory that an arm64
 * kernel with KASLR cannot map for a device; whether it has that at all cannot be read.
 */
static bool header_is_mapped(void)
{
#ifdef __aarch64__
	char line[4096] = "";
	int fd;

	if (access("/sys/module/virtio_net/coresize", F_OK)) /* only modules have it */
		return true;
	fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, line, sizeof(line) - 1) < 0)
		line[0] = '\0';
	close(fd);
	return strstr(line, "nokaslr");
#else
	return true;
#endif
}

static struct foresight zero_copy_virtio(const struct nic *nic)
{
	if (!nic->virtio_known)
		return unknown("the features of the virtio device cannot be read");
	if (nic_has_big_packets(nic))
		return sure(-ENOENT);
	if (!nic_virtio_has(nic, VIRTIO_BIT_ACCESS_PLATFORM))
		return sure(-EINVAL);
	if (!nic_virtio_has(nic, VIRTIO_BIT_RING_RESET))
		return sure(-ENOENT);
	if (!header_is_mapped())
		return unknown("whether the kernel can map the module virtio_net for the device "
			       "cannot be read: on arm64 with KASLR it cannot");
	return sure(0);
}

static struct foresight foresee_zero_copy(const struct nic *nic)
{
	const struct driver_facts *driver = driver_facts(nic->driver);
	int has = has_feature(nic, NIC_XDP_ZEROCOPY, driver->zero_copy);

	if (!has)
		return sure(-EOPNOTSUPP);
	if (has < 0)
		return unknown("whether the driver has zero-copy cannot be read: the kernel is "
			       "older than 6.3, or netlink is not available");
	if (nic->is_virtio)
		return zero_copy_virtio(nic);
	return driver->foreseen ? sure(0)
				: unknown("the driver has zero-copy, but on which settings it "
					  "refuses it is not known");
}

struct foresight foresee_bind(const struct nic *nic, uint32_t queue, bool zero_copy)
{
	int used = queue_is_used(nic, queue);
	struct foresight f = zero_copy ? foresee_zero_copy(nic) : sure(0);

	if (used > 0)
		return sure(-EBUSY);
	if (!f.code && !f.unknown && used < 0)
		return unknown(
			"whether the queue has an AF_XDP socket cannot be read: the kernel "
			"is older than 6.15 and lacks xsk_diag, or netlink is not available");
	return f;
}
