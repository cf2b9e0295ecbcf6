/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain.c - for each step, errno and set of facts: the words that the cause and the
 * remedy must contain, and those they must not.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "explain/words.h"

#define BIT(n) (UINT64_C(1) << (n))

/* The features that a virtio device negotiates in a zero-copy capable guest. */
#define VIRTIO_GOOD                                                                                \
	(BIT(VIRTIO_BIT_GUEST_CSUM) | BIT(VIRTIO_BIT_CTRL_GUEST_OFFLOADS) |                        \
	 BIT(VIRTIO_BIT_GUEST_TSO4) | BIT(VIRTIO_BIT_GUEST_TSO6) | BIT(VIRTIO_BIT_MRG_RXBUF) |     \
	 BIT(VIRTIO_BIT_CTRL_VQ) | BIT(VIRTIO_BIT_INDIRECT_DESC) | BIT(VIRTIO_BIT_VERSION_1) |     \
	 BIT(VIRTIO_BIT_ACCESS_PLATFORM) | BIT(VIRTIO_BIT_RING_RESET))
#define WITHOUT(n) (VIRTIO_GOOD & ~BIT(n))

#define WORDS_MAX 5

/* The facts that differ from a healthy device, and the words that the error must contain. */
struct row {
	const char *name;
	enum step step;
	int code;
	const char *driver; /* NULL = virtio_net */
	uint64_t virtio_features;
	unsigned kernel_minor; /* of 6; 0 = 18 */
	uint64_t xdp_features; /* 0 = basic, redirect, zero-copy; 1<<63 = unknown */
	enum zcxsk_mode mode;  /* 0 = zero-copy */
	uint32_t mtu;	       /* 0 = 1500 */
	uint32_t queue;
	uint32_t native_prog_id;
	uint32_t generic_prog_id;
	bool napi_tx_off;
	bool no_carrier;
	const char *cause[WORDS_MAX];
	const char *not_in_cause;
	const char *remedy[WORDS_MAX];
};

#define FEATURES_UNKNOWN BIT(63)

static struct nic nic_of(const struct row *row)
{
	struct nic nic = {.ifname = "eth7", .ifindex = 7, .up = true, .numa_node = -1};

	snprintf(nic.driver, sizeof(nic.driver), "%s", row->driver ? row->driver : "virtio_net");
	nic.is_virtio = !row->driver;
	nic.virtio_features = row->virtio_features;
	nic.virtio_known = row->virtio_features != 0;
	nic.mtu = row->mtu ? row->mtu : 1500;
	nic.carrier = !row->no_carrier;
	nic.rx_queues = 2;
	nic.tx_queues = 2;
	nic.rx_queues_max = 8;
	nic.tx_queues_max = 8;
	nic.napi_tx_off = row->napi_tx_off;
	nic.xdp_features_known = row->xdp_features != FEATURES_UNKNOWN;
	nic.xdp_features = row->xdp_features ? row->xdp_features
					     : NIC_XDP_BASIC | NIC_XDP_REDIRECT | NIC_XDP_ZEROCOPY;
	nic.native_prog_id = row->native_prog_id;
	nic.generic_prog_id = row->generic_prog_id;
	nic.kernel_major = 6;
	nic.kernel_minor = row->kernel_minor ? row->kernel_minor : 18;
	snprintf(nic.kernel_release, sizeof(nic.kernel_release), "6.%u.95-test", nic.kernel_minor);
	return nic;
}

static struct explain_facts facts_of(const struct row *row, const struct nic *nic)
{
	return (struct explain_facts){
		.nic = nic,
		.mode = row->mode ? row->mode : ZCXSK_MODE_ZERO_COPY,
		.queue = row->queue,
		.usable_queues = 2,
		.frame_size = 2048,
		.umem_bytes = 16 << 20,
		.ring_size = 3000,
		.ring = "TX",
	};
}

static void expect_words(const char *row, const char *what, const char *text,
			 const char *const *words)
{
	for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
		cr_expect(strstr(text, words[i]), "%s: the %s lacks '%s': %s", row, what, words[i],
			  text);
}

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		struct nic nic = nic_of(row);
		struct explain_facts facts = facts_of(row, &nic);
		struct zcxsk_error error;

		memset(&error, 0xff, sizeof(error));
		cr_expect_eq(explain(&error, row->step, row->code, &facts), row->code);
		cr_expect_eq(error.code, row->code, "%s", row->name);
		cr_expect_eq(error.reserved, 0, "%s", row->name);
		expect_words(row->name, "cause", error.cause, row->cause);
		expect_words(row->name, "remedy", error.remedy, row->remedy);
		if (row->not_in_cause)
			cr_expect_not(strstr(error.cause, row->not_in_cause), "%s: %s", row->name,
				      error.cause);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

