/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attach.c - the redirect on a real interface: attaching and detaching, counters, foreign
 * programs, invalid arguments, missing privileges, death of the process.
 */
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include <zcxsk/redirect.h>

#include "netns.h"
#include "redirect.skel.h"
#include "redirect/redirect.h"
#include "redirected.h"
#include "wire.h"

TestSuite(attach, .init = redirected_enter);

static int make_socket(void)
{
	int entries = 64;
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0, "AF_XDP socket: errno %d", errno);
	cr_assert_eq(setsockopt(fd, SOL_XDP, XDP_RX_RING, &entries, sizeof(entries)), 0);
	return fd;
}

static void expect_on_and_off(uint32_t modes, enum zcxsk_attach how)
{
	unsigned files = wire_count_files();
	struct zcxsk_redirect *redirect = redirected_attach(0, modes);
	uint32_t program = wire_program("near");

	cr_expect_eq(zcxsk_redirect_attached(redirect), how);
	cr_expect_eq(redirect_is_native(redirect), how == ZCXSK_ATTACH_NATIVE);
	cr_expect_eq(zcxsk_redirect_queues(redirect), 1);
	cr_expect_neq(program, 0);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
	cr_expect_eq(wire_program("near"), 0, "still attached");
	cr_expect_not(wire_program_lives(program), "the program outlives its redirect");
	cr_expect_eq(wire_count_files(), files, "files are left open");
}

Test(attach, native_attach_and_detach_leave_nothing)
{
	expect_on_and_off(ZCXSK_MODE_NATIVE_COPY, ZCXSK_ATTACH_NATIVE);
	expect_on_and_off(0, ZCXSK_ATTACH_NATIVE);
}

Test(attach, generic_attach_and_detach_leave_nothing)
{
	expect_on_and_off(ZCXSK_MODE_GENERIC_COPY, ZCXSK_ATTACH_GENERIC);
}

