/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - zcxskd, a broker for programs without capabilities: it attaches XDP
 * programs, creates sockets and adds them to the map for clients that its policy
 * allows. This file has the command line, the order of steps and the exit status.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/un.h>
#include <unistd.h>
#include <zcxsk/base.h>

#include "privilege.h"
#include "server.h"

#define DEFAULT_POLICY "/etc/zcxskd.conf"
#define DEFAULT_SOCKET "/run/zcxskd.sock"

enum { OPT_CHECK = 256, OPT_VERSION };

struct options {
	const char *policy;
	const char *socket;
	bool check;
	bool verbose;
};

static const char help_text[] =
	"usage: zcxskd [OPTION...]\n"
	"\n"
	"Attaches XDP programs and creates AF_XDP sockets for programs without capabilities.\n"
	"\n"
	"  -c, --config FILE   the policy (" DEFAULT_POLICY ")\n"
	"  -s, --socket PATH   unix socket for clients (" DEFAULT_SOCKET ")\n"
	"      --check         check the configuration and exit\n"
	"  -v, --verbose       report granted requests, not only refused ones\n"
	"  -h, --help          show this text\n"
	"      --version       show the version of the library\n"
	"\n"
	"The configuration has one grant per line:\n"
	"  allow WHO INTERFACE QUEUES [RULE; RULE...]\n"
	"with rules in the language of zcxsk_rules(7), such as 'take udp dport 53'.\n"
	"\n"
	"Examples\n"
	"  allow alice eth1 all take any            # every packet of eth1\n"
	"  allow @dns eth1 0-3 take udp dport 53    # for a group\n"
	"  allow 1000 eth2 0,2                      # sending only\n"
	"\n"
	"  zcxskd --config zcxskd.conf --check\n"
	"  zcxskd --config zcxskd.conf --socket /run/zcxskd.sock --verbose\n";

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"socket", required_argument, NULL, 's'},
	{"check", no_argument, NULL, OPT_CHECK},
	{"verbose", no_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPT_VERSION},
	{0},
};

static void set_option(struct options *o, int option)
{
	switch (option) {
	case 'c':
		o->policy = optarg;
		break;
	case 's':
		o->socket = optarg;
		break;
	case 'v':
		o->verbose = true;
		break;
	case OPT_CHECK:
		o->check = true;
		break;
	case 'h':
		fputs(help_text, stdout);
		exit(0);
	case OPT_VERSION:
		printf("zcxskd %s\n", zcxsk_version());
		exit(0);
	default:
		fputs("usage: zcxskd [OPTION...]; see zcxskd --help\n", stderr);
		exit(2);
	}
}

static void read_options(struct options *o, int argc, char **argv)
{
	size_t limit = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
	int option;

	*o = (struct options){.policy = DEFAULT_POLICY, .socket = DEFAULT_SOCKET};
	while ((option = getopt_long(argc, argv, "c:s:vh", long_options, NULL)) != -1)
		set_option(o, option);
	if (optind < argc) {
		fprintf(stderr, "zcxskd: %s: not understood; see zcxskd --help\n", argv[optind]);
		exit(2);
	}
	if (!o->socket[0] || strlen(o->socket) > limit) {
		fprintf(stderr, "zcxskd: --socket %s: must have 1 to %zu bytes, not %zu\n",
			o->socket, limit, strlen(o->socket));
		exit(2);
	}
}

/* A descriptor that becomes readable when a signal ends the broker. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run(const struct options *o, const struct policy *policy)
{
	int signals = open_signals();
	struct server *server;
	bool well;

	if (signals < 0) {
		fprintf(stderr, "zcxskd: signals: %s\n", strerror(errno));
		return 1;
	}
	server = server_open(o->socket, policy, o->verbose);
	if (!server)
		return 1;
	well = privilege_reduce();
	if (well)
		printf("zcxskd: %zu grants of %s, clients on %s\n", policy->count, policy->path,
		       o->socket);
	fflush(stdout);
	well = well && server_run(server, signals);
	server_close(server);
	close(signals);
	return !well;
}

int main(int argc, char **argv)
{
	struct policy policy;
	struct options options;
	int status = 0;

	setvbuf(stderr, NULL, _IOLBF, 0);
	read_options(&options, argc, argv);
	if (!policy_read(&policy, options.policy))
		return 1;
	if (options.check)
		printf("zcxskd: %s: %zu grants\n", policy.path, policy.count);
	else
		status = run(&options, &policy);
	policy_free(&policy);
	return status;
}
