// SPDX-License-Identifier: BSD-2-Clause
/*
 * verdicts.c - what the BPF program decides, packet by packet, on no interface
 * at all: BPF_PROG_TEST_RUN gives the verdict and the counters are read back.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns.h"
#include "packets.h"
#include "redirect.skel.h"
#include "reference.h"

#define RULE_SETS 100
#define PACKETS_PER_SET 1500
/* Any number but 0; ZCXSK_SEED in the environment gives another. */
#define SEED 20260101

static struct redirect *skel;
static int socket_fd;
static const uint32_t only = 0;

/* An unbound AF_XDP socket with an RX ring, which is all a map place asks for. */
static int make_socket(void)
{
	int entries = 64;
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0, "AF_XDP socket: errno %d", errno);
	cr_assert_eq(setsockopt(fd, SOL_XDP, XDP_RX_RING, &entries, sizeof(entries)), 0);
	return fd;
}

static void load(void)
{
	if (geteuid())
		cr_skip_test("loading BPF programs needs root");
	skel = redirect__open_and_load();
	cr_assert_not_null(skel, "the program does not load: errno %d", errno);
	socket_fd = make_socket();
	cr_assert_eq(
		bpf_map_update_elem(bpf_map__fd(skel->maps.zcxsk_sockets), &only, &socket_fd, 0),
		0);
}

static void unload(void)
{
	if (!skel)
		return;
	close(socket_fd);
	redirect__destroy(skel);
}

TestSuite(verdicts, .init = load, .fini = unload);

static void configure(const struct redirect_config *config)
{
	cr_assert_eq(bpf_map_update_elem(bpf_map__fd(skel->maps.zcxsk_config), &only, config, 0),
		     0);
}

/* XDP_REDIRECT or XDP_PASS; the packet arrives on queue 0 of lo. */
static uint32_t verdict(const uint8_t *data, size_t length)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = (uint32_t)length);

	cr_assert_eq(bpf_prog_test_run_opts(bpf_program__fd(skel->progs.zcxsk_redirect), &opts), 0,
		     "BPF_PROG_TEST_RUN: errno %d", errno);
	return opts.retval;
}

static struct redirect_counters read_counters(void)
{
	struct redirect_counters sum = {0};
	int processors = libbpf_num_possible_cpus();
	struct redirect_counters *each = calloc((size_t)processors, sizeof(*each));

	cr_assert_not_null(each);
	cr_assert_eq(bpf_map_lookup_elem(bpf_map__fd(skel->maps.zcxsk_counters), &only, each), 0);
	for (int i = 0; i < processors; i++)
		for (int j = 0; j < REDIRECT_COUNTERS; j++)
			sum.packets[j] += each[i].packets[j];
	free(each);
	return sum;
}

static void expect_counters(uint64_t redirected, uint64_t passed, uint64_t no_socket)
{
	struct redirect_counters now = read_counters();

	cr_expect_eq(now.packets[REDIRECT_REDIRECTED], redirected, "redirected %llu, not %llu",
		     now.packets[REDIRECT_REDIRECTED], (unsigned long long)redirected);
	cr_expect_eq(now.packets[REDIRECT_PASSED], passed, "passed %llu, not %llu",
		     now.packets[REDIRECT_PASSED], (unsigned long long)passed);
	cr_expect_eq(now.packets[REDIRECT_NO_SOCKET], no_socket, "no socket %llu, not %llu",
		     now.packets[REDIRECT_NO_SOCKET], (unsigned long long)no_socket);
}

static void configure_one(struct redirect_rule rule)
{
	struct redirect_config config = {.version = REDIRECT_VERSION, .rule_count = 1};

	config.rules[0] = rule;
	configure(&config);
}

static void expect(const struct packet *packet, bool taken, const char *what)
{
	uint32_t got = verdict(packet->data, packet->length);

	cr_expect_eq(got, taken ? XDP_REDIRECT : XDP_PASS, "%s: verdict %u", what, got);
}

