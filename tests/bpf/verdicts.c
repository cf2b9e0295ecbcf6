/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdicts.c - the fields that the BPF program reads from a packet, one by one, each with a
 * box that has only this condition.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "program.h"
#include "reference.h"

#define FIELDS 10 /* bits of the fields, REDIRECT_ETHERTYPE to REDIRECT_IPV6 */

TestSuite(verdicts, .init = program_load, .fini = program_unload);

static void use_value(enum redirect_value which, uint16_t value)
{
	program_use_one(box_value(which, value, value));
}

static void start4(struct packet *packet, uint8_t protocol)
{
	packet_start(packet);
	packet_ethertype(packet, 0x0800);
	packet_ipv4(packet, protocol, 0, 0);
}

static void start6(struct packet *packet, uint8_t next)
{
	packet_start(packet);
	packet_ethertype(packet, 0x86dd);
	packet_ipv6(packet, next);
}

static void make_udp4(struct packet *packet, uint16_t dst_port)
{
	start4(packet, 17);
	packet_ports(packet, 4242, dst_port);
}

static void make_udp6(struct packet *packet, uint16_t dst_port)
{
	start6(packet, 17);
	packet_ports(packet, 4242, dst_port);
}

Test(verdicts, ethertype_is_read_after_up_to_two_vlan_tags)
{
	struct packet packet;

	use_value(REDIRECT_V_ETHERTYPE, 0x0806);
	for (unsigned tags = 0; tags < 4; tags++) {
		packet_start(&packet);
		for (unsigned i = 0; i < tags; i++)
			packet_vlan(&packet, i == 0 ? 0x88a8 : 0x8100, 5);
		packet_ethertype(&packet, 0x0806);
		program_expect(&packet, tags <= 2, "ARP after tags");
	}
	packet_start(&packet);
	packet_ethertype(&packet, 0x0608);
	program_expect(&packet, false, "the bytes in the wrong order");
}

Test(verdicts, a_third_tag_counts_as_the_ethertype)
{
	struct packet packet;

	use_value(REDIRECT_V_ETHERTYPE, 0x8100);
	packet_start(&packet);
	for (unsigned i = 0; i < 3; i++)
		packet_vlan(&packet, 0x8100, 5);
	packet_ethertype(&packet, 0x0806);
	program_expect(&packet, true, "three tags");
}

/* A packet with up to three tags: 5 with a priority, then 6, then 7. */
static void make_tagged(struct packet *packet, unsigned tags)
{
	static const uint16_t tci[] = {0xe005, 6, 7};

	packet_start(packet);
	for (unsigned i = 0; i < tags; i++)
		packet_vlan(packet, i ? 0x8100 : 0x88a8, tci[i]);
	packet_ethertype(packet, 0x0806);
}

Test(verdicts, vlan_ids_are_read_without_their_priority)
{
	struct redirect_term untagged = box_full();
	struct packet packet;

	untagged.absent = REDIRECT_VLAN;
	for (unsigned tags = 0; tags < 4; tags++) {
		make_tagged(&packet, tags);
		use_value(REDIRECT_V_VLAN, 5);
		program_expect(&packet, tags >= 1, "outer tag");
		use_value(REDIRECT_V_INNER_VLAN, 6);
		program_expect(&packet, tags >= 2, "inner tag");
		use_value(REDIRECT_V_VLAN, 6);
		program_expect(&packet, false, "inner tag as outer one");
		program_use_one(untagged);
		program_expect(&packet, !tags, "untagged");
	}
}

Test(verdicts, ip_protocol_of_both_ip_versions)
{
	struct packet packet;

	use_value(REDIRECT_V_IP_PROTOCOL, 17);
	make_udp4(&packet, 1);
	program_expect(&packet, true, "UDP over IPv4");
	make_udp6(&packet, 1);
	program_expect(&packet, true, "UDP over IPv6");
	packet.data[14 + 6] = 6;
	program_expect(&packet, false, "TCP over IPv6");
	packet_start(&packet);
	packet_vlan(&packet, 0x8100, 5);
	packet_ethertype(&packet, 0x0800);
	packet_ipv4(&packet, 17, 0, 10);
	program_expect(&packet, true, "UDP after a tag and IPv4 options, no payload");
	packet_start(&packet);
	packet_ethertype(&packet, 0x0806);
	packet_ipv4(&packet, 17, 0, 0);
	program_expect(&packet, false, "ARP that looks like IPv4");
}