Test(explain, zero_copy_bind_on_virtio_names_the_missing_feature)
{
	static const struct row rows[] = {
		{.name = "kernel too old",
		 .step = STEP_BIND,
		 .code = -EOPNOTSUPP,
		 .virtio_features = VIRTIO_GOOD,
		 .kernel_minor = 12,
		 .cause = {"6.12.95-test", "6.13"},
		 .remedy = {"6.13", "native-copy"}},
		{.name = "no memory, or none that the device can address",
		 .step = STEP_BIND,
		 .code = -ENOMEM,
		 .virtio_features = VIRTIO_GOOD,
		 .cause = {"eth7", "KASLR", "virtqueue_map_single_attrs"},
		 .remedy = {"nokaslr", "dmesg", "native-copy"}},
		{.name = "bit 33",
		 .step = STEP_BIND,
		 .code = -EINVAL,
		 .virtio_features = WITHOUT(VIRTIO_BIT_ACCESS_PLATFORM),
		 .cause = {"eth7", "ACCESS_PLATFORM", "bit 33"},
		 .not_in_cause = "most likely",
		 .remedy = {"iommu_platform=on,disable-legacy=on", "virtio-net-pci"}},
		{.name = "features unknown, EINVAL",
		 .step = STEP_BIND,
		 .code = -EINVAL,
		 .cause = {"most likely", "ACCESS_PLATFORM"},
		 .remedy = {"iommu_platform=on"}},
		{.name = "bit 40",
		 .step = STEP_BIND,
		 .code = -ENOENT,
		 .virtio_features = WITHOUT(VIRTIO_BIT_RING_RESET),
		 .cause = {"RING_RESET", "bit 40"},
		 .not_in_cause = "MRG_RXBUF",
		 .remedy = {"virtio-net-pci,queue_reset=on"}},
		{.name = "bit 15",
		 .step = STEP_BIND,
		 .code = -ENOENT,
		 .virtio_features = WITHOUT(VIRTIO_BIT_MRG_RXBUF),
		 .cause = {"big buffers", "MRG_RXBUF", "bit 15"},
		 .not_in_cause = "RING_RESET",
		 .remedy = {"mrg_rxbuf=on",
			    "guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off"}},
		{.name = "bits 15 and 40",
		 .step = STEP_BIND,
		 .code = -ENOENT,
		 .virtio_features = WITHOUT(VIRTIO_BIT_MRG_RXBUF) & ~BIT(VIRTIO_BIT_RING_RESET),
		 .cause = {"MRG_RXBUF", "RING_RESET"},
		 .remedy = {"mrg_rxbuf=on", "queue_reset=on"}},
		{.name = "bits 33 and 40, EINVAL",
		 .step = STEP_BIND,
		 .code = -EINVAL,
		 .virtio_features =
			 WITHOUT(VIRTIO_BIT_ACCESS_PLATFORM) & ~BIT(VIRTIO_BIT_RING_RESET),
		 .cause = {"ACCESS_PLATFORM", "RING_RESET"},
		 .remedy = {"iommu_platform=on", "queue_reset=on"}},
		{.name = "bits 33 and 40, ENOENT",
		 .step = STEP_BIND,
		 .code = -ENOENT,
		 .virtio_features =
			 WITHOUT(VIRTIO_BIT_ACCESS_PLATFORM) & ~BIT(VIRTIO_BIT_RING_RESET),
		 .cause = {"RING_RESET", "ACCESS_PLATFORM"},
		 .remedy = {"queue_reset=on", "iommu_platform=on"}},
		{.name = "no queue reset in the transport",
		 .step = STEP_BIND,
		 .code = -ENOENT,
		 .virtio_features = VIRTIO_GOOD,
		 .cause = {"most likely", "virtio-mmio"},
		 .not_in_cause = "MRG_RXBUF"},
		{.name = "features unknown, ENOENT",
		 .step = STEP_BIND,
		 .code = -ENOENT,
		 .cause = {"most likely", "RING_RESET", "MRG_RXBUF"},
		 .remedy = {"queue_reset=on", "mrg_rxbuf=on"}},
	};

	CHECK(rows);
}

