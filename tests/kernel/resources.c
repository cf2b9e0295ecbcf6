/* SPDX-License-Identifier: BSD-2-Clause */
/* resources.c - counts open files, mappings and memory of this process. */
#include "resources.h"

#include <dirent.h>
#include <unistd.h>

#include "check.h"

unsigned resources_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	CHECK("fd folder", dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

unsigned resources_mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	unsigned n = 0;
	int c;

	CHECK("maps", f);
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

unsigned long resources_memory(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	CHECK("memory in use", f && fscanf(f, "%lu", &pages) == 1);
	fclose(f);
	return pages * (unsigned long)sysconf(_SC_PAGESIZE);
}