Test(verdicts, malformed_ip_headers_match_nothing)
{
	struct packet packet;

	use_value(REDIRECT_V_IP_PROTOCOL, 17);
	make_udp4(&packet, 1);
	for (unsigned ihl = 0; ihl < 5; ihl++) {
		packet.data[14] = (uint8_t)(0x40 + ihl);
		program_expect(&packet, false, "IHL too small");
	}
	packet.data[14] = 0x4f;
	program_expect(&packet, false, "IHL beyond the end");
	packet.data[14] = 0x65;
	program_expect(&packet, false, "version 6 under the EtherType of IPv4");
	make_udp6(&packet, 1);
	packet.data[14] = 0x40;
	program_expect(&packet, false, "version 4 under the EtherType of IPv6");
}

Test(verdicts, only_udp_tcp_and_sctp_have_ports)
{
	static const struct {
		uint8_t protocol;
		bool has_ports;
	} cases[] = {{17, true}, {6, true}, {132, true}, {136, false}, {33, false}, {1, false}};
	struct packet packet;

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		if (i % 2)
			start6(&packet, cases[i / 2].protocol);
		else
			start4(&packet, cases[i / 2].protocol);
		packet_ports(&packet, 4242, 53);
		use_value(REDIRECT_V_DST_PORT, 53);
		program_expect(&packet, cases[i / 2].has_ports, "destination port");
		use_value(REDIRECT_V_SRC_PORT, 4242);
		program_expect(&packet, cases[i / 2].has_ports, "source port");
		use_value(REDIRECT_V_SRC_PORT, 53);
		program_expect(&packet, false, "destination port as source port");
	}
}

Test(verdicts, ports_follow_ipv4_options_in_network_order)
{
	struct packet packet;

	use_value(REDIRECT_V_DST_PORT, 53);
	make_udp4(&packet, 0x3500);
	program_expect(&packet, false, "the bytes in the wrong order");
	for (unsigned options = 0; options <= 10; options++) {
		packet_start(&packet);
		packet_ethertype(&packet, 0x0800);
		packet_ipv4(&packet, 17, 0, options);
		packet_ports(&packet, 4242, 53);
		program_expect(&packet, true, "UDP after IPv4 options");
	}
}

Test(verdicts, a_range_includes_both_ends)
{
	struct packet packet;

	program_use_one(box_value(REDIRECT_V_DST_PORT, 100, 200));
	for (uint16_t port = 98; port <= 202; port++) {
		make_udp4(&packet, port);
		program_expect(&packet, port >= 100 && port <= 200, "port of a range");
	}
	program_use_one(box_value(REDIRECT_V_DST_PORT, 0xff00, 0xffff));
	make_udp4(&packet, 0xffff);
	program_expect(&packet, true, "the highest port");
}

Test(verdicts, icmp_types_of_both_ip_versions)
{
	struct packet packet;

	use_value(REDIRECT_V_ICMP_TYPE, 8);
	start4(&packet, 1);
	packet_icmp(&packet, 8);
	program_expect(&packet, true, "ICMP echo request");
	start4(&packet, 17);
	packet_icmp(&packet, 8);
	program_expect(&packet, false, "UDP that begins with 8");
	use_value(REDIRECT_V_ICMP_TYPE, 135);
	start6(&packet, 58);
	packet_icmp(&packet, 135);
	program_expect(&packet, true, "neighbour solicitation");
	start6(&packet, 0);
	packet_extension(&packet, 58, 0);
	packet_icmp(&packet, 135);
	program_expect(&packet, true, "neighbour solicitation after an extension header");
}

Test(verdicts, icmp_of_the_other_ip_version_has_no_type)
{
	struct packet packet;

	use_value(REDIRECT_V_ICMP_TYPE, 8);
	start6(&packet, 1);
	packet_icmp(&packet, 8);
	program_expect(&packet, false, "IPv6 with the protocol of ICMP");
	use_value(REDIRECT_V_ICMP_TYPE, 135);
	start4(&packet, 58);
	packet_icmp(&packet, 135);
	program_expect(&packet, false, "IPv4 with the protocol of ICMPv6");
	use_value(REDIRECT_V_IP_PROTOCOL, 58);
	program_expect(&packet, true, "the protocol itself");
}

