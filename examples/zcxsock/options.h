/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.h - the checked options of the command line.
 */
#ifndef ZCXSOCK_OPTIONS_H
#define ZCXSOCK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <zcxsk/zcxsk.h>

#include "clock.h"

/* One bit each, so that an option can name several commands. */
enum command { COMMAND_RX = 1, COMMAND_TX = 2, COMMAND_FWD = 4 };

enum {
	MAC_BYTES = 6,
	BATCH_MAX = 4096, /* packets; two full rings of the default size */
	RING_MIN = 64,	  /* entries */
	RING_MAX = 65536, /* entries; the library's limit */
	PACKET_MIN = 60,  /* bytes: the shortest Ethernet frame, without checksum */
	FRAME_SIZE_SMALL = 2048,
	FRAME_SIZE_MAX = 4096, /* bytes: a page, the library's limit */
	ETHERNET_HEADER = 14,  /* bytes */
	VLAN_TAG = 4,	       /* bytes */
};

/* The reaction when no completion has arrived for the stall time. */
enum on_stall { ON_STALL_CONTINUE, ON_STALL_REBUILD, ON_STALL_EXIT };

struct options {
	enum command command;
	const char *command_name;
	const char *ifname;
	const char *out_ifname; /* fwd: NULL = ifname */
	uint32_t queue;
	uint32_t out_queue;
	uint32_t modes; /* sum of enum zcxsk_mode */
	uint32_t frame_size;
	uint32_t ring_size;
	uint32_t tx_ring_size;
	uint32_t batch;
	uint64_t count;	  /* 0 = no limit */
	double duration;  /* seconds, 0 = no limit */
	double interval;  /* seconds between progress lines, 0 = none, < 0 = not given */
	const char *json; /* file, "-" = standard output */
	bool spin;
	bool huge_pages;
	bool coexist;
	bool no_self_test;
	bool promiscuous; /* rx and fwd */
	bool verbose;

	/* rx and fwd */
	struct zcxsk_rules *rules; /* NULL = take any */
	const char *rules_file;	   /* NULL = they are from the command line */
	uint64_t confirm_ns;	   /* 0 = they do not end */
	uint64_t give_up;	   /* ZCXSK_GIVE_UP_* */

	/* tx and fwd; 0 = the library's default */
	enum zcxsk_kick_policy kick;
	uint32_t watermark; /* packets */
	uint32_t limit;	    /* packets */
	uint64_t tail_ns;
	uint64_t watchdog_first_ns; /* UINT64_MAX = no watchdog */
	uint64_t watchdog_last_ns;
	uint64_t stall_ns;
	enum on_stall on_stall;

	/* tx only */
	enum zcxsk_tokens tokens;
	bool own_loop;	      /* sleep in epoll instead of in the library */
	uint32_t packet_size; /* bytes, Ethernet frame without checksum */
	uint64_t rate;	      /* packets per second, 0 = as fast as possible */
	uint8_t dst_mac[MAC_BYTES];
	uint8_t src_mac[MAC_BYTES];
	bool src_mac_given;
	uint32_t dst_ip; /* network byte order */
	uint32_t src_ip;
	uint16_t dst_port;
	uint16_t src_port;
	uint16_t vlan; /* 0 = no tag */
};

/*
 * Reads the command line. On an error it names the value and the limit and exits
 * with status 2; --help and --version exit with status 0.
 */
void options_read(struct options *o, int argc, char **argv);

/* Exits the same way, for checks that need the interface. */
__attribute__((noreturn, format(printf, 1, 2))) void options_fail(const char *format, ...);

#endif
