/* SPDX-License-Identifier: BSD-2-Clause */
/* ring_count.c - the cycles under callgrind. */
#include "ring_count.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ring_cycle.h"
#include "runner.h"

enum {
	COUNT_PACKETS = 20000, /* so many that the rings wrap, at least, */
	COUNT_CYCLES = 200,    /* and so many cycles */
	NOT_FOUND = 127,       /* exit status of a program that could not be started */
	LINE_BYTES = 1024,
	CLOCK_STEP_NS = 40, /* about what a cycle with a look at the clock takes */
};

static const struct ring_user *const users[] = {&ring_user_zcxsk, &ring_user_libxdp};

/* count-ring-cycle ENGINE tx|rx BATCH CYCLES */
int ring_count_main(int argc, char **argv)
{
	struct ring_memory *memory = ring_memory_make(RING_ENTRIES);
	const struct ring_user *user;
	uint32_t batch, cycles;
	void *handle;

	if (argc != 5 || !memory)
		return 2;
	user = users[strcmp(argv[1], "zcxsk") != 0];
	batch = (uint32_t)atoi(argv[3]);
	cycles = (uint32_t)atoi(argv[4]);
	ring_clock_step_ns = CLOCK_STEP_NS;
	handle = user->open(memory, RING_FRAMES);
	if (!handle || !batch || batch > RING_BATCH_MAX)
		return 2;
	while (cycles--) {
		if (!strcmp(argv[2], "rx")) {
			ring_memory_deliver(memory, batch);
			if (user->rx(handle, batch) != batch)
				return 1;
		} else {
			if (user->tx(handle, batch) != batch)
				return 1;
			ring_memory_complete(memory, batch);
		}
	}
	user->close(handle);
	ring_memory_free(memory);
	return 0;
}

/* Waits for a program whose output nobody wants. Its exit status, or -errno. */
static int run_quietly(char *const words[])
{
	posix_spawn_file_actions_t actions;
	int rc, status;
	pid_t child;

	/* Bound at the start, or the first calls would count the dynamic linker. */
	if (setenv("LD_BIND_NOW", "1", 1))
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	rc = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc)
		return -rc;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/* The total of a file that callgrind has written; 0 when there is none. */
static double read_total(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[LINE_BYTES];
	double total = 0;

	while (file && fgets(line, sizeof(line), file) && !total)
		if (sscanf(line, "summary: %lf", &total) != 1)
			total = 0;
	if (file)
		fclose(file);
	return total;
}

static int count_into(const char *path, const char *program, const struct ring_user *user,
		      bool receive, uint32_t batch, uint32_t cycles)
{
	char out[256], toggle[64], batch_word[16], cycles_word[16], self[4096], name[32];
	char valgrind[] = "valgrind", tool[] = "--tool=callgrind", command[] = RING_COUNT_COMMAND;
	char way[3];
	char *words[] = {valgrind, tool, out,	     toggle,	  self, command,
			 name,	   way,	 batch_word, cycles_word, NULL};

	snprintf(out, sizeof(out), "--callgrind-out-file=%s", path);
	snprintf(toggle, sizeof(toggle), "--toggle-collect=%s",
		 receive ? user->rx_name : user->tx_name);
	snprintf(self, sizeof(self), "%s", program);
	snprintf(name, sizeof(name), "%s", user->name);
	snprintf(way, sizeof(way), "%s", receive ? "rx" : "tx");
	snprintf(batch_word, sizeof(batch_word), "%u", batch);
	snprintf(cycles_word, sizeof(cycles_word), "%u", cycles);
	return run_quietly(words);
}

int ring_count(const struct plan *plan, const struct ring_user *user, bool receive, uint32_t batch,
	       double *instructions, char *why)
{
	uint32_t cycles =
		COUNT_PACKETS / batch > COUNT_CYCLES ? COUNT_PACKETS / batch : COUNT_CYCLES;
	char path[] = "/tmp/zcxsk-bench.XXXXXX";
	int rc, fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0) {
		snprintf(why, WHY_BYTES, "/tmp: %s", strerror(errno));
		return -errno;
	}
	close(fd);
	rc = count_into(path, plan->program, user, receive, batch, cycles);
	*instructions = rc ? 0 : read_total(path) / ((double)cycles * batch);
	unlink(path);
	if (rc == -ENOENT || rc == NOT_FOUND) {
		snprintf(why, WHY_BYTES, "instructions are counted by valgrind, which is not here");
		return -ENOENT;
	}
	if (*instructions > 0)
		return 0;
	snprintf(why, WHY_BYTES, "callgrind counted nothing (status %d)", rc);
	return rc < 0 ? rc : -EIO;
}