/* Bytes after the end of the IP packet are padding, whatever they look like. */
Test(verdicts, padding_after_the_ip_packet_is_not_read)
{
	static const struct {
		size_t bytes; /* of the IP packet after its header */
		bool has_ports;
	} cases[] = {{0, false}, {1, false}, {3, false}, {4, true}, {8, true}, {1400, true}};
	struct packet packet;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		use_value(REDIRECT_V_DST_PORT, 53);
		start4(&packet, 17);
		packet_ports(&packet, 4242, 53);
		packet_ip_length(&packet, 20 + cases[i].bytes);
		program_expect(&packet, cases[i].has_ports, "ports within the IPv4 length");
		start6(&packet, 17);
		packet_ports(&packet, 4242, 53);
		packet_ip_length(&packet, 40 + cases[i].bytes);
		program_expect(&packet, cases[i].has_ports, "ports within the IPv6 length");
		start6(&packet, 60);
		packet_extension(&packet, 17, 0);
		packet_ports(&packet, 4242, 53);
		packet_ip_length(&packet, 48 + cases[i].bytes);
		program_expect(&packet, cases[i].has_ports, "ports after an extension header");
		use_value(REDIRECT_V_ICMP_TYPE, 8);
		start4(&packet, 1);
		packet_icmp(&packet, 8);
		packet_ip_length(&packet, 20 + cases[i].bytes);
		program_expect(&packet, cases[i].bytes > 0, "ICMP type within the IPv4 length");
	}
	use_value(REDIRECT_V_IP_PROTOCOL, 17);
	start6(&packet, 60);
	packet_extension(&packet, 17, 0);
	packet_ip_length(&packet, 47);
	program_expect(&packet, false, "an extension header that the IPv6 length cuts");
	start4(&packet, 17);
	packet_ip_length(&packet, 19);
	program_expect(&packet, true, "the protocol of an IPv4 packet shorter than its header");
}

/* Checks the fields of a fragment, for both IP versions. */
static void expect_fragment(const struct packet *packet, enum redirect_fragment kind)
{
	for (uint16_t value = REDIRECT_WHOLE; value <= REDIRECT_LATER; value++) {
		use_value(REDIRECT_V_FRAGMENT, value);
		program_expect(packet, value == kind, "kind of fragment");
	}
	use_value(REDIRECT_V_DST_PORT, 53);
	program_expect(packet, kind != REDIRECT_LATER, "port of a fragment");
	use_value(REDIRECT_V_IP_PROTOCOL, 17);
	program_expect(packet, true, "protocol of a fragment");
}

Test(verdicts, later_fragments_have_a_protocol_but_no_port)
{
	static const uint16_t dont = 0x4000, more = 0x2000;
	static const struct {
		uint16_t offset;
		enum redirect_fragment kind;
	} cases[] = {{0, REDIRECT_WHOLE}, {dont, REDIRECT_WHOLE},     {more, REDIRECT_FIRST},
		     {1, REDIRECT_LATER}, {more | 1, REDIRECT_LATER}, {0x1fff, REDIRECT_LATER}};
	struct packet packet;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		packet_start(&packet);
		packet_ethertype(&packet, 0x0800);
		packet_ipv4(&packet, 17, cases[i].offset, 0);
		packet_ports(&packet, 4242, 53);
		expect_fragment(&packet, cases[i].kind);
		start6(&packet, 44);
		packet_fragment(&packet, 17, cases[i].offset & 0x1fff, cases[i].offset & more);
		packet_ports(&packet, 4242, 53);
		expect_fragment(&packet, cases[i].kind);
	}
}

Test(verdicts, ipv6_extension_headers_are_skipped_up_to_five)
{
	static const uint8_t kinds[] = {0, 43, 60, 44, 60, 60, 60};
	struct packet packet;

	use_value(REDIRECT_V_DST_PORT, 53);
	for (unsigned count = 0; count <= 7; count++) {
		start6(&packet, count ? kinds[0] : 17);
		for (unsigned i = 0; i < count; i++) {
			uint8_t next = i + 1 < count ? kinds[i + 1] : 17;

			if (kinds[i] == 44)
				packet_fragment(&packet, next, 0, false);
			else
				packet_extension(&packet, next, (uint8_t)i);
		}
		packet_ports(&packet, 4242, 53);
		program_expect(&packet, count <= 5, "UDP after extension headers");
	}
	for (unsigned i = 0; i < 3; i++) {
		start6(&packet, kinds[i]);
		packet_extension(&packet, 17, 255);
		packet_ports(&packet, 4242, 53);
		program_expect(&packet, true, "UDP after the longest extension header");
	}
}

