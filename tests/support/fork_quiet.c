/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork_quiet.c - lets Criterion fork under AddressSanitizer. Criterion forks
 * each test from a process with a second thread, and GCC 12's sanitizer does
 * not look after its allocator's locks then: a child made while that thread
 * allocates waits for ever. So a fork waits until the others are at rest.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAUSE_MS 1
#define PAUSES 2000 /* a thread that is never at rest is not waited for longer */

/* The thread sleeps in epoll_wait, where it holds no lock. */
static bool at_rest(const char *tid)
{
	char path[64], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%s/syscall", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true; /* it has ended meanwhile */
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return atol(text) == SYS_epoll_wait || atol(text) == SYS_epoll_pwait;
}

static bool all_at_rest(void)
{
	DIR *dir = opendir("/proc/self/task");
	long self = syscall(SYS_gettid);
	struct dirent *entry;
	bool rest = true;

	while (dir && rest && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && atol(entry->d_name) != self)
			rest = at_rest(entry->d_name);
	if (dir)
		closedir(dir);
	return rest;
}

static void before_fork(void)
{
	for (int i = 0; i < PAUSES && !all_at_rest(); i++)
		poll(NULL, 0, PAUSE_MS);
}

__attribute__((constructor)) static void watch_forks(void)
{
	pthread_atfork(before_fork, NULL, NULL);
}
