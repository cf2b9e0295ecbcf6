/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.c - progress and remaining time on stderr, and the signals that end a run early. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "case.h"
#include "meter.h"

/* Seconds between two lines if stderr is not a terminal. */
enum { LINE_EVERY = 5 };

static struct {
	const char *what;
	uint32_t turns, done;
	uint32_t depth; /* a nested case continues the outer count */
	double began, said;
	bool drawn;
} progress;

static volatile sig_atomic_t stopped;

static double now(void)
{
	return (double)meter_now_ns() / 1e9;
}

static void clear_line(void)
{
	if (progress.drawn)
		fputs("\r\033[K", stderr);
	progress.drawn = false;
}

void progress_start(const char *what, uint32_t turns)
{
	if (progress.depth++)
		return;
	progress.what = what;
	progress.turns = turns;
	progress.done = 0;
	progress.began = now();
	progress.said = 0; /* print the first line at once */
}

void progress_turn(const char *engine)
{
	bool terminal = isatty(STDERR_FILENO);
	double t = now(), left = 0;

	if (progress.done && progress.turns > progress.done)
		left = (t - progress.began) / progress.done * (progress.turns - progress.done);
	if (terminal || t - progress.said >= LINE_EVERY) {
		clear_line();
		fprintf(stderr, "%s: turn %u of %u, %s", progress.what, progress.done + 1,
			progress.turns > progress.done ? progress.turns : progress.done + 1,
			engine);
		if (progress.done)
			fprintf(stderr, ", about %.0f s left", left);
		if (!terminal)
			fputc('\n', stderr);
		progress.drawn = terminal;
		progress.said = t;
	}
	progress.done++;
}

void progress_end(void)
{
	if (!--progress.depth)
		clear_line();
}

void progress_say(const char *format, ...)
{
	va_list args;

	clear_line();
	fputs("zcxsk-bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void stop(int number)
{
	stopped = number;
}

void progress_catch_signals(void)
{
	/* No SA_RESTART, so that waits end. */
	struct sigaction action = {.sa_handler = stop};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

int progress_signal(void)
{
	return stopped;
}

bool stop_requested(void)
{
	return stopped;
}
