/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges.c - the refusal names the missing capability; once everything is open, no
 * capability is needed.
 */
#include <errno.h>
#include <linux/capability.h>

#include "check.h"
#include "child.h"
#include "nobody.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 2000u

/* Opens without these two capabilities; the explanation must contain the word. */
struct lack {
	unsigned first, second;
	enum zcxsk_mode mode;
	const char *word;
};

static void open_without(void *argument)
{
	const struct lack *lack = argument;
	struct zcxsk_error error;
	struct rig_opts o;

	nobody_drop(lack->first);
	nobody_drop(lack->second);
	rig_opts(&o, lack->mode);
	rig_open_refused("opening without a capability", rig_left(0), 0, &o.socket, -EPERM, &error);
	CHECK_NAMES("the missing capability is named", error.cause, lack->word);
}

/* Newer verifiers do not need it. */
static void open_without_perfmon(void *argument)
{
	struct zcxsk_error error = {0};
	struct zcxsk_socket *s;
	struct rig_opts o;

	nobody_drop(CAP_PERFMON);
	nobody_drop(CAP_SYS_ADMIN);
	rig_opts(&o, *(const enum zcxsk_mode *)argument);
	if (zcxsk_socket_open(&s, rig_left(0), 0, &o.socket, &error)) {
		CHECK_EQ("the verifier refuses the program", error.code, -EACCES);
		CHECK_NAMES("the missing capability is named", error.cause, "CAP_PERFMON");
	}
	zcxsk_socket_close(s);
}

static void without(unsigned first, unsigned second, enum zcxsk_mode mode, const char *word)
{
	struct lack lack = {first, second, mode, word};

	child_run(word, open_without, &lack);
}

static void missing(enum zcxsk_mode mode)
{
	without(CAP_NET_RAW, CAP_NET_RAW, mode, "CAP_NET_RAW");
	/* CAP_SYS_ADMIN includes each of the others. */
	without(CAP_BPF, CAP_SYS_ADMIN, mode, "CAP_BPF");
	without(CAP_NET_ADMIN, CAP_SYS_ADMIN, mode, "CAP_NET_ADMIN");
	child_run("CAP_PERFMON", open_without_perfmon, &mode);
	CHECK_EQ("a refusal leaves no program", rig_program(rig_left(0)), 0);
	zcxsk_socket_close(rig_open_plain(rig_left(0), mode));
}

/* Everything is set up as root, and used and closed as nobody. */
static void use_as_nobody(void *argument)
{
	enum zcxsk_mode mode = *(const enum zcxsk_mode *)argument;
	struct zcxsk_socket *left = rig_open_plain(rig_left(0), mode);
	struct zcxsk_socket *right = rig_open_plain(rig_right(0), mode);

	nobody_become(NOBODY, -1);
	traffic_run(left, right, PACKETS);
	traffic_run(right, left, PACKETS);
	rig_check_quiet("frames are completed without capabilities", left);
	CHECK_EQ("a close without capabilities loses nothing", zcxsk_socket_close(left), 0);
	CHECK_EQ("a close detaches the program", rig_program(rig_left(0)), 0);
	CHECK_EQ("a close without capabilities loses nothing", zcxsk_socket_close(right), 0);
}

static void given_up(enum zcxsk_mode mode)
{
	child_run("no capability is needed after set-up", use_as_nobody, &mode);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(missing);
	rig_each_mode(given_up);
	return 0;
}
