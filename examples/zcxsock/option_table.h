/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option_table.h - the options, and the commands that accept each.
 */
#ifndef ZCXSOCK_OPTION_TABLE_H
#define ZCXSOCK_OPTION_TABLE_H

#include <getopt.h>

/* Values of getopt_long() for options without a letter, above all letters. */
enum {
	OPT_MODE = 256,
	OPT_FRAME_SIZE,
	OPT_RING_SIZE,
	OPT_PACKET_SIZE,
	OPT_COUNT,
	OPT_RATE,
	OPT_DST_MAC,
	OPT_SRC_MAC,
	OPT_DST_IP,
	OPT_SRC_IP,
	OPT_DST_PORT,
	OPT_SRC_PORT,
	OPT_VLAN,
	OPT_WAIT,
	OPT_INTERVAL,
	OPT_JSON,
	OPT_HUGE_PAGES,
	OPT_RULES,
	OPT_RULES_FILE,
	OPT_CONFIRM,
	OPT_GIVE_UP,
	OPT_COEXIST,
	OPT_NO_SELF_TEST,
	OPT_PROMISCUOUS,
	OPT_OUT,
	OPT_OUT_QUEUE,
	OPT_KICK,
	OPT_WATERMARK,
	OPT_TAIL,
	OPT_WATCHDOG,
	OPT_STALL,
	OPT_ON_STALL,
	OPT_LIMIT,
	OPT_TOKENS,
	OPT_LOOP,
};

/* For getopt_long(). */
extern const struct option option_table[];

/* The long name, without the dashes. */
const char *option_name(int option);

/* The commands that accept the option, as a sum of enum command. */
unsigned option_commands(int option);

#endif