/* Each offload alone leads to big buffers, except the USO bits, which are needed both. */
Test(explain, every_offload_that_needs_big_buffers_is_named)
{
	static const struct {
		uint64_t bits;
		uint32_t mtu;
		bool big;
	} cases[] = {
		{0, 1500, false},
		{BIT(VIRTIO_BIT_GUEST_CSUM), 1500, false},
		{BIT(VIRTIO_BIT_GUEST_TSO4), 1500, true},
		{BIT(VIRTIO_BIT_GUEST_TSO6), 1500, true},
		{BIT(VIRTIO_BIT_GUEST_ECN), 1500, true},
		{BIT(VIRTIO_BIT_GUEST_UFO), 1500, true},
		{BIT(VIRTIO_BIT_GUEST_USO4), 1500, false},
		{BIT(VIRTIO_BIT_GUEST_USO6), 1500, false},
		{BIT(VIRTIO_BIT_GUEST_USO4) | BIT(VIRTIO_BIT_GUEST_USO6), 1500, true},
		{BIT(VIRTIO_BIT_MTU), 1500, false},
		{BIT(VIRTIO_BIT_MTU), 1501, true},
		{BIT(VIRTIO_BIT_MTU), 0, true}, /* unknown */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nic nic = {.ifname = "eth7", .driver = "virtio_net", .is_virtio = true};
		struct explain_facts facts = {.nic = &nic, .mode = ZCXSK_MODE_ZERO_COPY};
		struct zcxsk_error error;

		/* Lowered since the driver has found the device. */
		nic.mtu = 1500;
		nic.max_mtu = cases[i].mtu;
		nic.virtio_known = true;
		nic.virtio_features =
			cases[i].bits | BIT(VIRTIO_BIT_VERSION_1) | BIT(VIRTIO_BIT_RING_RESET);
		explain(&error, STEP_BIND, -ENOENT, &facts);
		cr_expect_eq(strstr(error.cause, "big buffers") != NULL, cases[i].big,
			     "case %zu: %s", i, error.cause);
	}
}

Test(explain, bind_names_values_and_limits)
{
	static const struct row rows[] = {
		{.name = "queue",
		 .step = STEP_BIND,
		 .code = -EINVAL,
		 .driver = "ice",
		 .queue = 5,
		 .cause = {"eth7", "queue 5", "has 2"},
		 .remedy = {"0 to 1", "ethtool -L eth7 combined 6"}},
		{.name = "queue that the card cannot have",
		 .step = STEP_BIND,
		 .code = -EINVAL,
		 .driver = "ice",
		 .queue = 8,
		 .remedy = {"from 0 to 1."}},
		{.name = "queue before features",
		 .step = STEP_BIND,
		 .code = -EINVAL,
		 .queue = 2,
		 .virtio_features = WITHOUT(VIRTIO_BIT_ACCESS_PLATFORM),
		 .cause = {"queue 2"},
		 .not_in_cause = "ACCESS_PLATFORM"},
		{.name = "MTU",
		 .step = STEP_BIND,
		 .code = -EINVAL,
		 .driver = "ice",
		 .mtu = 1767,
		 .cause = {"1767", "1766", "2048"},
		 .remedy = {"ip link set dev eth7 mtu 1766", "4096"}},
		{.name = "small enough MTU",
		 .step = STEP_BIND,
		 .code = -EINVAL,
		 .driver = "ice",
		 .mtu = 1766,
		 .cause = {"most likely", "ice"},
		 .not_in_cause = "1766"},
		{.name = "MTU in a copy mode",
		 .step = STEP_BIND,
		 .code = -EINVAL,
		 .driver = "ice",
		 .mtu = 9000,
		 .mode = ZCXSK_MODE_NATIVE_COPY,
		 .cause = {"native-copy"},
		 .not_in_cause = "9000"},
		{.name = "MTU and bit 33",
		 .step = STEP_BIND,
		 .code = -EINVAL,
		 .mtu = 9000,
		 .virtio_features = WITHOUT(VIRTIO_BIT_ACCESS_PLATFORM),
		 .cause = {"9000", "Besides", "bit 33"},
		 .remedy = {"mtu 1766", "iommu_platform=on"}},
		{.name = "busy",
		 .step = STEP_BIND,
		 .code = -EBUSY,
		 .queue = 1,
		 .cause = {"queue 1 of eth7", "another process", "released"},
		 .remedy = {"ss --xdp"}},
		{.name = "gone",
		 .step = STEP_BIND,
		 .code = -ENODEV,
		 .cause = {"network namespace"}},
		{.name = "down",
		 .step = STEP_BIND,
		 .code = -ENETDOWN,
		 .driver = "i40e",
		 .cause = {"eth7 is down"},
		 .remedy = {"ip link set dev eth7 up"}},
	};

	CHECK(rows);
}

Test(explain, drivers_without_zero_copy_are_distinguished)
{
	static const struct row rows[] = {
		{.name = "veth",
		 .step = STEP_BIND,
		 .code = -EOPNOTSUPP,
		 .driver = "veth",
		 .xdp_features = NIC_XDP_BASIC | NIC_XDP_REDIRECT,
		 .cause = {"the driver veth of eth7 has no zero-copy"},
		 .remedy = {"native-copy"}},
		{.name = "no feature bit",
		 .step = STEP_BIND,
		 .code = -EOPNOTSUPP,
		 .driver = "tg3",
		 .xdp_features = NIC_XDP_BASIC,
		 .cause = {"tg3", "xsk-zerocopy"},
		 .not_in_cause = "most likely"},
		{.name = "features unknown",
		 .step = STEP_BIND,
		 .code = -EOPNOTSUPP,
		 .driver = "tg3",
		 .xdp_features = FEATURES_UNKNOWN,
		 .cause = {"most likely", "tg3", "6.18.95-test"}},
		{.name = "offered and refused",
		 .step = STEP_BIND,
		 .code = -EOPNOTSUPP,
		 .driver = "ice",
		 .cause = {"ice", "present settings"}},
	};

	CHECK(rows);
}

