/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * coexist.c - the foreign program xdp-filter shares an interface with a socket,
 * whichever was attached first; removing one does not affect the other. Without a BPF file
 * system it is refused, and the remedy's command helps. For the guest, whose kernel supports
 * libxdp's dispatcher.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "check.h"
#include "child.h"
#include "inherited.h"
#include "netns.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 1000u
#define FILTER "xdpfilt_alw_all" /* the name of xdp-filter's program */
#define OURS "zcxsk_redirect"

/* Returns true if xdp-loader lists the program on the interface. */
static bool is_there(const char *program)
{
	char command[64], line[256];
	bool found = false;
	FILE *out;

	snprintf(command, sizeof(command), "xdp-loader status %s", rig_right(0));
	out = popen(command, "re");
	CHECK("xdp-loader runs", out != NULL);
	while (fgets(line, sizeof(line), out))
		found |= strstr(line, program) != NULL;
	CHECK_EQ("xdp-loader works", pclose(out), 0);
	return found;
}

static void load_filter(void)
{
	CHECK_EQ("xdp-filter is loaded", netns_run("xdp-filter load -m native %s", rig_right(0)),
		 0);
	CHECK("xdp-filter is listed", is_there(FILTER));
}

static void unload_filter(void)
{
	CHECK_EQ("xdp-filter is unloaded", netns_run("xdp-filter unload %s", rig_right(0)), 0);
	CHECK("xdp-filter is no longer listed", !is_there(FILTER));
}

static struct zcxsk_socket *open_beside(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.redirect.flags = ZCXSK_REDIRECT_COEXIST;
	s = rig_open(rig_right(0), 0, &o.socket);
	CHECK_EQ("our program is in the dispatcher",
		 zcxsk_redirect_attached(zcxsk_socket_redirect(s)), ZCXSK_ATTACH_DISPATCHER);
	CHECK("our program is listed", is_there(OURS));
	return s;
}

/* libxdp 1.3 leaks descriptors of programs, which keep nothing attached. */
static void be_child(void *socket)
{
	struct inherited objects = {.socket = socket, .ifname = rig_right(0)};

	inherited_check_files("bpf-prog");
	inherited_check_all(&objects);
}

static void ours_comes_last_and_goes_first(enum zcxsk_mode mode)
{
	struct zcxsk_socket *tx, *rx;

	inherited_note_files();
	tx = rig_open_plain(rig_left(0), mode);
	load_filter();
	rx = open_beside(mode);
	child_run("a child of a program in a dispatcher", be_child, rx);
	CHECK("xdp-filter is still listed", is_there(FILTER));
	traffic_run(tx, rx, PACKETS);
	zcxsk_socket_close(rx);
	CHECK("our program is no longer listed", !is_there(OURS));
	CHECK("xdp-filter is still listed after the close", is_there(FILTER));
	unload_filter();
	zcxsk_socket_close(tx);
}

static void ours_comes_first_and_goes_last(enum zcxsk_mode mode)
{
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);
	struct zcxsk_socket *rx = open_beside(mode);

	traffic_run(tx, rx, PACKETS);
	load_filter();
	CHECK("our program is still listed", is_there(OURS));
	traffic_run(tx, rx, PACKETS);
	unload_filter();
	CHECK("our program is still listed after the unload", is_there(OURS));
	traffic_run(tx, rx, PACKETS);
	zcxsk_socket_close(rx);
	CHECK_EQ("nothing is left", rig_program(rig_right(0)), 0);
	zcxsk_socket_close(tx);
}

/* ---- remedies ---------------------------------------------------------------------- */

static void refused_beside(enum zcxsk_mode mode, int code, struct zcxsk_error *error)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.redirect.flags = ZCXSK_REDIRECT_COEXIST;
	rig_open_refused("an interface that cannot be shared", rig_right(0), 0, &o.socket, code,
			 error);
	printf("  %s. %s\n", error->cause, error->remedy);
}

static void share(void *mode)
{
	zcxsk_socket_close(open_beside(*(const enum zcxsk_mode *)mode));
}

static void lose_the_file_system(void *mode)
{
	struct zcxsk_error error;

	share(mode);
	CHECK_EQ("no BPF file system", umount2("/sys/fs/bpf", MNT_DETACH), 0);
	refused_beside(*(const enum zcxsk_mode *)mode, -ENOENT, &error);
	CHECK_NAMES("the cause", error.cause, "libxdp found no BPF file system");
	rig_follow(&error);
}

/* libxdp remembers what it has found, so the next process is the one that works again. */
static void without_a_bpf_file_system(enum zcxsk_mode mode)
{
	child_run("the explanation", lose_the_file_system, &mode);
	child_run("the remedy", share, &mode);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(without_a_bpf_file_system);
	rig_each_mode(ours_comes_last_and_goes_first);
	rig_each_mode(ours_comes_first_and_goes_last);
	return 0;
}