static void make_udp4(struct packet *packet, uint16_t dst_port)
{
	packet_start(packet);
	packet_ethertype(packet, 0x0800);
	packet_ipv4(packet, 17, 0, 0);
	packet_ports(packet, dst_port);
}

static void make_udp6(struct packet *packet, uint16_t dst_port)
{
	packet_start(packet);
	packet_ethertype(packet, 0x86dd);
	packet_ipv6(packet, 17);
	packet_ports(packet, dst_port);
}

Test(verdicts, without_configuration_everything_passes)
{
	struct redirect_config none = {0};
	struct packet packet;

	make_udp4(&packet, 53);
	expect(&packet, false, "fresh map");
	none.take_all = 1;
	none.version = REDIRECT_VERSION + 1;
	configure(&none);
	expect(&packet, false, "another version");
	expect_counters(0, 2, 0);
}

Test(verdicts, no_rules_pass_everything)
{
	struct redirect_config config = {.version = REDIRECT_VERSION};
	struct packet packet;

	configure(&config);
	make_udp4(&packet, 53);
	expect(&packet, false, "no rules");
	expect_counters(0, 1, 0);
}

Test(verdicts, a_rule_that_names_nothing_takes_nothing)
{
	struct packet packet;

	configure_one((struct redirect_rule){.fields = 0});
	make_udp4(&packet, 53);
	expect(&packet, false, "no field named");
}

Test(verdicts, take_all_takes_even_malformed_packets)
{
	struct redirect_config config = {.version = REDIRECT_VERSION, .take_all = 1};
	struct packet packet;

	configure(&config);
	make_udp4(&packet, 53);
	expect(&packet, true, "UDP");
	packet.data[14] = 0x41;
	expect(&packet, true, "IPv4 with an IHL of 1");
	packet.length = PACKET_MIN;
	expect(&packet, true, "nothing but Ethernet");
	expect_counters(3, 0, 0);
}

Test(verdicts, a_queue_without_a_socket_passes_and_is_counted)
{
	struct redirect_config config = {.version = REDIRECT_VERSION, .take_all = 1};
	struct packet packet;

	configure(&config);
	make_udp4(&packet, 53);
	cr_assert_eq(bpf_map_delete_elem(bpf_map__fd(skel->maps.zcxsk_sockets), &only), 0);
	expect(&packet, false, "empty place");
	expect_counters(0, 0, 1);
}

Test(verdicts, ethertype_is_read_behind_up_to_two_vlan_tags)
{
	struct packet packet;

	configure_one((struct redirect_rule){.fields = REDIRECT_ETHERTYPE, .ethertype = 0x0806});
	for (unsigned tags = 0; tags < 4; tags++) {
		packet_start(&packet);
		for (unsigned i = 0; i < tags; i++)
			packet_vlan(&packet, i == 0 ? 0x88a8 : 0x8100);
		packet_ethertype(&packet, 0x0806);
		expect(&packet, tags <= 2, "ARP behind tags");
	}
	packet_start(&packet);
	packet_ethertype(&packet, 0x0608);
	expect(&packet, false, "the bytes in the wrong order");
}

Test(verdicts, a_third_tag_counts_as_the_ethertype)
{
	struct packet packet;

	configure_one((struct redirect_rule){.fields = REDIRECT_ETHERTYPE, .ethertype = 0x8100});
	packet_start(&packet);
	for (unsigned i = 0; i < 3; i++)
		packet_vlan(&packet, 0x8100);
	packet_ethertype(&packet, 0x0806);
	expect(&packet, true, "three tags");
}

Test(verdicts, ip_protocol_of_both_ip_versions)
{
	struct packet packet;

	configure_one((struct redirect_rule){.fields = REDIRECT_IP_PROTOCOL, .ip_protocol = 17});
	make_udp4(&packet, 1);
	expect(&packet, true, "UDP over IPv4");
	make_udp6(&packet, 1);
	expect(&packet, true, "UDP over IPv6");
	packet.data[14 + 6] = 6;
	expect(&packet, false, "TCP over IPv6");
	packet_start(&packet);
	packet_vlan(&packet, 0x8100);
	packet_ethertype(&packet, 0x0800);
	packet_ipv4(&packet, 17, 0, 10);
	expect(&packet, true, "UDP behind a tag and IPv4 options, no payload");
	packet_start(&packet);
	packet_ethertype(&packet, 0x0806);
	packet_ipv4(&packet, 17, 0, 0);
	expect(&packet, false, "ARP that looks like IPv4");
}

