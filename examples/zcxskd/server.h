/* SPDX-License-Identifier: BSD-2-Clause */
/* server.h - the broker's unix socket and its clients. */
#ifndef ZCXSKD_SERVER_H
#define ZCXSKD_SERVER_H

#include <stdbool.h>

#include "policy.h"

struct server;

/*
 * Listens on the path, and replaces a socket file that no broker listens on. On failure
 * returns NULL, with the reason on standard error.
 */
struct server *server_open(const char *path, const struct policy *policy, bool verbose);

/* Serves until until_fd becomes readable. False after an error. */
bool server_run(struct server *server, int until_fd);

/* Drops all clients and removes the file. */
void server_close(struct server *server);

#endif
