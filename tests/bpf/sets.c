/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sets.c - which rule set the BPF program uses, which of its boxes decides, and what it
 * counts.
 */
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>

#include "monotonic.h"
#include "netns.h"
#include "program.h"

/* Too large for a stack. */
static struct redirect_rules set;

static void begin(void)
{
	program_load();
	memset(&set, 0, sizeof(set));
	set.version = REDIRECT_VERSION;
}

TestSuite(sets, .init = begin, .fini = program_unload);

static void make_udp(struct packet *packet, uint16_t dst_port)
{
	packet_start(packet);
	packet_ethertype(packet, 0x0800);
	packet_ipv4(packet, 17, 0, 0);
	packet_ports(packet, 4242, dst_port);
}

static void add(uint16_t first_port, uint16_t last_port, bool take)
{
	struct redirect_term term = box_value(REDIRECT_V_DST_PORT, first_port, last_port);

	term.rule = (uint16_t)(set.term_count % REDIRECT_RULES);
	term.take = take;
	set.terms[set.term_count++] = term;
}

static void expect_port(uint16_t port, bool taken, const char *what)
{
	struct packet packet;

	make_udp(&packet, port);
	program_expect(&packet, taken, what);
}

Test(sets, without_a_set_everything_passes)
{
	expect_port(53, false, "no set");
	program_expect_counters(0, 1, 0);
}

Test(sets, a_set_of_another_version_passes_everything)
{
	set.version = REDIRECT_VERSION + 1;
	set.take_all = 1;
	program_use(&set);
	expect_port(53, false, "another version");
	memset(&set, 0, sizeof(set));
	program_use(&set);
	expect_port(53, false, "a fresh map");
}

Test(sets, a_set_without_boxes_passes_everything)
{
	program_use(&set);
	expect_port(53, false, "no boxes");
	program_expect_counters(0, 1, 0);
}

Test(sets, a_box_without_conditions_takes_everything)
{
	struct packet packet;

	program_use_one(box_full());
	make_udp(&packet, 53);
	program_expect(&packet, true, "UDP");
	packet.length = PACKET_MIN;
	program_expect(&packet, true, "only an Ethernet header");
}

Test(sets, take_all_takes_even_malformed_packets)
{
	struct packet packet;

	set.take_all = 1;
	program_use(&set);
	make_udp(&packet, 53);
	program_expect(&packet, true, "UDP");
	packet.data[14] = 0x41;
	program_expect(&packet, true, "IPv4 with an IHL of 1");
	packet.length = PACKET_MIN;
	program_expect(&packet, true, "only an Ethernet header");
	program_expect_counters(3, 0, 0);
}

Test(sets, a_queue_without_a_socket_passes_and_is_counted)
{
	static const uint32_t queue = 0;

	add(53, 53, true);
	program_use(&set);
	cr_assert_eq(bpf_map_delete_elem(bpf_map__fd(program()->maps.zcxsk_sockets), &queue), 0);
	expect_port(53, false, "empty place");
	program_expect_counters(0, 0, 1);
	cr_expect_eq(program_hits(0, 0), 1, "the rule decided anyway");
}

Test(sets, the_first_matching_box_decides)
{
	add(53, 53, false);
	add(50, 60, true);
	add(0, 1000, false);
	add(0, 0xffff, true);
	program_use(&set);
	expect_port(53, false, "passed by the first");
	expect_port(55, true, "taken by the second");
	expect_port(61, false, "passed by the third");
	expect_port(2000, true, "taken by the last");
}

Test(sets, all_1024_boxes_are_tried_and_none_beyond_the_count)
{
	for (uint16_t i = 0; i < REDIRECT_TERMS; i++)
		add((uint16_t)(100 + i), (uint16_t)(100 + i), true);
	program_use(&set);
	for (uint16_t i = 0; i < REDIRECT_TERMS; i++)
		expect_port((uint16_t)(100 + i), true, "box by its index");
	expect_port(100 + REDIRECT_TERMS, false, "past the last box");
	for (uint32_t count = 0; count < 12; count++) {
		set.term_count = count;
		program_use(&set);
		for (uint16_t i = 0; i < 12; i++)
			expect_port((uint16_t)(100 + i), i < count, "box beyond the count");
	}
	set.term_count = UINT32_MAX;
	program_use(&set);
	expect_port(100 + REDIRECT_TERMS, false, "a count above the limit");
}

