/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.c - reads the command line: what each option sets, the defaults, and which
 * options exclude each other.
 */
#include "options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "option_table.h"
#include "parse.h"
#include "rules.h"

enum {
	SECONDS_MAX = 365 * 86400, /* a year; only catches typing errors */
	QUEUE_MAX = 65535,
	VLAN_MAX = 4094, /* 4095 is reserved by 802.1Q */
	TAIL_MAX_US = 1000000,
	STALL_MAX_MS = 3600000,
};

/* Packets a second; more than any link carries. */
static const uint64_t rate_max = 1000000000;
/* Seconds: the library's limit, and the shortest time that a run can handle. */
static const double confirm_max = (double)ZCXSK_CONFIRM_MAX_NS / 1e9, confirm_min = 0.001;
/* UINT64_MAX means no limit. */
static const uint64_t count_max = UINT64_MAX - 1;

/* In the order of enum on_stall, enum zcxsk_tokens, own_loop and spin. */
static const char *const on_stall_words[] = {"continue", "rebuild", "exit", NULL};
static const char *const tokens_words[] = {"off", "in-order", "as-done", NULL};
static const char *const loop_words[] = {"library", "epoll", NULL};
static const char *const wait_words[] = {"poll", "spin", NULL};

void options_fail(const char *format, ...)
{
	va_list args;

	fputs("zcxsock: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\n", stderr);
	exit(2);
}

/* Handles options of the packet that tx builds. False if it is another option. */
static bool set_packet_option(struct options *o, int option, const char *name, const char *word)
{
	switch (option) {
	case OPT_PACKET_SIZE:
		o->packet_size = (uint32_t)parse_number(name, word, PACKET_MIN, FRAME_SIZE_MAX);
		return true;
	case OPT_DST_MAC:
		parse_mac(name, word, o->dst_mac);
		return true;
	case OPT_SRC_MAC:
		parse_mac(name, word, o->src_mac);
		o->src_mac_given = true;
		return true;
	case OPT_DST_IP:
		o->dst_ip = parse_ip(name, word);
		return true;
	case OPT_SRC_IP:
		o->src_ip = parse_ip(name, word);
		return true;
	case OPT_DST_PORT:
		o->dst_port = (uint16_t)parse_number(name, word, 1, UINT16_MAX);
		return true;
	case OPT_SRC_PORT:
		o->src_port = (uint16_t)parse_number(name, word, 1, UINT16_MAX);
		return true;
	case OPT_VLAN:
		o->vlan = (uint16_t)parse_number(name, word, 1, VLAN_MAX);
		return true;
	default:
		return false;
	}
}

/* Handles options of kicks, the watchdog and completions. False as above. */
static bool set_kick_option(struct options *o, int option, const char *name, const char *word)
{
	switch (option) {
	case OPT_KICK:
		o->kick = parse_kick_policy(name, word);
		return true;
	case OPT_WATERMARK:
		o->watermark = (uint32_t)parse_number(name, word, 1, RING_MAX);
		return true;
	case OPT_TAIL:
		o->tail_ns = parse_number(name, word, 1, TAIL_MAX_US) * NS_PER_US;
		return true;
	case OPT_WATCHDOG:
		parse_watchdog(name, word, o);
		return true;
	case OPT_STALL:
		o->stall_ns = parse_number(name, word, 1, STALL_MAX_MS) * NS_PER_MS;
		return true;
	case OPT_ON_STALL:
		o->on_stall = (enum on_stall)parse_choice(name, word, on_stall_words);
		return true;
	case OPT_LIMIT:
		o->limit = (uint32_t)parse_number(name, word, 1, RING_MAX);
		return true;
	case OPT_TOKENS:
		o->tokens = (enum zcxsk_tokens)parse_choice(name, word, tokens_words);
		return true;
	case OPT_LOOP:
		o->own_loop = parse_choice(name, word, loop_words);
		return true;
	default:
		return false;
	}
}

/* Handles options of duration, rate and output. False as above. */
static bool set_run_option(struct options *o, int option, const char *name, const char *word)
{
	switch (option) {
	case OPT_COUNT:
		o->count = parse_number(name, word, 1, count_max);
		return true;
	case OPT_RATE:
		o->rate = parse_number(name, word, 1, rate_max);
		return true;
	case 'd':
		o->duration = parse_seconds(name, word, 0.001, SECONDS_MAX);
		return true;
	case OPT_INTERVAL:
		o->interval = parse_seconds(name, word, 0, SECONDS_MAX);
		return true;
	case OPT_WAIT:
		o->spin = parse_choice(name, word, wait_words);
		return true;
	case OPT_JSON:
		o->json = word;
		return true;
	case 'v':
		o->verbose = true;
		return true;
	default:
		return false;
	}
}

/* If rules were given twice, one set would silently not apply. */
static void set_rules(struct options *o, int option, const char *name, const char *word)
{
	int status;

	if (o->rules)
		options_fail("%s: give rules once, as a text or as a file; ';' separates rules",
			     name);
	o->rules_file = option == OPT_RULES_FILE ? word : NULL;
	status = o->rules_file ? rules_read_file(&o->rules, word)
			       : rules_compile(&o->rules, name, word);
	if (status)
		exit(status);
}

static void set_give_up(struct options *o, const char *name, const char *word)
{
	struct zcxsk_error error;

	if (zcxsk_give_up_parse(&o->give_up, word, &error))
		options_fail("%s: %s. %s", name, error.cause, error.remedy);
}