Test(explain, native_attach_on_virtio_names_the_missing_feature)
{
	static const struct row rows[] = {
		{.name = "bit 2",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EOPNOTSUPP,
		 .virtio_features = WITHOUT(VIRTIO_BIT_CTRL_GUEST_OFFLOADS),
		 .cause = {"CTRL_GUEST_OFFLOADS", "bit 2"},
		 .remedy = {"ctrl_guest_offloads=on", "guest_csum=off"}},
		{.name = "bit 2 is offered",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EOPNOTSUPP,
		 .virtio_features = VIRTIO_GOOD,
		 .cause = {"most likely"},
		 .not_in_cause = "CTRL_GUEST_OFFLOADS"},
		{.name = "bit 2, nothing to switch off",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EOPNOTSUPP,
		 .virtio_features = BIT(VIRTIO_BIT_VERSION_1),
		 .cause = {"virtio_net"},
		 .not_in_cause = "CTRL_GUEST_OFFLOADS"},
		{.name = "MTU",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EINVAL,
		 .mtu = 3487,
		 .virtio_features = VIRTIO_GOOD,
		 .cause = {"3487", "3486"},
		 .remedy = {"mtu 3486", "generic-copy"}},
		{.name = "largest MTU",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EINVAL,
		 .mtu = 3486,
		 .virtio_features = VIRTIO_GOOD,
		 .cause = {"most likely"},
		 .not_in_cause = "3486"},
		{.name = "bit 32",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EINVAL,
		 .virtio_features = WITHOUT(VIRTIO_BIT_VERSION_1),
		 .cause = {"VERSION_1"},
		 .remedy = {"disable-legacy=on"}},
		{.name = "bit 17",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EINVAL,
		 .virtio_features = WITHOUT(VIRTIO_BIT_CTRL_VQ),
		 .cause = {"control queue", "bit 17"},
		 .remedy = {"ctrl_vq=on"}},
	};

	CHECK(rows);
}

Test(explain, attach_names_the_conflicting_program)
{
	static const struct row rows[] = {
		{.name = "native program",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EBUSY,
		 .native_prog_id = 4000000041u, /* above the IDs of the kernel */
		 .cause = {"id 4000000041", "native", "eth7", "left alone"},
		 .remedy = {"bpftool prog show id 4000000041", "ip link set dev eth7 xdp off"}},
		{.name = "generic program",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EEXIST,
		 .generic_prog_id = 4000000042u,
		 .cause = {"id 4000000042", "generic"},
		 .remedy = {"ip link set dev eth7 xdpgeneric off"}},
		{.name = "nobody seen",
		 .step = STEP_ATTACH_GENERIC,
		 .code = -EBUSY,
		 .cause = {"most likely"},
		 .remedy = {"bpftool net show dev eth7"}},
		{.name = "not a dispatcher",
		 .step = STEP_ATTACH_DISPATCHER,
		 .code = -EBUSY,
		 .native_prog_id = 4000000043u,
		 .cause = {"id 4000000043"},
		 .remedy = {"libxdp"}},
		{.name = "no bpffs",
		 .step = STEP_ATTACH_DISPATCHER,
		 .code = -ENOENT,
		 .cause = {"BPF file system"},
		 .remedy = {"mount -t bpf bpf /sys/fs/bpf"}},
		{.name = "gone",
		 .step = STEP_ATTACH_GENERIC,
		 .code = -ENODEV,
		 .cause = {"removed"}},
	};

	CHECK(rows);
}