Test(sets, hits_are_counted_by_rule_and_slot)
{
	add(1, 1, true);
	add(2, 2, false);
	set.terms[1].rule = 255;
	set.slot = 2;
	program_use(&set);
	for (int i = 0; i < 3; i++)
		expect_port(1, true, "taken");
	for (int i = 0; i < 2; i++)
		expect_port(2, false, "passed by a rule");
	expect_port(3, false, "no rule");
	cr_expect_eq(program_hits(2, 0), 3);
	cr_expect_eq(program_hits(2, 255), 2);
	cr_expect_eq(program_hits(2, 1), 0);
	cr_expect_eq(program_hits(0, 0), 0, "another slot counts");
	program_expect_counters(3, 3, 0);
}

/* The current set takes port 1 and is provisional; the previous one takes port 2. */
static void make_provisional(void)
{
	add(2, 2, true);
	program_put(REDIRECT_BEFORE, &set);
	set.term_count = 0;
	add(1, 1, true);
	set.slot = 1;
	set.provisional = 1;
	program_put(REDIRECT_CURRENT, &set);
}

static void expect_current(bool current)
{
	expect_port(1, current, "port of the current set");
	expect_port(2, !current, "port of the previous set");
}

Test(sets, a_provisional_set_is_used_until_its_deadline)
{
	make_provisional();
	program_deadline(1, 0);
	expect_current(true);
	program_deadline(1, monotonic_ns() + 3600 * 1000000000ull);
	expect_current(true);
	program_deadline(0, 1);
	program_deadline(2, 1);
	expect_current(true);
	program_deadline(1, monotonic_ns());
	expect_current(false);
	program_deadline(1, 0);
	expect_current(true);
}

Test(sets, only_a_provisional_set_has_a_deadline)
{
	make_provisional();
	set.provisional = 0;
	program_put(REDIRECT_CURRENT, &set);
	program_deadline(1, 1);
	expect_current(true);
}

Test(sets, a_first_provisional_set_passes_everything_after_its_deadline)
{
	add(1, 1, true);
	set.provisional = 1;
	program_put(REDIRECT_CURRENT, &set);
	expect_port(1, true, "no deadline");
	program_deadline(0, 1);
	expect_port(1, false, "the deadline is over");
}

/* Returns the verdict on a packet that arrives on a queue of an interface. */
static uint32_t verdict_on(const char *ifname, uint32_t queue)
{
	unsigned char data[PACKET_MIN] = {0};
	struct xdp_md context = {
		.data_end = sizeof(data),
		.ingress_ifindex = if_nametoindex(ifname),
		.rx_queue_index = queue,
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = sizeof(data),
		    .ctx_in = &context, .ctx_size_in = sizeof(context));

	cr_assert_eq(
		bpf_prog_test_run_opts(bpf_program__fd(program()->progs.zcxsk_redirect), &opts), 0,
		"BPF_PROG_TEST_RUN: errno %d", errno);
	return opts.retval;
}

Test(queues, a_packet_goes_to_the_socket_of_its_own_queue)
{
	int ret = netns_enter();

	if (ret == -EPERM)
		cr_skip_test("network namespaces and BPF need root");
	cr_assert_eq(ret, 0);
	cr_assert_eq(netns_run("ip link add three numrxqueues 3 type veth peer name other"), 0);
	program_open();
	cr_assert_eq(bpf_map__set_max_entries(program()->maps.zcxsk_sockets, 2), 0);
	cr_assert_eq(redirect__load(program()), 0);
	program_socket(1);
	set.version = REDIRECT_VERSION;
	set.take_all = 1;
	program_use(&set);
	cr_expect_eq(verdict_on("three", 0), XDP_PASS, "queue without a socket");
	cr_expect_eq(verdict_on("three", 1), XDP_REDIRECT, "queue with a socket");
	cr_expect_eq(verdict_on("three", 2), XDP_PASS, "queue without a map entry");
	program_expect_counters(1, 0, 2);
	program_unload();
}
