/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plugin.h - a fake of the AF_XDP device plugin for Kubernetes: its side of the handshake,
 * for one connection at a time.
 */
#ifndef ZCXSK_TESTS_PLUGIN_H
#define ZCXSK_TESTS_PLUGIN_H

#include <pthread.h>
#include <stdbool.h>

/* How the fake differs from the real plugin. */
enum plugin_fault {
	PLUGIN_VALID,
	PLUGIN_SILENT,	   /* never answers */
	PLUGIN_MALFORMED,  /* sends malformed answers */
	PLUGIN_GONE,	   /* closes the connection instead of answering */
	PLUGIN_WITHOUT_FD, /* omits the map */
	PLUGIN_UNASKED_FD, /* sends unrequested descriptors */
};

struct plugin {
	/* Set before the start. */
	const char *path;
	const char *hostname; /* of the only known pod */
	const char *ifname;   /* the only interface of that pod */
	int map_fd;
	enum plugin_fault fault;
	/* Counted by the plugin. */
	unsigned farewells; /* /fin */
	unsigned busy_polls;
	int listener;
	pthread_t thread;
};

void plugin_start(struct plugin *plugin);
void plugin_stop(struct plugin *plugin);

#endif