Test(explain, native_attach_on_other_drivers)
{
	static const struct row rows[] = {
		{.name = "no native XDP",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EOPNOTSUPP,
		 .driver = "r8169",
		 .xdp_features = NIC_XDP_REDIRECT,
		 .cause = {"r8169", "no native XDP"},
		 .not_in_cause = "most likely",
		 .remedy = {"generic-copy"}},
		{.name = "features unknown",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EOPNOTSUPP,
		 .driver = "r8169",
		 .xdp_features = FEATURES_UNKNOWN,
		 .cause = {"most likely", "r8169"}},
		{.name = "veth without peer",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -ENOTCONN,
		 .driver = "veth",
		 .cause = {"no peer"},
		 .remedy = {"ip link add"}},
		{.name = "veth, peer's MTU",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -ERANGE,
		 .driver = "veth",
		 .cause = {"MTU of the peer"},
		 .remedy = {"mtu 1500"}},
		{.name = "veth, queues",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -ENOSPC,
		 .driver = "veth",
		 .cause = {"RX queues (2)"},
		 .remedy = {"ethtool -L eth7 rx 8", "PEER tx 2"}},
		{.name = "ena",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EINVAL,
		 .driver = "ena",
		 .mtu = 9001,
		 .cause = {"3498", "9001", "half"},
		 .remedy = {"ethtool -L"}},
		{.name = "other",
		 .step = STEP_ATTACH_NATIVE,
		 .code = -EINVAL,
		 .driver = "bnxt_en",
		 .mtu = 9000,
		 .cause = {"most likely", "bnxt_en", "9000"}},
	};

	CHECK(rows);
}

Test(explain, rings_map_self_test_and_link)
{
	static const struct row rows[] = {
		{.name = "ring size",
		 .step = STEP_RING,
		 .code = -EINVAL,
		 .cause = {"3000", "power of two"}},
		{.name = "ring memory", .step = STEP_RING, .code = -ENOMEM, .cause = {"3000"}},
		{.name = "map of a ring",
		 .step = STEP_MMAP,
		 .code = -EBUSY,
		 .cause = {"device is gone"}},
		{.name = "no AF_XDP",
		 .step = STEP_SOCKET,
		 .code = -EAFNOSUPPORT,
		 .cause = {"AF_XDP sockets", "seccomp"},
		 .remedy = {"RestrictAddressFamilies=AF_XDP"}},
		{.name = "files", .step = STEP_SOCKET, .code = -EMFILE, .remedy = {"ulimit -n"}},
		{.name = "place taken",
		 .step = STEP_XSKMAP,
		 .code = -EEXIST,
		 .queue = 1,
		 .cause = {"queue 1 of eth7"}},
		{.name = "no place",
		 .step = STEP_XSKMAP,
		 .code = -E2BIG,
		 .queue = 9,
		 .cause = {"queue 9", "has 2"}},
		{.name = "no RX ring",
		 .step = STEP_XSKMAP,
		 .code = -ENOBUFS,
		 .cause = {"no RX ring"}},
		{.name = "raw XDP queue",
		 .step = STEP_SELF_TEST,
		 .code = -EIO,
		 .queue = 2,
		 .napi_tx_off = true,
		 .cause = {"queue 2", "2 queues", "adds for XDP"},
		 .remedy = {"0 to 1"}},
		{.name = "napi_tx",
		 .step = STEP_SELF_TEST,
		 .code = -EIO,
		 .napi_tx_off = true,
		 .cause = {"napi_tx=0"},
		 .remedy = {"napi_tx=1"}},
		{.name = "dead virtio queue",
		 .step = STEP_SELF_TEST,
		 .code = -EIO,
		 .cause = {"most likely"},
		 .remedy = {"tx-frames"}},
		{.name = "dead queue",
		 .step = STEP_SELF_TEST,
		 .code = -EIO,
		 .driver = "ixgbe",
		 .cause = {"most likely", "ixgbe"}},
		{.name = "down",
		 .step = STEP_SELF_TEST,
		 .code = -ENETDOWN,
		 .remedy = {"ip link set dev eth7 up"}},
		{.name = "link lost",
		 .step = STEP_CARRIER,
		 .code = -ETIMEDOUT,
		 .cause = {"lost its link"},
		 .remedy = {"carrier_timeout_ns"}},
		{.name = "never a link",
		 .step = STEP_CARRIER,
		 .code = -ETIMEDOUT,
		 .no_carrier = true,
		 .cause = {"no link before"}},
	};

	CHECK(rows);
}

/* ---- causes that depend on the process ----------------------------------- */

/* Criterion runs each test in its own process, so nothing needs to be undone. */
static void keep_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	cr_assert_eq(syscall(SYS_capget, &header, data), 0);
	data[0].effective &= (uint32_t)keep;
	data[1].effective &= (uint32_t)(keep >> 32);
	cr_assert_eq(syscall(SYS_capset, &header, data), 0);
}

