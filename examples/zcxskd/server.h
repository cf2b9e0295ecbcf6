/* SPDX-License-Identifier: BSD-2-Clause */
/* server.h - the broker's unix socket and the clients on it. */
#ifndef ZCXSKD_SERVER_H
#define ZCXSKD_SERVER_H

#include <stdbool.h>

#include "policy.h"

struct server;

/*
 * Listens on the path. A file there that nobody serves is replaced. NULL, with
 * the reason on standard error.
 */
struct server *server_open(const char *path, const struct policy *policy, bool verbose);

/* Serves until a descriptor becomes readable. False when it cannot go on. */
bool server_run(struct server *server, int until_fd);

/* Takes everything back from the clients, and removes the file. */
void server_close(struct server *server);

#endif