Test(verdicts, addresses_of_both_ip_versions)
{
	struct redirect_term term = box_full();
	struct packet packet;

	term.fields = REDIRECT_IPV4;
	term.src_first = (struct redirect_address){0, 0x0a000000};
	term.src_last = (struct redirect_address){0, 0x0a0000ff};
	program_use_one(term);
	make_udp4(&packet, 53);
	for (uint32_t src = 0x09ffffff; src <= 0x0a000100; src += 0xff + (src & 1)) {
		packet_addresses(&packet, src, 0x0a000001);
		program_expect(&packet, src >> 8 == 0x0a0000, "IPv4 source");
	}
	term = box_full();
	term.fields = REDIRECT_IPV6;
	term.dst_first = term.dst_last = (struct redirect_address){PACKET_PREFIX, 7};
	program_use_one(term);
	program_expect(&packet, false, "IPv4 where IPv6 is asked for");
	make_udp6(&packet, 53);
	packet_addresses(&packet, 7, 7);
	program_expect(&packet, true, "IPv6 destination");
	for (size_t byte = 0; byte < 16; byte++) {
		packet.data[packet.ip + 24 + byte] ^= 1;
		program_expect(&packet, false, "an address that differs in one byte");
		packet.data[packet.ip + 24 + byte] ^= 1;
	}
}

Test(verdicts, every_part_of_a_box_must_match)
{
	struct redirect_term term = box_value(REDIRECT_V_DST_PORT, 53, 53);
	struct packet packet;

	term.fields |= REDIRECT_ETHERTYPE | REDIRECT_IP_PROTOCOL;
	term.first[REDIRECT_V_ETHERTYPE] = term.last[REDIRECT_V_ETHERTYPE] = 0x0800;
	term.first[REDIRECT_V_IP_PROTOCOL] = term.last[REDIRECT_V_IP_PROTOCOL] = 17;
	program_use_one(term);
	make_udp4(&packet, 53);
	program_expect(&packet, true, "all three");
	make_udp4(&packet, 54);
	program_expect(&packet, false, "another port");
	make_udp6(&packet, 53);
	program_expect(&packet, false, "another EtherType");
	make_udp4(&packet, 53);
	packet.data[14 + 9] = 6;
	program_expect(&packet, false, "another protocol");
	term.absent = REDIRECT_VLAN;
	program_use_one(term);
	packet_start(&packet);
	packet_vlan(&packet, 0x8100, 0);
	packet_ethertype(&packet, 0x0800);
	packet_ipv4(&packet, 17, 0, 0);
	packet_ports(&packet, 4242, 53);
	program_expect(&packet, false, "a field that must be absent is present");
}

/* One packet of each kind, with the most headers that the program reads. */
static void make_long_ones(struct packet packets[5])
{
	make_udp4(&packets[0], 53);
	packet_start(&packets[1]);
	packet_vlan(&packets[1], 0x88a8, 5);
	packet_vlan(&packets[1], 0x8100, 6);
	packet_ethertype(&packets[1], 0x0800);
	packet_ipv4(&packets[1], 132, 0, 10);
	packet_ports(&packets[1], 4242, 53);
	start6(&packets[2], 0);
	packet_extension(&packets[2], 44, 1);
	packet_fragment(&packets[2], 60, 0, true);
	packet_extension(&packets[2], 43, 0);
	packet_extension(&packets[2], 6, 0);
	packet_ports(&packets[2], 4242, 53);
	start6(&packets[3], 60);
	packet_extension(&packets[3], 44, 0);
	packet_fragment(&packets[3], 58, 3, true);
	packet_icmp(&packets[3], 135);
	start4(&packets[4], 1);
	packet_icmp(&packets[4], 8);
}

Test(verdicts, a_truncated_packet_has_only_the_remaining_fields)
{
	static struct packet packets[5];
	unsigned seen[FIELDS] = {0};
	char what[64];

	make_long_ones(packets);
	for (unsigned field = 0; field < FIELDS; field++) {
		struct redirect_term term = box_full();

		term.fields = 1u << field;
		program_use_one(term);
		for (unsigned i = 0; i < 5; i++) {
			struct packet cut = packets[i];

			for (cut.length = PACKET_MIN; cut.length <= packets[i].length;
			     cut.length++) {
				struct reference r;

				reference_read(&r, cut.data, cut.length);
				seen[field] += !!(r.has & term.fields);
				snprintf(what, sizeof(what), "field %u, packet %u, %zu bytes",
					 field, i, cut.length);
				program_expect(&cut, r.has & term.fields, what);
			}
		}
	}
	for (unsigned field = 0; field < FIELDS; field++)
		cr_expect_gt(seen[field], 0, "no packet has field %u", field);
}
