/* SPDX-License-Identifier: BSD-2-Clause */
/* resources.c - counts open files and mappings of this process. */
#include "resources.h"

#include <dirent.h>

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
