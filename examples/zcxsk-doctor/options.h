/* SPDX-License-Identifier: BSD-2-Clause */
/* options.h - the checked options of the command line. */
#ifndef DOCTOR_OPTIONS_H
#define DOCTOR_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum { STATUS_FAILURE = 1, STATUS_USAGE = 2 };

#define QUEUE_SPARE UINT32_MAX /* the last queue without a socket */

struct options {
	const char *ifname; /* NULL = all interfaces */
	uint32_t queue;	    /* that a socket would be opened on */
	bool queue_given;
	bool try;	      /* open one */
	uint32_t try_queue;   /* there */
	uint64_t deadline_ns; /* of the trial */
	uint64_t give_up;     /* ZCXSK_GIVE_UP_* */
	const char *json;     /* file, "-" = standard output */
	const char *report;   /* file */
	bool with_addresses;
	bool verbose;
};

/*
 * Reads the command line. On an error it names the value and the limit and exits with
 * STATUS_USAGE; --help and --version exit with 0.
 */
void options_read(struct options *o, int argc, char **argv);

#endif