Test(verdicts, ip_headers_that_make_no_sense_match_nothing)
{
	struct packet packet;

	configure_one((struct redirect_rule){.fields = REDIRECT_IP_PROTOCOL, .ip_protocol = 17});
	make_udp4(&packet, 1);
	for (unsigned ihl = 0; ihl < 5; ihl++) {
		packet.data[14] = (uint8_t)(0x40 + ihl);
		expect(&packet, false, "IHL too small");
	}
	packet.data[14] = 0x4f;
	expect(&packet, false, "IHL beyond the end");
	packet.data[14] = 0x65;
	expect(&packet, false, "version 6 under the EtherType of IPv4");
	make_udp6(&packet, 1);
	packet.data[14] = 0x40;
	expect(&packet, false, "version 4 under the EtherType of IPv6");
}

Test(verdicts, destination_port_of_udp_and_tcp_only)
{
	struct packet packet;

	configure_one((struct redirect_rule){.fields = REDIRECT_DST_PORT, .dst_port = 53});
	make_udp4(&packet, 53);
	expect(&packet, true, "UDP");
	packet.data[14 + 9] = 6;
	expect(&packet, true, "TCP");
	packet.data[14 + 9] = 132;
	expect(&packet, false, "SCTP");
	make_udp4(&packet, 0x3500);
	expect(&packet, false, "the bytes in the wrong order");
	make_udp6(&packet, 53);
	expect(&packet, true, "UDP over IPv6");
	make_udp4(&packet, 54);
	packet.data[34] = 0;
	packet.data[35] = 53;
	expect(&packet, false, "53 as source port");
	packet_start(&packet);
	packet_ethertype(&packet, 0x0800);
	packet_ipv4(&packet, 17, 0, 3);
	packet_ports(&packet, 53);
	expect(&packet, true, "UDP behind IPv4 options");
}

Test(verdicts, later_fragments_match_the_protocol_but_no_port)
{
	static const uint16_t dont_fragment = 0x4000, more = 0x2000;
	struct redirect_rule port = {.fields = REDIRECT_DST_PORT, .dst_port = 53};
	struct redirect_rule protocol = {.fields = REDIRECT_IP_PROTOCOL, .ip_protocol = 17};
	const struct {
		uint16_t offset;
		bool has_port;
	} cases[] = {{dont_fragment, true}, {more, true}, {1, false}, {0x1fff, false}};
	struct packet packet;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		packet_start(&packet);
		packet_ethertype(&packet, 0x0800);
		packet_ipv4(&packet, 17, cases[i].offset, 0);
		packet_ports(&packet, 53);
		configure_one(port);
		expect(&packet, cases[i].has_port, "port of an IPv4 fragment");
		configure_one(protocol);
		expect(&packet, true, "protocol of an IPv4 fragment");
	}
	for (uint16_t offset = 0; offset < 2; offset++) {
		packet_start(&packet);
		packet_ethertype(&packet, 0x86dd);
		packet_ipv6(&packet, 44);
		packet_fragment(&packet, 17, offset);
		packet_ports(&packet, 53);
		configure_one(port);
		expect(&packet, !offset, "port of an IPv6 fragment");
		configure_one(protocol);
		expect(&packet, true, "protocol of an IPv6 fragment");
	}
}

