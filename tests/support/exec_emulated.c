/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec_emulated.c - lets Criterion run under QEMU's user emulation. Criterion executes its
 * own program again for each test, which the kernel cannot do with a program for another
 * processor. So this executes the emulator with the program as argument.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORDS_MAX 16 /* Criterion passes one argument */

/* Replaces the C library's execve, also for Criterion's library. */
__attribute__((visibility("default"))) int execve(const char *path, char *const words[],
						  char *const environment[])
{
	const char *all[WORDS_MAX] = {EMULATOR, "-L", EMULATED_ROOT, "-0", words[0], path};
	int n = 6;

	for (words++; *words && n < WORDS_MAX - 1; words++)
		all[n++] = *words;
	if (*words) {
		errno = E2BIG;
		return -1;
	}
	return (int)syscall(SYS_execve, EMULATOR, all, environment);
}
