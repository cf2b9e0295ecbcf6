/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nic.c - reads the facts of the loopback interface, which every network namespace has,
 * with too few descriptors, too, and tries names that no interface has.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "nic/faults.h"
#include "nic/nic.h"

#define SIXTEEN "0123456789abcdef"
/* 128 characters: one more than an alternative name may have. */
#define TOO_LONG SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN

Test(nic, reads_the_loopback_interface)
{
	static const uint8_t no_mac[6];
	struct nic nic;

	cr_assert_eq(nic_read(&nic, "lo"), 0);
	cr_expect_str_eq(nic.ifname, "lo");
	cr_expect_eq(nic.ifindex, if_nametoindex("lo"));
	cr_expect_gt(nic.mtu, 0);
	cr_expect_eq(memcmp(nic.mac, no_mac, sizeof(no_mac)), 0);
	cr_expect_eq(nic.numa_node, -1);
	cr_expect_eq(nic.rx_queues, 1);
	cr_expect_eq(nic.tx_queues, 1);
	cr_expect_eq(nic_usable_queues(&nic), 1);
	cr_expect_not(nic.is_virtio);
	cr_expect_eq(nic.virtio_features, 0);
	cr_expect_not(nic.napi_tx_off);
	cr_expect_eq(nic.native_prog_id, 0);
	if (nic.xdp_features_known)
		cr_expect_eq(nic.xdp_features & NIC_XDP_ZEROCOPY, 0);
}

Test(nic, reads_the_kernels_version)
{
	struct utsname name;
	struct nic nic;
	char start[32];

	cr_assert_eq(uname(&name), 0);
	cr_assert_eq(nic_read(&nic, "lo"), 0);
	cr_expect_str_eq(nic.kernel_release, name.release);
	snprintf(start, sizeof(start), "%u.%u", nic.kernel_major, nic.kernel_minor);
	cr_expect_eq(strncmp(name.release, start, strlen(start)), 0);
	cr_expect(nic_kernel_at_least(&nic, nic.kernel_major, nic.kernel_minor));
	cr_expect(nic_kernel_at_least(&nic, nic.kernel_major - 1, 99));
	cr_expect_not(nic_kernel_at_least(&nic, nic.kernel_major, nic.kernel_minor + 1));
	cr_expect_not(nic_kernel_at_least(&nic, nic.kernel_major + 1, 0));
}

Test(nic, a_missing_interface_is_reported)
{
	struct nic nic;

	cr_assert_eq(nic_read(&nic, "zcxsk-none"), -ENODEV);
	/* The longest possible name. */
	cr_assert_eq(nic_read(&nic, "zcxsk-none-1234"), -ENODEV);
	/* Only an alternative name can be that long. */
	cr_assert_eq(nic_read(&nic, "zcxsk-none-12345"), -ENODEV);
	cr_assert_eq(nic_read_index(&nic, INT32_MAX), -ENODEV);
}

Test(nic, refuses_invalid_names)
{
	static const char *const names[] = {
		"", TOO_LONG, "../lo", "lo/", "/", ".", "..", "lo:1", "l o", "lo\n",
	};
	struct nic nic;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cr_expect_eq(nic_read(&nic, names[i]), -EINVAL, "'%s'", names[i]);
	cr_expect_eq(nic_read(&nic, NULL), -EINVAL);
}

