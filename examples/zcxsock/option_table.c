/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option_table.c - the options, and the commands that accept each.
 */
#include "option_table.h"

#include <stddef.h>

#include "options.h"

enum {
	COMMAND_ANY = COMMAND_RX | COMMAND_TX | COMMAND_FWD,
	COMMAND_TAKES = COMMAND_RX | COMMAND_FWD,
	COMMAND_SENDS = COMMAND_TX | COMMAND_FWD,
};

const struct option option_table[] = {
	{"interface", required_argument, NULL, 'i'},
	{"queue", required_argument, NULL, 'q'},
	{"batch", required_argument, NULL, 'b'},
	{"duration", required_argument, NULL, 'd'},
	{"verbose", no_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{"mode", required_argument, NULL, OPT_MODE},
	{"frame-size", required_argument, NULL, OPT_FRAME_SIZE},
	{"ring-size", required_argument, NULL, OPT_RING_SIZE},
	{"packet-size", required_argument, NULL, OPT_PACKET_SIZE},
	{"count", required_argument, NULL, OPT_COUNT},
	{"rate", required_argument, NULL, OPT_RATE},
	{"dst-mac", required_argument, NULL, OPT_DST_MAC},
	{"src-mac", required_argument, NULL, OPT_SRC_MAC},
	{"dst-ip", required_argument, NULL, OPT_DST_IP},
	{"src-ip", required_argument, NULL, OPT_SRC_IP},
	{"dst-port", required_argument, NULL, OPT_DST_PORT},
	{"src-port", required_argument, NULL, OPT_SRC_PORT},
	{"vlan", required_argument, NULL, OPT_VLAN},
	{"wait", required_argument, NULL, OPT_WAIT},
	{"interval", required_argument, NULL, OPT_INTERVAL},
	{"json", required_argument, NULL, OPT_JSON},
	{"huge-pages", no_argument, NULL, OPT_HUGE_PAGES},
	{"rules", required_argument, NULL, OPT_RULES},
	{"rules-file", required_argument, NULL, OPT_RULES_FILE},
	{"confirm", required_argument, NULL, OPT_CONFIRM},
	{"give-up", required_argument, NULL, OPT_GIVE_UP},
	{"coexist", no_argument, NULL, OPT_COEXIST},
	{"no-self-test", no_argument, NULL, OPT_NO_SELF_TEST},
	{"promiscuous", no_argument, NULL, OPT_PROMISCUOUS},
	{"out", required_argument, NULL, OPT_OUT},
	{"out-queue", required_argument, NULL, OPT_OUT_QUEUE},
	{"kick", required_argument, NULL, OPT_KICK},
	{"watermark", required_argument, NULL, OPT_WATERMARK},
	{"tail", required_argument, NULL, OPT_TAIL},
	{"watchdog", required_argument, NULL, OPT_WATCHDOG},
	{"stall", required_argument, NULL, OPT_STALL},
	{"on-stall", required_argument, NULL, OPT_ON_STALL},
	{"limit", required_argument, NULL, OPT_LIMIT},
	{"tokens", required_argument, NULL, OPT_TOKENS},
	{"loop", required_argument, NULL, OPT_LOOP},
	{0},
};

const char *option_name(int option)
{
	for (const struct option *l = option_table; l->name; l++)
		if (l->val == option)
			return l->name;
	return "?";
}

unsigned option_commands(int option)
{
	switch (option) {
	case OPT_PACKET_SIZE:
	case OPT_RATE:
	case OPT_DST_MAC:
	case OPT_SRC_MAC:
	case OPT_DST_IP:
	case OPT_SRC_IP:
	case OPT_DST_PORT:
	case OPT_SRC_PORT:
	case OPT_VLAN:
	case OPT_TOKENS:
	case OPT_LOOP:
		return COMMAND_TX;
	case OPT_KICK:
	case OPT_WATERMARK:
	case OPT_TAIL:
	case OPT_WATCHDOG:
	case OPT_STALL:
	case OPT_ON_STALL:
	case OPT_LIMIT:
		return COMMAND_SENDS;
	case OPT_RULES:
	case OPT_RULES_FILE:
	case OPT_CONFIRM:
	case OPT_GIVE_UP:
	case OPT_PROMISCUOUS:
		return COMMAND_TAKES;
	case OPT_OUT:
	case OPT_OUT_QUEUE:
		return COMMAND_FWD;
	default:
		return COMMAND_ANY;
	}
}
