/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork_quiet.c - lets Criterion fork under AddressSanitizer. Criterion forks each test from
 * a process with a second thread. GCC 12's sanitizer does not reset its allocator's locks
 * in the child, so a child forked while that thread allocates hangs. So fork() waits
 * until the other threads are idle.
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
#define PAUSES 2000 /* limit for waiting for a thread that is never idle */

/* True if the thread sleeps in epoll_wait, where it holds no lock. */
static bool is_idle(const char *tid)
{
	char path[64], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%s/syscall", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true; /* the thread has ended */
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
			rest = is_idle(entry->d_name);
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