Test(verdicts, ipv6_extension_headers_are_skipped_up_to_five)
{
	static const uint8_t kinds[] = {0, 43, 60, 44, 60, 60, 60};
	struct packet packet;

	configure_one((struct redirect_rule){.fields = REDIRECT_DST_PORT, .dst_port = 53});
	for (unsigned count = 0; count <= 7; count++) {
		packet_start(&packet);
		packet_ethertype(&packet, 0x86dd);
		packet_ipv6(&packet, count ? kinds[0] : 17);
		for (unsigned i = 0; i < count; i++) {
			uint8_t next = i + 1 < count ? kinds[i + 1] : 17;

			if (kinds[i] == 44)
				packet_fragment(&packet, next, 0);
			else
				packet_extension(&packet, next, (uint8_t)i);
		}
		packet_ports(&packet, 53);
		expect(&packet, count <= 5, "UDP behind extension headers");
	}
}

Test(verdicts, every_named_field_must_match)
{
	struct redirect_rule rule = {
		.fields = REDIRECT_ETHERTYPE | REDIRECT_IP_PROTOCOL | REDIRECT_DST_PORT,
		.ethertype = 0x0800,
		.ip_protocol = 17,
		.dst_port = 53,
	};
	struct packet packet;

	configure_one(rule);
	make_udp4(&packet, 53);
	expect(&packet, true, "all three");
	make_udp4(&packet, 54);
	expect(&packet, false, "another port");
	make_udp6(&packet, 53);
	expect(&packet, false, "another EtherType");
	make_udp4(&packet, 53);
	packet.data[14 + 9] = 6;
	expect(&packet, false, "another protocol");
}

Test(verdicts, any_rule_takes_and_those_beyond_the_count_do_not)
{
	struct redirect_config config = {.version = REDIRECT_VERSION};
	struct packet packet;

	for (unsigned i = 0; i < REDIRECT_RULES; i++)
		config.rules[i] = (struct redirect_rule){.fields = REDIRECT_DST_PORT,
							 .dst_port = (uint16_t)(100 + i)};
	for (unsigned count = 0; count <= REDIRECT_RULES; count++) {
		config.rule_count = count;
		configure(&config);
		for (unsigned i = 0; i < REDIRECT_RULES; i++) {
			make_udp4(&packet, (uint16_t)(100 + i));
			expect(&packet, i < count, "rule by its place");
		}
	}
}

/* One of each kind, with as many headers as the program will read. */
static void make_long_ones(struct packet packets[3])
{
	make_udp4(&packets[0], 53);
	packet_start(&packets[1]);
	packet_vlan(&packets[1], 0x88a8);
	packet_vlan(&packets[1], 0x8100);
	packet_ethertype(&packets[1], 0x0800);
	packet_ipv4(&packets[1], 17, 0, 10);
	packet_ports(&packets[1], 53);
	packet_start(&packets[2]);
	packet_ethertype(&packets[2], 0x86dd);
	packet_ipv6(&packets[2], 0);
	packet_extension(&packets[2], 44, 1);
	packet_fragment(&packets[2], 60, 0);
	packet_extension(&packets[2], 17, 0);
	packet_ports(&packets[2], 53);
}

/* Lengths at which the rule takes the packet, each checked. */
static unsigned cut_everywhere(struct packet packet, unsigned fields, uint16_t ethertype)
{
	struct redirect_config config = {.version = REDIRECT_VERSION, .rule_count = 1};
	size_t whole = packet.length;
	unsigned taken = 0;

	config.rules[0] = (struct redirect_rule){
		.fields = fields, .ethertype = ethertype, .ip_protocol = 17, .dst_port = 53};
	configure(&config);
	for (packet.length = PACKET_MIN; packet.length <= whole; packet.length++) {
		bool takes = reference_takes(&config, packet.data, packet.length);

		taken += takes;
		expect(&packet, takes, "cut off");
	}
	return taken;
}

Test(verdicts, a_packet_cut_off_anywhere_matches_only_what_is_left)
{
	/* Bytes behind the port, and the length without them, of make_udp4(). */
	const unsigned rest = 8 + 1;
	struct packet packets[3];

	make_long_ones(packets);
	for (unsigned i = 0; i < 3; i++)
		for (unsigned fields = 1; fields < 8; fields++) {
			unsigned taken =
				cut_everywhere(packets[i], fields, i == 2 ? 0x86dd : 0x0800);

			if (fields & REDIRECT_DST_PORT)
				cr_expect_eq(taken, rest, "packet %u: port at %u lengths", i,
					     taken);
			else
				cr_expect_gt(taken, rest, "packet %u: fields %u never match", i,
					     fields);
		}
}

