/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abandoned.c - programs of killed processes in libxdp's dispatcher are removed by the next
 * attach, those of living ones are not, and a dispatcher that is full of them is explained
 * with the command that empties it. For the guest, whose kernel supports the dispatcher.
 */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include "check.h"
#include "child.h"
#include "netns.h"
#include "rig.h"
#include "traffic.h"

#define ENTRIES 10u /* programs that a dispatcher runs */
#define PACKETS 100u

static bool detach_fails;

/* Takes the place of libxdp's function. */
int xdp_program__detach(struct xdp_program *program, int ifindex, enum xdp_attach_mode mode,
			unsigned flags)
{
	int (*real)(struct xdp_program *, int, enum xdp_attach_mode, unsigned);

	*(void **)&real = dlsym(RTLD_NEXT, "xdp_program__detach");
	return detach_fails ? -EIO : real(program, ifindex, mode, flags);
}

/* How many of our programs xdp-loader lists on the interface. */
static unsigned count_ours(void)
{
	char command[64], line[256];
	unsigned count = 0;
	FILE *out;

	snprintf(command, sizeof(command), "xdp-loader status %s", rig_right(0));
	out = popen(command, "re");
	CHECK("xdp-loader runs", out != NULL);
	while (fgets(line, sizeof(line), out))
		count += strstr(line, "zcxsk_redirect") != NULL;
	CHECK_EQ("xdp-loader works", pclose(out), 0);
	return count;
}

static int try_attach(struct zcxsk_redirect **redirect, uint32_t flags, struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts o;

	zcxsk_redirect_opts_init(&o);
	o.flags = flags;
	o.modes = ZCXSK_MODE_NATIVE_COPY;
	return zcxsk_redirect_attach(redirect, rig_right(0), &o, error);
}

static struct zcxsk_redirect *attach(uint32_t flags)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error = {0};
	int ret = try_attach(&redirect, flags, &error);

	if (ret)
		printf("  %s: %s\n", error.cause, error.remedy);
	CHECK_EQ("attached", ret, 0);
	return redirect;
}

static void detach(struct zcxsk_redirect *redirect)
{
	CHECK_EQ("detached", zcxsk_redirect_detach(redirect), 0);
}

/* Holds its program in the dispatcher until it is killed. */
static void hold(void *unused)
{
	(void)unused;
	attach(ZCXSK_REDIRECT_COEXIST);
	child_ready();
	for (;;)
		pause();
}

static void hold_and_receive(void *unused)
{
	struct rig_opts o;

	(void)unused;
	rig_opts(&o, ZCXSK_MODE_NATIVE_COPY);
	o.redirect.flags = ZCXSK_REDIRECT_COEXIST;
	rig_open(rig_right(0), 0, &o.socket);
	child_ready();
	for (;;)
		pause();
}

static void leave_one(void)
{
	child_kill(child_start(hold, NULL));
}

static void more_are_killed_than_fit(void)
{
	for (unsigned i = 0; i < ENTRIES + 2; i++)
		leave_one();
	CHECK_EQ("only the last one is left", count_ours(), 1);
	detach(attach(ZCXSK_REDIRECT_COEXIST));
	CHECK_EQ("nothing is left", rig_program(rig_right(0)), 0);
}

static void a_plain_attach_removes_the_dispatcher(void)
{
	struct zcxsk_redirect *redirect;

	leave_one();
	redirect = attach(0);
	CHECK_EQ("by a link again", zcxsk_redirect_attached(redirect), ZCXSK_ATTACH_NATIVE);
	detach(redirect);
	CHECK_EQ("nothing is left", rig_program(rig_right(0)), 0);
}

static void the_living_stay(void)
{
	pid_t idle = child_start(hold, NULL), receiving = child_start(hold_and_receive, NULL);
	struct zcxsk_redirect *redirect;

	leave_one();
	redirect = attach(0);
	CHECK_EQ("two others and this one", count_ours(), 3);
	detach(redirect);
	CHECK_EQ("two others", count_ours(), 2);
	child_kill(receiving);
	detach(attach(0));
	CHECK_EQ("one other", count_ours(), 1);
	child_kill(idle);
	detach(attach(0));
	CHECK_EQ("nothing is left of them", rig_program(rig_right(0)), 0);
}

static void a_full_one_is_explained(void)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error = {0};
	pid_t others[ENTRIES];
	char command[64];

	for (unsigned i = 0; i < ENTRIES; i++)
		others[i] = child_start(hold, NULL);
	CHECK_EQ("full", try_attach(&redirect, 0, &error), -E2BIG);
	printf("  %s. %s\n", error.cause, error.remedy);
	CHECK_EQ("nothing was removed", count_ours(), ENTRIES);
	snprintf(command, sizeof(command), "xdp-loader unload %s --all", rig_right(0));
	CHECK("the command is named", strstr(error.remedy, command) != NULL);
	CHECK_EQ("it runs", netns_run("%s", command), 0);
	detach(attach(0));
	for (unsigned i = 0; i < ENTRIES; i++)
		child_kill(others[i]);
}

/* The queue has a socket, and then the program of the second cannot be removed. */
static void a_failed_undo_is_reported(void)
{
	struct zcxsk_socket *first;
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, ZCXSK_MODE_NATIVE_COPY);
	o.redirect.flags = ZCXSK_REDIRECT_COEXIST;
	o.socket.busy_timeout_ns = UINT64_MAX;
	first = rig_open(rig_right(0), 0, &o.socket);
	detach_fails = true;
	rig_open_refused("a queue that has a socket", rig_right(0), 0, &o.socket, -EBUSY, &error);
	detach_fails = false;
	printf("  %s. %s\n", error.cause, error.remedy);
	CHECK("what stays is named", strstr(error.cause, "stays attached to") != NULL);
	CHECK_EQ("it stays", count_ours(), 2);
	detach(attach(0));
	CHECK_EQ("the next attach removes it", count_ours(), 1);
	zcxsk_socket_close(first);
}

int main(void)
{
	rig_setup(1);
	more_are_killed_than_fit();
	a_plain_attach_removes_the_dispatcher();
	the_living_stay();
	a_full_one_is_explained();
	a_failed_undo_is_reported();
	return 0;
}
