/* SPDX-License-Identifier: BSD-2-Clause */
/* child.c - runs another program. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

enum { PATH_BYTES = 4096, NOT_FOUND = 127 /* exit status if exec fails */ };

static int await(pid_t child, bool quiet)
{
	bool passed = quiet;
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
		if (progress_signal() && !passed)
			kill(child, progress_signal());
		passed = passed || progress_signal();
	}
	if (!WIFEXITED(status))
		return -EINTR;
	return WEXITSTATUS(status) == NOT_FOUND ? -ENOENT : WEXITSTATUS(status);
}

int child_run(char *const words[], bool quiet)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int ret;

	posix_spawn_file_actions_init(&actions);
	if (quiet)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	ret = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return ret ? -ret : await(child, quiet);
}

int child_report(const char *result, const char *folder)
{
	char self[PATH_BYTES] = "", script[PATH_BYTES + 32], from[PATH_BYTES], to[PATH_BYTES];
	char *const words[] = {script, from, to, NULL};

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return -errno;
	snprintf(script, sizeof(script), "%s/zcxsk-bench-report", dirname(self));
	snprintf(from, sizeof(from), "%s", result);
	snprintf(to, sizeof(to), "%s", folder);
	return child_run(words, false);
}