/* Handles options of the packets to take. False as above. */
static bool set_taking_option(struct options *o, int option, const char *name, const char *word)
{
	switch (option) {
	case OPT_RULES:
	case OPT_RULES_FILE:
		set_rules(o, option, name, word);
		return true;
	case OPT_CONFIRM:
		o->confirm_ns =
			(uint64_t)(1e9 * parse_seconds(name, word, confirm_min, confirm_max));
		return true;
	case OPT_GIVE_UP:
		set_give_up(o, name, word);
		return true;
	default:
		return false;
	}
}

/* Handles options of the socket. */
static void set_socket_option(struct options *o, int option, const char *name, const char *word)
{
	switch (option) {
	case 'i':
		o->ifname = word;
		break;
	case 'q':
		o->queue = (uint32_t)parse_number(name, word, 0, QUEUE_MAX);
		break;
	case OPT_OUT:
		o->out_ifname = word;
		break;
	case OPT_OUT_QUEUE:
		o->out_queue = (uint32_t)parse_number(name, word, 0, QUEUE_MAX);
		break;
	case 'b':
		o->batch = (uint32_t)parse_number(name, word, 1, BATCH_MAX);
		break;
	case OPT_MODE:
		o->modes = parse_modes(name, word);
		break;
	case OPT_FRAME_SIZE:
		o->frame_size = parse_frame_size(name, word);
		break;
	case OPT_RING_SIZE:
		o->ring_size = (uint32_t)parse_number(name, word, RING_MIN, RING_MAX);
		o->tx_ring_size = o->ring_size;
		break;
	case OPT_HUGE_PAGES:
		o->huge_pages = true;
		break;
	case OPT_COEXIST:
		o->coexist = true;
		break;
	case OPT_NO_SELF_TEST:
		o->no_self_test = true;
		break;
	case OPT_PROMISCUOUS:
		o->promiscuous = true;
		break;
	}
}

static void set_option(struct options *o, int option, const char *word)
{
	char name[32];

	snprintf(name, sizeof(name), "--%s", option_name(option));
	if (!(option_commands(option) & o->command))
		options_fail("%s: not an option of %s; see zcxsock --help", name, o->command_name);
	if (!set_packet_option(o, option, name, word) && !set_kick_option(o, option, name, word) &&
	    !set_run_option(o, option, name, word) && !set_taking_option(o, option, name, word))
		set_socket_option(o, option, name, word);
}

static void set_defaults(struct options *o)
{
	/* Locally administered, so no vendor assigns it. */
	static const uint8_t nobody[MAC_BYTES] = {2, 0, 0, 0, 0, 2};

	memset(o, 0, sizeof(*o));
	o->modes = ZCXSK_MODES_ALL;
	o->ring_size = 2048;
	o->tx_ring_size = 1024;
	o->batch = 64;
	o->interval = -1;
	o->packet_size = PACKET_MIN;
	memcpy(o->dst_mac, nobody, sizeof(nobody));
	/* 198.18.0.0/15 is for benchmarks, port 9 is discard, 49152 is the first dynamic port. */
	o->src_ip = htonl(0xc6120001);
	o->dst_ip = htonl(0xc6120002);
	o->src_port = 49152;
	o->dst_port = 9;
}

static void set_command(struct options *o, const char *word)
{
	static const struct {
		const char *name;
		enum command command;
	} commands[] = {{"rx", COMMAND_RX}, {"tx", COMMAND_TX}, {"fwd", COMMAND_FWD}};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(word, commands[i].name)) {
			o->command = commands[i].command;
			o->command_name = commands[i].name;
			return;
		}
	}
	options_fail("%s: the first word must be rx, tx or fwd; see zcxsock --help", word);
}

/* Checks options against each other. */
static void check_together(struct options *o)
{
	if (!o->ifname)
		options_fail("%s needs -i IFACE", o->command_name);
	if (strlen(o->ifname) >= IF_NAMESIZE)
		options_fail("--interface %s: longer than %d characters", o->ifname,
			     IF_NAMESIZE - 1);
	if (o->out_ifname && strlen(o->out_ifname) >= IF_NAMESIZE)
		options_fail("--out %s: longer than %d characters", o->out_ifname, IF_NAMESIZE - 1);
	if (o->out_queue && !o->out_ifname)
		options_fail("--out-queue %u: needs --out", o->out_queue);
	if (o->out_ifname && !strcmp(o->out_ifname, o->ifname) && o->out_queue == o->queue)
		options_fail(
			"--out %s: is the receiving interface; omit --out to send packets back",
			o->out_ifname);
	if (o->frame_size && o->packet_size > o->frame_size)
		options_fail("--packet-size %u: must not be larger than a frame (%u bytes)",
			     o->packet_size, o->frame_size);
	if (o->batch > o->tx_ring_size)
		options_fail("--batch %u: must not be larger than the rings (%u entries)", o->batch,
			     o->tx_ring_size);
	if (o->own_loop && o->spin)
		options_fail("--loop epoll: sleeps, so it excludes --wait spin");
}

void options_read(struct options *o, int argc, char **argv)
{
	static char name[] = "zcxsock";
	int option;

	if (argc < 2) {
		help_print_usage(stderr);
		exit(2);
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help_print(stdout);
		exit(0);
	}
	if (!strcmp(argv[1], "--version")) {
		printf("zcxsock %s\n", zcxsk_version());
		exit(0);
	}
	set_defaults(o);
	set_command(o, argv[1]);
	/* getopt_long() skips the first word, which is the command. */
	argv[1] = name;
	while ((option = getopt_long(argc - 1, argv + 1, "i:q:b:d:vh", option_table, NULL)) != -1) {
		if (option == '?') {
			help_print_usage(stderr);
			exit(2);
		}
		if (option == 'h') {
			help_print(stdout);
			exit(0);
		}
		set_option(o, option, optarg);
	}
	if (optind < argc - 1)
		options_fail("%s: not understood; see zcxsock --help", argv[optind + 1]);
	check_together(o);
}
