/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plugin.h - a stand-in for the AF_XDP device plugin for Kubernetes: its side
 * of the handshake, for one connection after the other.
 */
#ifndef ZCXSK_TESTS_PLUGIN_H
#define ZCXSK_TESTS_PLUGIN_H

#include <pthread.h>
#include <stdbool.h>

/* How it behaves, other than the real one. */
enum plugin_fault {
	PLUGIN_RIGHT,
	PLUGIN_SILENT,	   /* never answers */
	PLUGIN_NONSENSE,   /* answers what nobody understands */
	PLUGIN_GONE,	   /* ends the connection instead of answering */
	PLUGIN_WITHOUT_FD, /* forgets the map */
	PLUGIN_UNASKED_FD, /* sends descriptors that nobody asked for */
};

struct plugin {
	/* Set before it is started. */
	const char *path;
	const char *hostname; /* of the only pod it knows */
	const char *ifname;   /* the only interface of that pod */
	int map_fd;
	enum plugin_fault fault;
	/* Seen by it. */
	unsigned farewells; /* /fin */
	unsigned busy_polls;
	int listener;
	pthread_t thread;
};

void plugin_start(struct plugin *plugin);
void plugin_stop(struct plugin *plugin);

#endif