/* The verdict on a packet that arrives on a queue of an interface. */
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

	cr_assert_eq(bpf_prog_test_run_opts(bpf_program__fd(skel->progs.zcxsk_redirect), &opts), 0,
		     "BPF_PROG_TEST_RUN: errno %d", errno);
	return opts.retval;
}

Test(queues, a_packet_goes_to_the_socket_of_its_own_queue)
{
	struct redirect_config config = {.version = REDIRECT_VERSION, .take_all = 1};
	uint32_t queue = 1;
	int ret = netns_enter();

	if (ret == -EPERM)
		cr_skip_test("network namespaces and BPF need root");
	cr_assert_eq(ret, 0);
	cr_assert_eq(netns_run("ip link add three numrxqueues 3 type veth peer name other"), 0);
	skel = redirect__open();
	cr_assert_not_null(skel);
	cr_assert_eq(bpf_map__set_max_entries(skel->maps.zcxsk_sockets, 2), 0);
	cr_assert_eq(redirect__load(skel), 0);
	configure(&config);
	socket_fd = make_socket();
	cr_assert_eq(
		bpf_map_update_elem(bpf_map__fd(skel->maps.zcxsk_sockets), &queue, &socket_fd, 0),
		0);
	cr_expect_eq(verdict_on("three", 0), XDP_PASS, "queue without a socket");
	cr_expect_eq(verdict_on("three", 1), XDP_REDIRECT, "queue with a socket");
	cr_expect_eq(verdict_on("three", 2), XDP_PASS, "queue beyond the map");
	expect_counters(1, 0, 2);
	unload();
}

static void report(const struct redirect_config *config, const struct packet *packet)
{
	for (unsigned i = 0; i < config->rule_count; i++)
		fprintf(stderr, "rule %u: fields %u ethertype %04x protocol %u port %u\n", i,
			config->rules[i].fields, config->rules[i].ethertype,
			config->rules[i].ip_protocol, config->rules[i].dst_port);
	for (size_t i = 0; i < packet->length; i++)
		fprintf(stderr, "%02x%s", packet->data[i], i % 16 == 15 ? "\n" : " ");
	fprintf(stderr, "\n");
}

static bool agrees(const struct redirect_config *config, const struct packet *packet,
		   struct redirect_counters *expected)
{
	bool takes = reference_takes(config, packet->data, packet->length);
	uint32_t got = verdict(packet->data, packet->length);

	expected->packets[takes ? REDIRECT_REDIRECTED : REDIRECT_PASSED]++;
	return got == (takes ? XDP_REDIRECT : XDP_PASS);
}

Test(verdicts, random_packets_and_rules_agree_with_the_reference)
{
	const char *given = getenv("ZCXSK_SEED");
	struct chance chance = {given ? strtoull(given, NULL, 0) | 1 : SEED};
	struct redirect_counters expected = {0};
	struct redirect_config config;
	struct packet packet;

	for (unsigned set = 0; set < RULE_SETS; set++) {
		config_random(&config, &chance);
		configure(&config);
		for (unsigned i = 0; i < PACKETS_PER_SET; i++) {
			packet_random(&packet, &chance);
			if (agrees(&config, &packet, &expected))
				continue;
			report(&config, &packet);
			cr_assert_fail(
				"seed %s, rule set %u, packet %u: the program and the reference "
				"disagree",
				given ? given : "default", set, i);
		}
	}
	expect_counters(expected.packets[REDIRECT_REDIRECTED], expected.packets[REDIRECT_PASSED],
			0);
	/* Were one verdict rare, agreeing would prove little. */
	cr_expect_gt(expected.packets[REDIRECT_REDIRECTED], RULE_SETS * PACKETS_PER_SET / 10);
	cr_expect_gt(expected.packets[REDIRECT_PASSED], RULE_SETS * PACKETS_PER_SET / 10);
}
