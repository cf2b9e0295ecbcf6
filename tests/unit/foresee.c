/* SPDX-License-Identifier: BSD-2-Clause */
/* foresee.c - what the kernel answers is foreseen from facts, and unknown facts stay unknown. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zcxsk/probe.h>

#include "nic/foresee.h"

#define BIT(name) (1ull << VIRTIO_BIT_##name)
/* As a current QEMU with iommu_platform=on offers them. */
#define WHOLE                                                                                      \
	(BIT(MRG_RXBUF) | BIT(CTRL_GUEST_OFFLOADS) | BIT(GUEST_CSUM) | BIT(VERSION_1) |            \
	 BIT(ANY_LAYOUT) | BIT(ACCESS_PLATFORM) | BIT(RING_RESET))

static struct nic card(const char *driver, unsigned major, unsigned minor)
{
	struct nic nic = {
		.ifname = "lo", .ifindex = 1, .kernel_major = major, .kernel_minor = minor};

	snprintf(nic.driver, sizeof(nic.driver), "%s", driver);
	nic.is_virtio = !strcmp(driver, "virtio_net");
	nic.virtio_known = nic.is_virtio;
	nic.virtio_features = WHOLE;
	return nic;
}

static void features(struct nic *nic, uint64_t bits)
{
	nic->xdp_features_known = true;
	nic->xdp_features = bits;
}

Test(foresee, versions_tell_where_the_kernel_does_not)
{
	static const struct {
		const char *driver;
		unsigned major, minor;
		int native, zero_copy;
	} rows[] = {
		{"virtio_net", 6, 1, 0, -EOPNOTSUPP},
		{"virtio_net", 6, 13, 0, 0},
		{"igb", 6, 13, 0, -EOPNOTSUPP},
		{"igb", 6, 14, 0, 0},
		{"e1000e", 6, 1, -EOPNOTSUPP, -EOPNOTSUPP},
		{"vmxnet3", 6, 1, -EOPNOTSUPP, -EOPNOTSUPP},
		{"tun", 6, 1, 0, -EOPNOTSUPP},
		{"dummy", 6, 18, -EOPNOTSUPP, -EOPNOTSUPP},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nic nic = card(rows[i].driver, rows[i].major, rows[i].minor);

		cr_expect_eq(foresee_native(&nic).code, rows[i].native, "%s", rows[i].driver);
		cr_expect_eq(foresee_bind(&nic, 0, true).code, rows[i].zero_copy, "%s",
			     rows[i].driver);
	}
}

Test(foresee, what_the_kernel_tells_counts_before_versions)
{
	struct nic nic = card("virtio_net", 6, 18);

	features(&nic, NIC_XDP_BASIC);
	cr_expect_eq(foresee_native(&nic).code, 0);
	cr_expect_eq(foresee_bind(&nic, 0, true).code, -EOPNOTSUPP);
	features(&nic, 0);
	cr_expect_eq(foresee_native(&nic).code, -EOPNOTSUPP);
	nic = card("e1000e", 7, 9);
	features(&nic, NIC_XDP_BASIC);
	cr_expect_eq(foresee_native(&nic).code, 0);
}

Test(foresee, devices_of_virtio)
{
	static const struct {
		uint64_t without, with;
		int native, zero_copy;
	} rows[] = {
		{0, 0, 0, 0},
		{BIT(ACCESS_PLATFORM), 0, 0, -EINVAL},
		{BIT(RING_RESET), 0, 0, -ENOENT},
		{BIT(RING_RESET) | BIT(ACCESS_PLATFORM), 0, 0, -EINVAL},
		{BIT(MRG_RXBUF), BIT(GUEST_TSO4), 0, -ENOENT},
		{BIT(CTRL_GUEST_OFFLOADS), 0, -EOPNOTSUPP, 0},
		{BIT(CTRL_GUEST_OFFLOADS) | BIT(GUEST_CSUM), 0, 0, 0},
		{BIT(VERSION_1), 0, 0, 0},
		{BIT(VERSION_1) | BIT(ANY_LAYOUT), 0, -EINVAL, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nic nic = card("virtio_net", 7, 3);

		nic.virtio_features = (WHOLE & ~rows[i].without) | rows[i].with;
		cr_expect_eq(foresee_native(&nic).code, rows[i].native, "row %zu", i);
		cr_expect_eq(foresee_bind(&nic, 0, true).code, rows[i].zero_copy, "row %zu", i);
	}
}

Test(foresee, unknown_is_neither_yes_nor_no)
{
	struct nic nic = card("virtio_net", 7, 3);

	nic.virtio_known = false;
	cr_expect(foresee_native(&nic).unknown);
	cr_expect(foresee_bind(&nic, 0, true).unknown);
	cr_expect_eq(foresee_bind(&nic, 0, false).code, 0);
	/* Of a driver that nobody here has examined, the kernel's word is not enough for a yes. */
	nic = card("mlx5_core", 7, 3);
	cr_expect(foresee_native(&nic).unknown);
	features(&nic, NIC_XDP_BASIC | NIC_XDP_ZEROCOPY);
	cr_expect(foresee_native(&nic).unknown);
	cr_expect(foresee_bind(&nic, 0, true).unknown);
	features(&nic, 0);
	cr_expect_eq(foresee_native(&nic).code, -EOPNOTSUPP);
	cr_expect_eq(foresee_bind(&nic, 0, true).code, -EOPNOTSUPP);
}

Test(foresee, bad_arguments)
{
	struct zcxsk_probe_result result;
	struct zcxsk_error error;

	zcxsk_probe_result_init(&result);
	cr_expect_eq(zcxsk_probe(NULL, "lo", 0, NULL, &error), -EINVAL);
	cr_expect_str_eq(error.remedy, "Pass a name and a struct for the result.");
	cr_expect_eq(zcxsk_probe(&result, NULL, 0, NULL, &error), -EINVAL);
	cr_expect_eq(zcxsk_probe(&result, "nosuch0", 0, NULL, &error), -ENODEV);
	result.size = 1;
	cr_expect_eq(zcxsk_probe(&result, "lo", 0, NULL, &error), -EINVAL);
	cr_expect_str_eq(error.remedy, "Call zcxsk_probe_result_init().");
}

Test(foresee, bad_options_are_a_verdict)
{
	struct zcxsk_probe_result result;
	struct zcxsk_socket_opts opts;
	struct zcxsk_error error;

	zcxsk_probe_result_init(&result);
	zcxsk_socket_opts_init(&opts);
	opts.rx_ring_size = 1;
	cr_assert_eq(zcxsk_probe(&result, "lo", 0, &opts, &error), 0);
	cr_expect_eq(result.verdict, ZCXSK_VERDICT_NO);
	cr_expect_eq(result.error.code, -EINVAL);
	cr_expect_eq(zcxsk_probe(&result, "lo", 70000, NULL, &error), 0);
	cr_expect_eq(result.error.code, -EINVAL);
	cr_expect_str_eq(zcxsk_verdict_name(result.verdict), "no");
	cr_expect_str_eq(zcxsk_verdict_name((enum zcxsk_verdict)99), "?");
}