Test(explain, eperm_names_the_missing_capability)
{
	static const struct {
		enum step step;
		const char *name, *second;
	} steps[] = {
		{STEP_SOCKET, "CAP_NET_RAW", NULL},
		{STEP_BPF_LOAD, "CAP_BPF", "CAP_NET_ADMIN"},
		{STEP_ATTACH_NATIVE, "CAP_NET_ADMIN", NULL},
		{STEP_ATTACH_GENERIC, "CAP_NET_ADMIN", NULL},
		{STEP_ATTACH_DISPATCHER, "CAP_BPF", "CAP_NET_ADMIN"},
		{STEP_XSKMAP, "CAP_BPF", "CAP_NET_ADMIN"},
	};
	struct zcxsk_error error;

	keep_capabilities(0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const char *first;

		cr_assert_eq(explain(&error, steps[i].step, -EPERM, NULL), -EPERM);
		first = strstr(error.cause, steps[i].name);
		cr_expect(first, "step %zu: %s", i, error.cause);
		if (steps[i].second)
			cr_expect(strstr(error.cause, steps[i].second) > first, "step %zu: %s", i,
				  error.cause);
		cr_expect(strstr(error.remedy, "setcap"), "step %zu", i);
	}
}

Test(explain, eperm_with_the_capability_does_not_blame_it)
{
	struct zcxsk_error error;

	if (geteuid())
		cr_skip_test("needs a process with capabilities");
	explain(&error, STEP_SOCKET, -EPERM, NULL);
	cr_expect_not(strstr(error.cause, "lacks"), "%s", error.cause);
	cr_expect(strstr(error.cause, "most likely"), "%s", error.cause);
}