Test(attach, falls_back_to_generic_without_driver_support)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;

	if (netns_run("ip link add br0 type bridge"))
		cr_skip_test("this kernel has no bridges");
	zcxsk_redirect_opts_init(&opts);
	opts.modes = ZCXSK_MODE_ZERO_COPY | ZCXSK_MODE_NATIVE_COPY;
	redirected_refused("br0", &opts, -EOPNOTSUPP);
	cr_assert_eq(zcxsk_redirect_attach(&redirect, "br0", NULL, NULL), 0);
	cr_expect_eq(zcxsk_redirect_attached(redirect), ZCXSK_ATTACH_GENERIC);
	cr_assert_not_null(redirect_refusal(redirect),
			   "the reason for not being native is missing");
	cr_expect_eq(redirect_refusal(redirect)->code, -EOPNOTSUPP);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(attach, packets_without_a_socket_and_passed_packets_are_counted)
{
	struct zcxsk_redirect *redirect = redirected_attach(0, 0);
	struct zcxsk_redirect_stats stats;

	redirected_send_five();
	stats = redirected_stats(redirect);
	cr_expect_eq(stats.redirected, 0);
	cr_expect_eq(stats.matched_no_socket, 3, "matched_no_socket %lu", stats.matched_no_socket);
	cr_expect_eq(stats.passed, 2, "passed %lu", stats.passed);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(attach, redirected_packets_are_counted_with_a_socket)
{
	struct zcxsk_redirect *redirect = redirected_attach(0, 0);
	int fd = make_socket();
	int other = make_socket();

	cr_assert_eq(redirect_add(redirect, 0, fd), 0);
	cr_expect_eq(redirect_add(redirect, 0, other), -EEXIST);
	cr_expect_eq(redirect_add(redirect, 1, fd), -E2BIG);
	redirected_send_five();
	cr_expect_eq(redirected_stats(redirect).redirected, 3);
	cr_assert_eq(redirect_remove(redirect, 0), 0);
	redirected_send_five();
	cr_expect_eq(redirected_stats(redirect).redirected, 3);
	cr_expect_eq(redirected_stats(redirect).matched_no_socket, 3);
	cr_expect_eq(redirected_stats(redirect).passed, 4);
	close(fd);
	close(other);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(attach, reading_counters_checks_its_arguments)
{
	struct zcxsk_redirect *redirect = redirected_attach(0, 0);
	struct zcxsk_redirect_stats stats;

	zcxsk_redirect_stats_init(&stats);
	cr_expect_eq(zcxsk_redirect_read_stats(NULL, &stats), -EINVAL);
	cr_expect_eq(zcxsk_redirect_read_stats(redirect, NULL), -EINVAL);
	stats.size = sizeof(stats.size) - 1;
	cr_expect_eq(zcxsk_redirect_read_stats(redirect, &stats), -EINVAL);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(attach, cannot_be_detached_while_a_socket_uses_it)
{
	struct zcxsk_redirect *redirect = redirected_attach(0, 0);

	redirect_hold(redirect);
	cr_expect_eq(zcxsk_redirect_detach(redirect), -EBUSY);
	cr_expect_neq(wire_program("near"), 0, "detached in spite of the socket");
	redirect_drop(redirect);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
	cr_expect_eq(zcxsk_redirect_detach(NULL), 0);
}

/* A foreign program: the same program, attached without the library. */
static struct redirect *attach_foreign(uint32_t flags, uint32_t *id)
{
	struct redirect *foreign = redirect__open_and_load();

	cr_assert_not_null(foreign);
	cr_assert_eq(bpf_xdp_attach((int)if_nametoindex("near"),
				    bpf_program__fd(foreign->progs.zcxsk_redirect), flags, NULL),
		     0);
	*id = wire_program("near");
	cr_assert_neq(*id, 0);
	return foreign;
}

static void expect_left_alone(uint32_t flags)
{
	static const uint32_t modes[] = {0, ZCXSK_MODE_NATIVE_COPY, ZCXSK_MODE_GENERIC_COPY};
	struct zcxsk_redirect_opts opts;
	struct zcxsk_error error;
	char number[16];
	uint32_t id;
	struct redirect *foreign = attach_foreign(flags, &id);

	snprintf(number, sizeof(number), "%u", id);
	zcxsk_redirect_opts_init(&opts);
	for (size_t i = 0; i < 6; i++) {
		opts.modes = modes[i % 3];
		opts.flags = i < 3 ? 0 : ZCXSK_REDIRECT_COEXIST;
		error = redirected_refused("near", &opts, -EBUSY);
		cr_expect_eq(wire_program("near"), id, "the foreign program is gone");
		cr_expect_not_null(strstr(error.cause, number), "'%s'", error.cause);
		cr_expect_not_null(strstr(error.cause, "zcxsk_redirect"), "'%s'", error.cause);
		cr_expect_not_null(strstr(error.remedy, "ip link set dev near xdp"));
	}
	redirect__destroy(foreign);
}

Test(attach, a_foreign_native_program_is_left_alone)
{
	expect_left_alone(XDP_FLAGS_DRV_MODE);
}

Test(attach, a_foreign_generic_program_is_left_alone)
{
	expect_left_alone(XDP_FLAGS_SKB_MODE);
}

Test(attach, a_second_redirect_is_refused)
{
	struct zcxsk_redirect *redirect = redirected_attach(0, 0);
	uint32_t id = wire_program("near");

	redirected_refused("near", NULL, -EBUSY);
	cr_expect_eq(wire_program("near"), id);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(attach, invalid_arguments_are_named)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_error error;

	cr_expect_eq(zcxsk_redirect_attach(NULL, "near", NULL, NULL), -EINVAL);
	redirected_refused(NULL, NULL, -EINVAL);
	redirected_refused("nowhere", NULL, -ENODEV);
	redirected_refused("a-name-that-only-an-alternative-name-could-be", NULL, -ENODEV);
	redirected_refused("", NULL, -EINVAL);

	zcxsk_redirect_opts_init(&opts);
	opts.flags = 1u << 31;
	error = redirected_refused("near", &opts, -EINVAL);
	cr_expect_not_null(strstr(error.cause, "0x80000000"), "'%s'", error.cause);
	opts.flags = 0;
	opts.modes = ZCXSK_MODES_ALL + 1;
	redirected_refused("near", &opts, -EINVAL);
	opts.modes = 0;
	opts.confirm_ns = ZCXSK_CONFIRM_MAX_NS + 1;
	error = redirected_refused("near", &opts, -EINVAL);
	cr_expect_not_null(strstr(error.cause, "86400000000001"), "'%s'", error.cause);
	opts.confirm_ns = 0;
	opts.size = offsetof(struct zcxsk_redirect_opts, give_up) - 1;
	redirected_refused("near", &opts, -EINVAL);
	opts.size = sizeof(opts);

	opts.rules_text = "take arp";
	opts.rules = redirected_rules("take arp; pass any");
	error = redirected_refused("near", &opts, -EINVAL);
	cr_expect_not_null(strstr(error.cause, "2 rules"), "'%s'", error.cause);
	zcxsk_rules_destroy((struct zcxsk_rules *)opts.rules);
	cr_expect_eq(wire_program("near"), 0);
}

/* Drops every capability of the calling thread. */
static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};

	cr_assert_eq(syscall(SYS_capset, &header, none), 0, "capset: errno %d", errno);
}

Test(attach, without_capabilities_it_is_refused_and_explained)
{
	drop_capabilities();
	redirected_refused("near", NULL, -EPERM);
	cr_expect_eq(wire_program("near"), 0);
}

Test(attach, a_killed_process_leaves_the_interface_clean)
{
	int ready[2];
	char byte;
	pid_t child;
	int status;

	cr_assert_eq(pipe(ready), 0);
	child = fork();
	cr_assert_geq(child, 0);
	if (!child) {
		redirected_attach(0, 0);
		if (write(ready[1], "", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	cr_assert_eq(read(ready[0], &byte, 1), 1);
	cr_assert_neq(wire_program("near"), 0);
	cr_assert_eq(kill(child, SIGKILL), 0);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_expect(wire_becomes_free("near", 1000), "still attached a second after the end");
}

Test(attach, detaching_works_while_a_forked_child_lives)
{
	struct zcxsk_redirect *redirect = redirected_attach(0, 0);
	int hold[2];
	char byte;
	pid_t child;

	cr_assert_eq(pipe(hold), 0);
	child = fork();
	cr_assert_geq(child, 0);
	if (!child) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
	cr_expect_eq(wire_program("near"), 0, "the child's copy keeps it attached");
	close(hold[1]);
	cr_assert_eq(waitpid(child, NULL, 0), child);
}

static int printed;

static int count_bpf(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return printed++;
}

static int count_xdp(enum libxdp_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return printed++;
}

Test(attach, nothing_is_printed_and_print_functions_are_restored)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;

	libbpf_set_print(count_bpf);
	libxdp_set_print(count_xdp);
	zcxsk_redirect_opts_init(&opts);
	redirect = redirected_attach(0, 0);
	redirected_refused("near", &opts, -EBUSY);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
	drop_capabilities();
	redirected_refused("near", &opts, -EPERM);
	opts.flags = ZCXSK_REDIRECT_COEXIST;
	cr_expect_neq(zcxsk_redirect_attach(&redirect, "near", &opts, NULL), 0);
	cr_expect_eq(printed, 0, "%d lines", printed);
	cr_expect_eq(libbpf_set_print(NULL), count_bpf);
	cr_expect_eq(libxdp_set_print(NULL), count_xdp);
}

Test(attach, coexist_creates_a_dispatcher_or_explains_why_not)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;
	int ret;

	zcxsk_redirect_opts_init(&opts);
	opts.flags = ZCXSK_REDIRECT_COEXIST;
	ret = zcxsk_redirect_attach(&redirect, "near", &opts, NULL);
	if (ret) {
		cr_expect_eq(ret, -EOPNOTSUPP, "gave %d", ret);
	} else {
		cr_expect_eq(zcxsk_redirect_attached(redirect), ZCXSK_ATTACH_DISPATCHER);
		cr_expect_eq(redirected_dispatched(), 1, "the program is not in a dispatcher");
		cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
	}
	cr_expect_eq(wire_program("near"), 0);
}
