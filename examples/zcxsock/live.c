/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.c - confirms and reloads the rules during a run. The BPF program enforces
 * the confirmation time; this file only reports it.
 */
#include "live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "rules.h"
#include "run.h"

static volatile sig_atomic_t confirm_asked, reload_asked;

static void note_signal(int number)
{
	if (number == SIGUSR1)
		confirm_asked = 1;
	else
		reload_asked = 1;
}

void live_catch_signals(const struct options *o)
{
	struct sigaction action = {.sa_handler = note_signal};

	if (o->confirm_ns)
		sigaction(SIGUSR1, &action, NULL);
	if (o->rules_file)
		sigaction(SIGHUP, &action, NULL);
}

/* True if the program is in the foreground of a terminal, so that a user can type. */
static bool on_terminal(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* True if the terminal was closed, for example by a broken SSH connection. */
static bool terminal_is_gone(void)
{
	return tcgetpgrp(STDIN_FILENO) < 0 && errno == EIO;
}

static bool enter_pressed(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	char line[256]; /* a longer line is read in parts */
	ssize_t n;

	if (!on_terminal() || poll(&in, 1, 0) != 1)
		return false;
	n = read(STDIN_FILENO, line, sizeof(line));
	return n > 0 && line[n - 1] == '\n';
}

static double confirm_seconds(const struct options *o)
{
	return (double)o->confirm_ns / (double)NS_PER_S;
}

void live_begin(struct run *r, uint64_t now_ns)
{
	const struct options *o = r->options;

	r->live.confirm_by_ns = UINT64_MAX;
	r->live.check_at_ns = now_ns + NS_PER_S;
	if (!o->confirm_ns)
		return;
	r->live.confirm_by_ns = now_ns + o->confirm_ns;
	/* An earlier confirmation was for other rules. */
	confirm_asked = 0;
	fprintf(stderr, "zcxsock: %s: the rules end in %g s; ", o->ifname, confirm_seconds(o));
	if (on_terminal()) {
		tcflush(STDIN_FILENO, TCIFLUSH);
		fputs("press Enter to keep them\n", stderr);
	} else {
		fprintf(stderr, "kill -USR1 %d keeps them\n", (int)getpid());
	}
}

static void expire(struct run *r)
{
	const struct options *o = r->options;

	r->live.confirm_by_ns = UINT64_MAX;
	r->live.expired = !r->live.has_fallback;
	fprintf(stderr, "zcxsock: %s: not confirmed within %g s: %s\n", o->ifname,
		confirm_seconds(o),
		r->live.expired ? "no packets are taken any more"
				: "the previous rules are in force again");
}

static void confirm(struct run *r)
{
	int ret = zcxsk_redirect_confirm(zcxsk_socket_redirect(r->endpoints.in));

	confirm_asked = 0;
	if (ret == -ETIMEDOUT) {
		expire(r);
	} else if (ret) {
		r->failure = ret;
	} else {
		r->live.confirm_by_ns = UINT64_MAX;
		r->live.has_fallback = true;
		fprintf(stderr, "zcxsock: %s: the rules are kept\n", r->options->ifname);
	}
}

/* False if the rules could not be replaced, with the reason printed. */
static bool swap(struct run *r)
{
	const struct options *o = r->options;
	struct zcxsk_redirect_opts opts;
	struct zcxsk_rules *rules;
	struct zcxsk_error error;
	int ret;

	if (rules_read_file(&rules, o->rules_file))
		return false;
	zcxsk_redirect_opts_init(&opts);
	rules_fill_in(&opts, o, rules);
	ret = zcxsk_redirect_swap(zcxsk_socket_redirect(r->endpoints.in), &opts, &error);
	zcxsk_rules_destroy(rules);
	if (ret)
		endpoints_explain(o->ifname, &error);
	return !ret;
}

static void reload(struct run *r)
{
	const struct options *o = r->options;
	bool swapped;

	reload_asked = 0;
	swapped = swap(r);
	fprintf(stderr,
		swapped ? "zcxsock: %s: the rules were replaced by those of %s\n"
			: "zcxsock: %s: the rules stay unchanged; %s was not applied\n",
		o->ifname, o->rules_file);
	if (swapped)
		live_begin(r, clock_now_ns());
}

/* An address, a route or a session may have come after the rules. */
static void check(struct run *r, uint64_t now_ns)
{
	struct zcxsk_error error;
	int ret;

	r->live.check_at_ns = now_ns + NS_PER_S;
	ret = zcxsk_redirect_check(zcxsk_socket_redirect(r->endpoints.in), &error);
	if (ret == -EPERM && !r->live.warned)
		endpoints_explain(r->options->ifname, &error);
	if (!ret || ret == -EPERM)
		r->live.warned = ret;
}

void live_look(struct run *r, uint64_t now_ns)
{
	if (r->endpoints.in && now_ns >= r->live.check_at_ns)
		check(r, now_ns);
	if (r->live.confirm_by_ns != UINT64_MAX) {
		/* Before a reload, so that a confirmation never applies to later rules. */
		if (confirm_asked || enter_pressed())
			confirm(r);
		else if (now_ns >= r->live.confirm_by_ns)
			expire(r);
	}
	if (reload_asked && terminal_is_gone())
		run_signalled = 1;
	else if (reload_asked)
		reload(r);
}
