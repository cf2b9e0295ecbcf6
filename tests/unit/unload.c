/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unload.c LIBRARY - a program that has loaded the library, opened objects and unloaded it
 * can fork: the library leaves no fork handler behind. Loads it several times, since a
 * handler of each would run.
 */
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zcxsk/umem.h>

#include "check.h"

#define ROUNDS 3

typedef int create_function(struct zcxsk_umem **out, const struct zcxsk_umem_opts *opts,
			    struct zcxsk_error *error);
typedef int destroy_function(struct zcxsk_umem *umem);

static void *find(void *library, const char *name)
{
	void *function = dlsym(library, name);

	CHECK(name, function);
	return function;
}

static void check_fork(const char *behaviour)
{
	pid_t child = fork();
	int status = 0;

	CHECK("fork", child >= 0);
	if (!child)
		_exit(0);
	CHECK_EQ("wait", waitpid(child, &status, 0), child);
	CHECK_EQ(behaviour, status, 0);
}

/* One object is destroyed, one is left open. */
static void use(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	create_function *create;
	destroy_function *destroy;
	struct zcxsk_umem *umem;

	CHECK("the library is loaded", library);
	*(void **)&create = find(library, "zcxsk_umem_create");
	*(void **)&destroy = find(library, "zcxsk_umem_destroy");
	CHECK_EQ("UMEM", create(&umem, NULL, NULL), 0);
	CHECK_EQ("UMEM", destroy(umem), 0);
	CHECK_EQ("UMEM", create(&umem, NULL, NULL), 0);
	check_fork("a fork while the library is loaded");
	CHECK_EQ("unload", dlclose(library), 0);
	CHECK("the library is unloaded", !dlopen(path, RTLD_NOW | RTLD_NOLOAD));
	check_fork("a fork after the library was unloaded");
}

int main(int argc, char **argv)
{
	CHECK_EQ("an argument", argc, 2);
	for (int i = 0; i < ROUNDS; i++)
		use(argv[1]);
	return 0;
}