/* Lets the process open n more descriptors. */
static void leave_descriptors(unsigned n)
{
	struct rlimit limit;
	int lowest;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	lowest = dup(STDIN_FILENO);
	cr_assert_geq(lowest, 0);
	close(lowest);
	limit.rlim_cur = (rlim_t)lowest + n;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

Test(nic, facts_are_complete_or_the_lack_of_descriptors_is_reported)
{
	struct nic all, nic;

	cr_assert_eq(nic_read(&all, "lo"), 0);
	leave_descriptors(0);
	cr_expect_eq(nic_read(&nic, "lo"), -EMFILE);
	cr_expect_eq(nic_recount(&all), -EMFILE);
	leave_descriptors(1);
	cr_expect_eq(nic_read(&nic, "lo"), -EMFILE);
	cr_expect_eq(nic_recount(&all), -EMFILE);
	leave_descriptors(2);
	cr_expect_eq(nic_read(&nic, "lo"), 0);
	cr_expect_eq(memcmp(&nic, &all, sizeof(nic)), 0);
	cr_expect_eq(nic_recount(&all), 0);
}

Test(nic, usable_queues_are_those_with_rx_and_tx)
{
	struct nic nic = {.rx_queues = 4, .tx_queues = 2};

	cr_expect_eq(nic_usable_queues(&nic), 2);
	nic.tx_queues = 8;
	cr_expect_eq(nic_usable_queues(&nic), 4);
}

static uint32_t mtu_limit(uint32_t frame_size, uint32_t headroom)
{
	static const struct nic nic = {.driver = "virtio_net"};

	cr_expect_eq(nic_mtu_limit(&nic, true, frame_size, headroom),
		     nic_mtu_limit(&nic, false, frame_size, headroom));
	return nic_mtu_limit(&nic, true, frame_size, headroom);
}

Test(nic, mtu_limit_matches_the_kernels)
{
	cr_expect_eq(mtu_limit(2048, 0), 1766);
	cr_expect_eq(mtu_limit(4096, 0), 3814);
	/* Headroom is rounded up to units of 128 bytes. */
	cr_expect_eq(mtu_limit(2048, 1), 1638);
	cr_expect_eq(mtu_limit(2048, 128), 1638);
	cr_expect_eq(mtu_limit(2048, 129), 1510);
}

/* Only in zero copy does the device itself receive into frames. */
Test(nic, mtu_limit_of_a_driver_with_large_units)
{
	static const struct nic nic = {.driver = "igb"};

	cr_expect_eq(nic_mtu_limit(&nic, true, 2048, 0), 1024 - 26);
	cr_expect_eq(nic_mtu_limit(&nic, true, 4096, 0), 3072 - 26);
	cr_expect_eq(nic_mtu_limit(&nic, true, 4096, 769), 2048 - 26);
	cr_expect_eq(nic_mtu_limit(&nic, false, 2048, 0), 1766);
}

Test(nic, mtu_limit_is_zero_without_room)
{
	cr_expect_eq(mtu_limit(0, 0), 0);
	cr_expect_eq(mtu_limit(255, 0), 0);
	cr_expect_eq(mtu_limit(256, 0), 0);
	cr_expect_eq(mtu_limit(2048, 1792), 0);
	cr_expect_eq(mtu_limit(2048, 1793), 0);
	cr_expect_eq(mtu_limit(2048, UINT32_MAX), 0);
}

/* ---- known faults ---------------------------------------------------------- */

static struct nic virtio_on(unsigned major, unsigned minor, unsigned patch)
{
	return (struct nic){.driver = "virtio_net",
			    .kernel_major = major,
			    .kernel_minor = minor,
			    .kernel_patch = patch};
}

Test(nic, versions_with_a_known_fault)
{
	struct nic nic = virtio_on(6, 17, 13);

	cr_expect(nic_zero_copy_fault(&nic));
	nic.fault_is_mended = true;
	cr_expect_not(nic_zero_copy_fault(&nic));
	nic = virtio_on(6, 18, 5);
	cr_expect(nic_zero_copy_fault(&nic));
	nic = virtio_on(6, 18, 9);
	cr_expect_not(nic_zero_copy_fault(&nic));
	nic = virtio_on(7, 0, 0);
	cr_expect_not(nic_zero_copy_fault(&nic));
	nic = virtio_on(6, 12, 95);
	cr_expect_not(nic_zero_copy_fault(&nic));
	nic.xdp_features_known = true;
	nic.xdp_features = NIC_XDP_ZEROCOPY;
	cr_expect(nic_zero_copy_fault(&nic), "a backport");
	snprintf(nic.driver, sizeof(nic.driver), "igb");
	cr_expect_not(nic_zero_copy_fault(&nic));
}

static bool is_absent(const char *symbols)
{
	char path[] = "/tmp/zcxsk-symbols.XXXXXX";
	int fd = mkstemp(path);
	bool absent;

	cr_assert_eq(write(fd, symbols, strlen(symbols)), (ssize_t)strlen(symbols));
	absent = faults_symbol_is_absent(path, "refill_work");
	close(fd);
	unlink(path);
	return absent;
}

Test(nic, the_function_of_a_fault)
{
	cr_expect(is_absent("0 T start\n0 t virtnet_poll\t[virtio_net]\n"));
	cr_expect(is_absent("0 t page_refill_work\t[other]\n0 t refill_worker\n"));
	cr_expect_not(is_absent("0 T start\n0 t refill_work\t[virtio_net]\n"));
	cr_expect_not(is_absent("0 t refill_work\n0 T end\n"));
	cr_expect_not(is_absent("0 t refill_work.cold\n"));
	cr_expect_not(is_absent(""), "an empty list tells nothing");
	cr_expect_not(faults_symbol_is_absent("/nowhere", "refill_work"));
}
