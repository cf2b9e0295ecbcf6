/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.c - the virtual machine around the bench: one processor, a card whose packets
 * are dropped, and two cards on a hub. The bench inside writes its result into a file,
 * which the harness copies back.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "meter.h"

#define MEMORY_MIB "1024" /* for many rings and frames at once */
#define INSIDE_PROGRAM "/tmp/zcxsk-bench"
#define INSIDE_RESULT "/tmp/result.json"

enum {
	WORDS_MAX = 64,
	WORD_BYTES = 4096, /* a path, or a list */
	/* Seconds to boot and shut down, and to set up a turn, without hardware support. */
	GUEST_SPARE = 240,
	TURN_SPARE = 4,
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

/* Adds words up to NULL. */
static void add_words(struct command *c, const char *const *words)
{
	while (*words)
		add(c, "%s", *words++);
}

static void compose(struct command *c, const struct options *o, const char *result)
{
	const char *const machine[] = {ZCXSK_BENCH_GUEST_RUN,
				       "--smp",
				       "1",
				       "--memory",
				       MEMORY_MIB,
				       "--nic",
				       "sink",
				       "--nic",
				       "hub=0",
				       "--nic",
				       "hub=0",
				       o->guest_kernel ? "--kernel" : NULL,
				       o->guest_kernel,
				       NULL};
	const char *const bench[] = {"--",     INSIDE_PROGRAM, o->what->name, "--inside-guest",
				     "--json", INSIDE_RESULT,  NULL};
	uint64_t turns = case_turns(o->what, &o->plan);

	add_words(c, machine);
	add(c, "--add");
	add(c, "%s:%s", o->plan.program, INSIDE_PROGRAM);
	add(c, "--get");
	add(c, "%s:%s", INSIDE_RESULT, result);
	add(c, "--deadline");
	add(c, "%" PRIu64, GUEST_SPARE + turns * (TURN_SPARE + 2 * o->plan.turn_ns / NS_PER_S));
	add_words(c, bench);
	add_words(c, (const char *const *)o->plan_words);
}

static int read_result(const char *path, struct results *results, json_t **machine)
{
	char why[WHY_BYTES];
	json_t *object = json_load_results(path, results, why), *host = machine_describe(NULL);

	if (!object) {
		progress_say("--guest: the result: %s", why);
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
	int ret, fd;

	if (access(ZCXSK_BENCH_GUEST_RUN, X_OK)) {
		progress_say("--guest: needs the source tree, but %s does not exist",
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
	ret = c.full ? -ENOMEM : child_run(c.words, false);
	if (ret && !progress_signal())
		progress_say("--guest: the guest ended with %d", ret);
	/* The result is valid even if the guest failed at the end. */
	if (ret >= 0 && !progress_signal() && read_result(path, results, machine) && !ret)
		ret = -EIO;
	while (c.count)
		free(c.words[--c.count]);
	unlink(path);
	return ret > 0 ? -EIO : ret;
}
