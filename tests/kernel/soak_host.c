/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_host.c - a conversation with the guest's host: requests out, answers in. */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "soak.h"

#define ANSWER_MS 120000
#define LINE_MOST 64u

static bool ends;

/* Reads one line; false if there is none in time. */
static bool read_line(char *line, int timeout_ms)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	size_t n = 0;

	while (poll(&p, 1, n ? ANSWER_MS : timeout_ms) == 1 && n < LINE_MOST - 1 &&
	       read(STDIN_FILENO, line + n, 1) == 1)
		if (line[n++] == '\n') {
			line[n - 1] = '\0';
			return true;
		}
	return false;
}

/* The host asks for the end in the same way, at any time. */
void soak_ask_host(const char *words)
{
	char line[LINE_MOST];

	printf("host %s\n", words);
	do {
		CHECK("the host answers", read_line(line, ANSWER_MS));
		ends |= !strcmp(line, "end");
	} while (strcmp(line, "done"));
}

bool soak_host_ends(void)
{
	char line[LINE_MOST];

	while (!ends && read_line(line, 0))
		ends = !strcmp(line, "end");
	return ends;
}
