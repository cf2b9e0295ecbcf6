/* SPDX-License-Identifier: BSD-2-Clause */
/* brokered.c - the policy, the broker process, and a client's first calls. */
#include "brokered.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "netns.h"
#include "nobody.h"

static const char policy_path[] = "/mnt/zcxskd.conf";
static const char *zcxskd;

void brokered_setup(int argc, char **argv)
{
	FILE *f;

	zcxskd = argc > 1 ? argv[1] : "/tests/zcxskd";
	CHECK_EQ("folder", netns_own_folder(), 0);
	f = fopen(policy_path, "we");
	CHECK("policy", f);
	fprintf(f, "# tests\nallow %u %s 0 " BROKERED_RULE "; take udp dport 7000-7999 # comment\n",
		NOBODY, rig_left(0));
	fprintf(f, "allow @%u %s 0,2-3 take any\n", MEMBER, rig_left(0));
	CHECK_EQ("policy", fclose(f), 0);
}

/* The broker prints a line when it is ready for clients, which makes the child ready. */
static void be_broker(void *argument)
{
	(void)argument;
	dup2(child_ready_fd(), STDOUT_FILENO);
	execl(zcxskd, zcxskd, "--config", policy_path, "--socket", BROKERED_PATH, (char *)NULL);
	fprintf(stderr, "%s: %s\n", zcxskd, strerror(errno));
}

pid_t brokered_start(void)
{
	return child_start(be_broker, NULL);
}

void brokered_end(pid_t broker)
{
	CHECK_EQ("signal", kill(broker, SIGTERM), 0);
	child_join("the broker exits successfully", broker);
	CHECK("the broker removes its socket", access(BROKERED_PATH, F_OK));
	CHECK_EQ("the broker detaches its programs", rig_program(rig_left(0)), 0);
}

struct zcxsk_broker *brokered_connect(void)
{
	struct zcxsk_error error = {0};
	struct zcxsk_broker *broker;

	if (zcxsk_broker_connect(&broker, BROKERED_PATH, 0, &error))
		fprintf(stderr, "%s: %s\n", error.step, error.cause);
	CHECK_EQ("a user with a grant can connect", error.code, 0);
	return broker;
}

void brokered_opts(struct rig_opts *o, enum zcxsk_mode mode)
{
	rig_opts(o, mode);
	o->redirect.modes = mode;
	o->umem.frames = BROKERED_FRAMES;
	o->socket.redirect_opts = NULL;
}

struct zcxsk_redirect *brokered_redirect(struct zcxsk_broker *broker, enum zcxsk_mode mode)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error = {0};
	struct rig_opts o;

	brokered_opts(&o, mode);
	if (zcxsk_redirect_from_broker(&redirect, broker, rig_left(0), &o.redirect, &error))
		fprintf(stderr, "%s: %s\n", error.step, error.cause);
	CHECK_EQ("granted rules are accepted", error.code, 0);
	return redirect;
}

int brokered_request(struct zcxsk_redirect **redirect, struct zcxsk_broker *broker,
		     const char *ifname, const char *rules, uint32_t flags,
		     struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_rules *set = NULL;
	int ret;

	CHECK_EQ("rules", rules ? zcxsk_rules_parse(&set, rules, error) : 0, 0);
	zcxsk_redirect_opts_init(&opts);
	opts.rules = set;
	opts.flags = flags;
	memset(error, 0, sizeof(*error));
	ret = zcxsk_redirect_from_broker(redirect, broker, ifname, &opts, error);
	zcxsk_rules_destroy(set);
	return ret;
}

void brokered_refused(int code, int wanted, const struct zcxsk_error *error, const char *word)
{
	if (code != wanted)
		fprintf(stderr, "%s: %s\n", error->step, error->cause);
	CHECK_EQ(word, code, wanted);
	CHECK_EQ(word, error->code, wanted);
	CHECK_NAMES("the refusal names the reason", error->cause, word);
}