Test(explain, locked_memory_names_request_and_limit)
{
	struct rlimit limit = {.rlim_cur = 64 << 10, .rlim_max = 64 << 10};
	struct explain_facts facts = {.umem_bytes = 16 << 20};
	struct zcxsk_error error;

	cr_assert_eq(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	keep_capabilities(0);
	explain(&error, STEP_UMEM_REG, -ENOBUFS, &facts);
	cr_expect(strstr(error.cause, "16384 KiB"), "%s", error.cause);
	cr_expect(strstr(error.cause, "RLIMIT_MEMLOCK is 64 KiB"), "%s", error.cause);
	cr_expect(strstr(error.cause, "lacks CAP_IPC_LOCK"), "%s", error.cause);
	cr_expect(strstr(error.remedy, "ulimit -l"), "%s", error.remedy);
}

Test(explain, frames_that_are_in_use_or_too_small_are_not_proposed)
{
	static const struct {
		uint32_t mtu, frame_size, headroom;
		bool larger_frames, less_headroom;
	} cases[] = {
		{1767, 2048, 0, true, false},	 {3814, 2048, 0, true, false},
		{3815, 2048, 0, false, false},	 {9000, 4096, 0, false, false},
		{1600, 2048, 256, true, true},	 {3700, 4096, 256, false, true},
		{3815, 4096, 256, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nic nic = {.ifname = "eth7", .mtu = cases[i].mtu};
		struct explain_facts facts = {.nic = &nic,
					      .frame_size = cases[i].frame_size,
					      .headroom = cases[i].headroom};
		struct zcxsk_error error;

		cr_expect_eq(explain_mtu(&error, &facts), -EMSGSIZE);
		cr_expect(strstr(error.remedy, "`ip link set dev eth7 mtu "), "%s", error.remedy);
		cr_expect_eq(strstr(error.remedy, "4096") != NULL, cases[i].larger_frames,
			     "case %zu: %s", i, error.remedy);
		cr_expect_eq(strstr(error.remedy, "headroom") != NULL, cases[i].less_headroom,
			     "case %zu: %s", i, error.remedy);
	}
}

Test(explain, a_refused_program_blames_the_age_of_old_kernels_only)
{
	static const struct {
		unsigned major, minor;
		bool old, enough;
	} cases[] = {{5, 15, true, false},
		     {6, 0, true, false},
		     {6, 1, false, true},
		     {7, 0, false, true},
		     {0, 0, false, false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nic nic = {.kernel_major = cases[i].major,
				  .kernel_minor = cases[i].minor,
				  .kernel_release = "of-the-test"};
		struct explain_facts facts = {.nic = &nic};
		struct zcxsk_error error;

		explain(&error, STEP_BPF_LOAD, -EINVAL, &facts);
		cr_expect_eq(strstr(error.cause, "too old") != NULL, cases[i].old, "%s",
			     error.cause);
		cr_expect_eq(strstr(error.cause, "new enough") != NULL, cases[i].enough, "%s",
			     error.cause);
	}
}

Test(explain, headroom_error_names_the_largest_allowed_value)
{
	struct explain_facts facts = {.frame_size = 2048, .headroom = 1345};
	struct zcxsk_error error;

	explain(&error, STEP_UMEM_REG, -EINVAL, &facts);
	cr_expect(strstr(error.cause, "1345") && strstr(error.cause, "1344"), "%s", error.cause);
	facts.frame_size = 4096;
	facts.headroom = 3393;
	explain(&error, STEP_UMEM_REG, -EINVAL, &facts);
	cr_expect(strstr(error.cause, "3393") && strstr(error.cause, "3392"), "%s", error.cause);
	facts.headroom = 3392;
	explain(&error, STEP_UMEM_REG, -EINVAL, &facts);
	cr_expect_not(strstr(error.cause, "too large"), "%s", error.cause);
}

/* ---- properties of all texts --------------------------------------------- */

Test(explain, steps_name_their_variant)
{
	struct explain_facts facts = {.mode = ZCXSK_MODE_NATIVE_COPY, .ring = "fill"};
	struct zcxsk_error error;

	explain(&error, STEP_BIND, -EBUSY, &facts);
	cr_expect_str_eq(error.step, "bind native-copy");
	explain(&error, STEP_RING, -ENOMEM, &facts);
	cr_expect_str_eq(error.step, "create the fill ring");
	explain(&error, STEP_MMAP, -ENOMEM, &facts);
	cr_expect_str_eq(error.step, "map the fill ring");
	explain(&error, STEP_BIND, -EBUSY, NULL);
	cr_expect_str_eq(error.step, "bind");
}

Test(explain, unknown_errno_still_names_step_errno_and_interface)
{
	struct nic nic = {.ifname = "eth7", .driver = "ice", .kernel_release = "6.18.1"};
	struct explain_facts facts = {.nic = &nic};
	struct zcxsk_error error;

	for (enum step step = STEP_SOCKET; step <= STEP_CARRIER; step++) {
		cr_assert_eq(explain(&error, step, -EILSEQ, &facts), -EILSEQ);
		cr_expect_gt(strlen(error.step), 0, "step %d", (int)step);
		cr_expect(strstr(error.cause, "errno 84"), "step %d: %s", (int)step, error.cause);
		cr_expect(strstr(error.cause, "eth7") && strstr(error.cause, "ice") &&
				  strstr(error.cause, "6.18.1"),
			  "step %d: %s", (int)step, error.cause);
		cr_expect(strstr(error.remedy, "dmesg"), "step %d", (int)step);
	}
}

Test(explain, the_end_of_a_foreign_text_is_quoted_on_one_line)
{
	struct explain_facts facts = {.detail = "first\nthe last line\n"};
	struct zcxsk_error error;
	char big[2000];

	explain(&error, STEP_BPF_LOAD, -E2BIG, &facts);
	cr_expect(strstr(error.cause, "too large"), "%s", error.cause);
	cr_expect(strstr(error.cause, "details: first the last line"), "%s", error.cause);
	cr_expect_not(strchr(error.cause, '\n'));

	memset(big, 'x', sizeof(big));
	memcpy(big + sizeof(big) - 9, "the end\n", 9);
	facts.detail = big;
	explain(&error, STEP_BPF_LOAD, -E2BIG, &facts);
	cr_expect(strstr(error.cause, "xthe end"), "%s", error.cause);
	facts.detail = "";
	explain(&error, STEP_BPF_LOAD, -E2BIG, &facts);
	cr_expect_not(strstr(error.cause, "details"), "%s", error.cause);
}

/* Uses names of the maximum length, with which no text may be truncated. */
Test(explain, no_text_is_truncated_whatever_the_facts)
{
	static const char *const drivers[] = {"virtio_net", "veth", "ena",
					      "a_driver_with_the_longest_name_"};
	static const uint64_t features[] = {0, VIRTIO_GOOD, BIT(VIRTIO_BIT_GUEST_TSO4)};
	struct nic nic = {.ifname = "fifteen_letters",
			  .mtu = UINT32_MAX,
			  .rx_queues = UINT32_MAX,
			  .xdp_features_known = true,
			  .native_prog_id = UINT32_MAX};
	struct explain_facts facts = {.nic = &nic,
				      .mode = ZCXSK_MODE_ZERO_COPY,
				      .queue = UINT32_MAX - 1,
				      .frame_size = 2048,
				      .umem_bytes = UINT64_MAX,
				      .ring_size = UINT32_MAX,
				      .ring = "completion"};
	struct zcxsk_error error;
	char detail[1000] = "";

	memset(nic.kernel_release, 'k', sizeof(nic.kernel_release) - 1);
	memset(detail, 'd', sizeof(detail) - 1);
	facts.detail = detail;
	for (size_t d = 0; d < 4; d++) {
		snprintf(nic.driver, sizeof(nic.driver), "%s", drivers[d]);
		nic.is_virtio = d == 0;
		for (size_t v = 0; v < 3 * 2; v++) {
			nic.virtio_features = features[v / 2];
			nic.virtio_known = nic.virtio_features != 0;
			facts.usable_queues = v % 2 ? UINT32_MAX - 1 : 0;
			for (enum step step = STEP_SOCKET; step <= STEP_CARRIER; step++)
				for (int code = 1; code < 134; code++) {
					explain(&error, step, -code, &facts);
					cr_assert_lt(strlen(error.step), sizeof(error.step) - 1);
					cr_assert_lt(strlen(error.cause), sizeof(error.cause) - 1,
						     "step %d errno %d: %s", (int)step, code,
						     error.cause);
					cr_assert_lt(strlen(error.remedy), sizeof(error.remedy) - 1,
						     "step %d errno %d: %s", (int)step, code,
						     error.remedy);
				}
		}
	}
}

/* "cause (ERRNO). remedy" reads well only if the cause has no full stop. */
Test(explain, causes_end_without_a_full_stop_and_remedies_with_one)
{
	struct nic nic = {.ifname = "eth7", .driver = "virtio_net", .is_virtio = true};
	struct explain_facts facts = {.nic = &nic, .mode = ZCXSK_MODE_ZERO_COPY};
	struct zcxsk_error error;

	for (enum step step = STEP_SOCKET; step <= STEP_CARRIER; step++)
		for (int code = 1; code < 134; code++) {
			explain(&error, step, -code, &facts);
			cr_expect_neq(error.cause[strlen(error.cause) - 1], '.', "step %d errno %d",
				      (int)step, code);
			cr_expect_eq(error.remedy[strlen(error.remedy) - 1], '.',
				     "step %d errno %d: %s", (int)step, code, error.remedy);
		}
}

Test(explain, appending_stops_at_the_size)
{
	struct {
		struct zcxsk_error error;
		char behind[64];
	} box = {0};

	memset(box.behind, 'x', sizeof(box.behind));
	for (int i = 0; i < 100; i++) {
		say_cause(&box.error, "%s", "seven..");
		say_remedy(&box.error, "%s", "eleven.....");
	}
	cr_expect_eq(strlen(box.error.cause), sizeof(box.error.cause) - 1);
	cr_expect_eq(strlen(box.error.remedy), sizeof(box.error.remedy) - 1);
	for (size_t i = 0; i < sizeof(box.behind); i++)
		cr_assert_eq(box.behind[i], 'x', "byte %zu past the error", i);
}

Test(explain, null_error_is_accepted)
{
	cr_expect_eq(explain(NULL, STEP_BIND, -EBUSY, NULL), -EBUSY);
	cr_expect_eq(explain_text(NULL, "x", -EINVAL, NULL, "%d", 1), -EINVAL);
	explain_clear(NULL);
}

Test(explain, own_texts_are_filled_in_and_cut_to_size)
{
	struct zcxsk_error error;
	char big[1000];

	cr_expect_eq(
		explain_text(&error, "check the MTU", -EMSGSIZE, "Lower it.", "%d over %d", 9, 8),
		-EMSGSIZE);
	cr_expect_eq(error.code, -EMSGSIZE);
	cr_expect_str_eq(error.step, "check the MTU");
	cr_expect_str_eq(error.cause, "9 over 8");
	cr_expect_str_eq(error.remedy, "Lower it.");
	cr_expect_eq(explain_usage(&error, "check options", NULL, "wrong"), -EINVAL);
	cr_expect_str_eq(error.remedy, "");

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	explain_text(&error, big, -EINVAL, big, "%s", big);
	cr_expect_eq(strlen(error.step), sizeof(error.step) - 1);
	cr_expect_eq(strlen(error.cause), sizeof(error.cause) - 1);
	cr_expect_eq(strlen(error.remedy), sizeof(error.remedy) - 1);
}

Test(explain, clear_leaves_only_the_code_at_zero)
{
	struct zcxsk_error error;

	explain_text(&error, "step", -EINVAL, "remedy", "cause");
	explain_clear(&error);
	cr_expect_eq(error.code, 0);
	cr_expect_str_eq(error.cause, "cause");
}

Test(explain, an_interface_that_cannot_be_looked_up_is_not_called_missing)
{
	static const struct {
		int code;
		const char *cause;
	} cases[] = {
		{-ENODEV, "there is no interface named 'eth9'"},
		{-EINVAL, "'eth9' is not the name of an interface"},
		{-EPERM, "seccomp"},
		{-EAFNOSUPPORT, "seccomp"},
		{-EMFILE, "limit of open files"},
		{-ENFILE, "limit of open files"},
		{-ENOMEM, "cannot be read"},
	};
	struct zcxsk_error error;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect_eq(explain_lookup(&error, cases[i].code, "eth9"), cases[i].code);
		cr_expect(strstr(error.cause, cases[i].cause), "%d: %s", cases[i].code,
			  error.cause);
		cr_expect(error.remedy[0]);
		cr_expect_eq(!!strstr(error.cause, "no interface"), cases[i].code == -ENODEV);
	}
}

Test(explain, a_program_that_must_stay)
{
	struct zcxsk_error error = {0};

	explain_left(&error, -EDEADLK, "eth7");
	cr_expect(strstr(error.cause, "stays attached to eth7 until this process ends"));
	cr_expect(strstr(error.remedy, "`ip link set eth7 up`"));
}
