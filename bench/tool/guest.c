/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.c - the virtual machine around the bench: one processor, a card whose
 * packets are swallowed, and two cards on a hub. The bench inside writes its
 * result into a file, which the harness brings back.
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "machine.h"
#include "progress.h"
#include "runner.h"

#define INSIDE_PROGRAM "/tmp/zcxsk-bench"
#define INSIDE_RESULT "/tmp/result.json"

enum {
	WORDS_MAX = 64,
	WORD_BYTES = 4096, /* a path, or a list */
	/* Seconds: to boot and to end, and to set up for a turn, without hardware support. */
	GUEST_SPARE = 240,
	TURN_SPARE = 4,
	MEMORY_MIB = 1024, /* many rings and frames at once */
};

struct command {
	char *words[WORDS_MAX + 1];
	size_t count;
	bool full;
};

__attribute__((format(printf, 2, 3))) static void add(struct command *c, const char *format, ...)
{
	char word[WORD_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(word, sizeof(word), format, args);
	va_end(args);
	if (c->count < WORDS_MAX)
		c->words[c->count] = strdup(word);
	if (c->count == WORDS_MAX || !c->words[c->count])
		c->full = true;
	else
		c->count++;
}

static void add_numbers(struct command *c, const char *option, const uint32_t *numbers)
{
	char list[WORD_BYTES] = "";
	size_t at = 0;

	for (size_t i = 0; numbers[i]; i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%u", i ? "," : "",
				       numbers[i]);
	add(c, "%s", option);
	add(c, "%s", list);
}

static void add_words(struct command *c, const struct plan *plan)
{
	char list[WORD_BYTES] = "";
	size_t at = 0;

	for (size_t i = 0; engines[i]; i++)
		if (plan->engine_wanted[i])
			at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", at ? "," : "",
					       engines[i]->name);
	add(c, "--engine");
	add(c, "%s", list);
	for (at = 0, list[0] = '\0'; plan->modes[at]; at++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", at ? "," : "",
			 plan->modes[at]);
	if (!at)
		return;
	add(c, "--mode");
	add(c, "%s", list);
}

/* The plan once more, as options. */
static void add_plan(struct command *c, const struct plan *plan)
{
	add(c, "--rounds");
	add(c, "%u", plan->rounds);
	add(c, "--seconds");
	add(c, "%g", (double)plan->turn_ns / 1e9);
	add_numbers(c, "--batch", plan->batches);
	add_numbers(c, "--packet-size", plan->packet_sizes);
	add_words(c, plan);
	if (plan->rate) {
		add(c, "--rate");
		add(c, "%" PRIu64, plan->rate);
	}
	if (plan->spin)
		add(c, "--spin");
	if (plan->busy_poll)
		add(c, "--busy-poll");
	if (plan->quick)
		add(c, "--quick");
}

static void add_cards(struct command *c)
{
	static const char *const cards[] = {"sink", "hub=0", "hub=0"};

	for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
		add(c, "--nic");
		add(c, "%s", cards[i]);
	}
}

static void compose(struct command *c, const struct options *o, const char *result)
{
	uint64_t turns = o->what->turns(&o->plan);

	add(c, "%s", ZCXSK_BENCH_GUEST_RUN);
	add(c, "--smp");
	add(c, "1");
	add(c, "--memory");
	add(c, "%d", MEMORY_MIB);
	if (o->guest_kernel) {
		add(c, "--kernel");
		add(c, "%s", o->guest_kernel);
	}
	add_cards(c);
	add(c, "--add");
	add(c, "%s:%s", o->plan.program, INSIDE_PROGRAM);
	add(c, "--get");
	add(c, "%s:%s", INSIDE_RESULT, result);
	add(c, "--deadline");
	add(c, "%" PRIu64,
	    GUEST_SPARE + turns * (TURN_SPARE + 2 * o->plan.turn_ns / UINT64_C(1000000000)));
	add(c, "--");
	add(c, "%s", INSIDE_PROGRAM);
	add(c, "%s", o->what->name);
	add(c, "--inside-guest");
	add(c, "--json");
	add(c, "%s", INSIDE_RESULT);
	add_plan(c, &o->plan);
}

/* A signal that ends us ends the harness, which cleans up. Its exit status, or -errno. */
static int await(pid_t child)
{
	bool told = false;
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
		if (progress_signal() && !told)
			kill(child, progress_signal());
		told = progress_signal() != 0;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/* What is said inside is progress, and goes where ours does. */
static int run_harness(struct command *c)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	rc = posix_spawn(&child, c->words[0], &actions, NULL, c->words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return rc ? -rc : await(child);
}

static int read_result(const char *path, struct results *results, json_t **machine)
{
	char why[WHY_BYTES];
	json_t *object = json_load_results(path, results, why), *host = machine_describe(NULL);

	if (!object) {
		progress_say("--guest: its result: %s", why);
		json_decref(host);
		return -EIO;
	}
	*machine = json_incref(json_object_get(object, "machine"));
	json_object_set_new(*machine, "host", host);
	json_decref(object);
	return 0;
}

int guest_measure(const struct options *o, struct results *results, json_t **machine)
{
	char path[] = "/tmp/zcxsk-bench.XXXXXX";
	struct command c = {0};
	int rc, fd;

	if (access(ZCXSK_BENCH_GUEST_RUN, X_OK)) {
		progress_say("--guest: needs the source tree; %s is not there",
			     ZCXSK_BENCH_GUEST_RUN);
		return -ENOENT;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0) {
		progress_say("/tmp: %s", strerror(errno));
		return -errno;
	}
	close(fd);
	compose(&c, o, path);
	rc = c.full ? -ENOMEM : run_harness(&c);
	if (rc && !progress_signal())
		progress_say("--guest: it ended with %d", rc);
	/* A guest that failed at the end has measured all the same. */
	if (rc >= 0 && !progress_signal() && read_result(path, results, machine) && !rc)
		rc = -EIO;
	while (c.count)
		free(c.words[--c.count]);
	unlink(path);
	return rc > 0 ? -EIO : rc;
}
