/* SPDX-License-Identifier: BSD-2-Clause */
/* ring_count.c - the cycles under callgrind. */
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "runner.h"

enum {
	COUNT_PACKETS = 20000, /* at least, so that the rings wrap */
	COUNT_CYCLES = 200,    /* at least */
	LINE_BYTES = 1024,
	CLOCK_STEP_NS = 40, /* about the duration of a cycle with a clock read */
};

/* count-ring-cycle ENGINE tx|rx BATCH CYCLES */
int ring_count_main(int argc, char **argv)
{
	struct ring_memory *memory = ring_memory_make(RING_ENTRIES);
	const struct ring_user *user;
	uint32_t batch, cycles;
	void *handle;

	if (argc != 5 || !memory)
		return 2;
	user = ring_users[strcmp(argv[1], "zcxsk") != 0];
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

/* The total in a file of callgrind; 0 if there is none. */
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
	/* Bound at the start, or the first calls would count the dynamic linker. */
	if (setenv("LD_BIND_NOW", "1", 1))
		return -errno;
	return child_run(words, true);
}

int ring_count(const struct plan *plan, const struct ring_user *user, bool receive, uint32_t batch,
	       double *instructions, char *why)
{
	uint32_t cycles =
		COUNT_PACKETS / batch > COUNT_CYCLES ? COUNT_PACKETS / batch : COUNT_CYCLES;
	char path[] = "/tmp/zcxsk-bench.XXXXXX";
	int ret, fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0)
		return engine_fails(why, "/tmp", errno);
	close(fd);
	ret = count_into(path, plan->program, user, receive, batch, cycles);
	*instructions = ret ? 0 : read_total(path) / ((double)cycles * batch);
	unlink(path);
	if (ret == -ENOENT)
		return engine_refuses(why, ENOENT,
				      "no instruction counts: valgrind is not installed");
	if (*instructions > 0)
		return 0;
	return engine_refuses(why, ret < 0 ? -ret : EIO, "callgrind counted nothing (status %d)",
			      ret);
}
