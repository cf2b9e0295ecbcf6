/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_rig.c - a machine with a card, a peer, and a TCP connection between them. */
#include "guard_rig.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zcxsk/redirect.h>

#include "netns.h"

#define PORT_SSH 22
/* Seconds; the peer answers at once. */
#define PATIENCE 5

struct pipes {
	int to_peer[2], from_peer[2];
};

/* ---- the peer ------------------------------------------------------------------------- */

static bool run_all(const char *const commands[])
{
	for (int i = 0; i < RIG_COMMANDS && commands[i]; i++)
		if (netns_run("%s", commands[i])) {
			fprintf(stderr, "failed: %s\n", commands[i]);
			return false;
		}
	return true;
}

static socklen_t address_of(struct sockaddr_storage *to, const char *text, uint16_t port)
{
	struct sockaddr_in *four = (struct sockaddr_in *)to;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		return sizeof(*four);
	}
	inet_pton(AF_INET6, text, &six->sin6_addr);
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(port);
	return sizeof(*six);
}

static void tell(int fd, char word)
{
	if (write(fd, &word, 1) != 1)
		_exit(1);
}

static char hear(int fd)
{
	char word = 0;

	if (read(fd, &word, 1) != 1)
		return 0;
	return word;
}

/* Connects, and sends back what it gets, until the pipe or the connection ends. */
static void be_client(const struct guard_rig *rig, const struct pipes *p)
{
	struct sockaddr_storage to;
	socklen_t size = address_of(&to, rig->server, rig->port ? rig->port : PORT_SSH);
	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char byte;

	tell(p->from_peer[1], connect(fd, (struct sockaddr *)&to, size) ? 'x' : 'c');
	while (read(fd, &byte, 1) == 1)
		if (write(fd, &byte, 1) != 1)
			break;
	_exit(0);
}

static void be_peer(const struct guard_rig *rig, const struct pipes *p)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(p->to_peer[1]);
	if (unshare(CLONE_NEWNET))
		_exit(1);
	tell(p->from_peer[1], 'n');
	if (hear(p->to_peer[0]) != 'm')
		_exit(1);
	tell(p->from_peer[1], !netns_run("ip link set lo up") && run_all(rig->far) ? 'r' : 'x');
	if (hear(p->to_peer[0]) != 'c')
		_exit(1);
	be_client(rig, p);
}

/* ---- the machine ------------------------------------------------------------------------ */

static struct pipes pipes;

bool guard_rig_set_up(const struct guard_rig *rig, struct guard_session *session)
{
	*session = (struct guard_session){.fd = -1, .listener = -1};
	cr_assert_eq(pipe(pipes.to_peer), 0);
	cr_assert_eq(pipe(pipes.from_peer), 0);
	session->peer = fork();
	cr_assert_geq(session->peer, 0);
	if (!session->peer)
		be_peer(rig, &pipes);
	close(pipes.to_peer[0]);
	close(pipes.from_peer[1]);
	cr_assert_eq(hear(pipes.from_peer[0]), 'n');
	if (netns_run("ip link add near type veth peer name far netns %d", (int)session->peer) ||
	    netns_run("ip link set near up"))
		return false;
	tell(pipes.to_peer[1], 'm');
	return hear(pipes.from_peer[0]) == 'r' && run_all(rig->near);
}

static int listen_on(const struct guard_rig *rig)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6,
				   .sin6_port = htons(rig->port ? rig->port : PORT_SSH)};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	cr_assert_geq(fd, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	cr_assert_eq(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0, "bind: %d", errno);
	cr_assert_eq(listen(fd, 4), 0);
	return fd;
}

static void name_client(struct guard_session *session)
{
	const struct timeval patience = {.tv_sec = PATIENCE};
	struct sockaddr_in6 peer;
	socklen_t size = sizeof(peer);
	char text[INET6_ADDRSTRLEN];

	setsockopt(session->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	cr_assert_eq(getpeername(session->fd, (struct sockaddr *)&peer, &size), 0);
	if (IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr))
		inet_ntop(AF_INET, &peer.sin6_addr.s6_addr[12], text, sizeof(text));
	else
		inet_ntop(AF_INET6, &peer.sin6_addr, text, sizeof(text));
	snprintf(session->client, sizeof(session->client), "%s port %u", text,
		 ntohs(peer.sin6_port));
	snprintf(session->name, sizeof(session->name), "the SSH connection from %s",
		 session->client);
}

void guard_rig_connect(const struct guard_rig *rig, struct guard_session *session)
{
	session->listener = listen_on(rig);
	tell(pipes.to_peer[1], 'c');
	cr_assert_eq(hear(pipes.from_peer[0]), 'c', "the peer cannot connect");
	session->fd = accept4(session->listener, NULL, NULL, SOCK_CLOEXEC);
	cr_assert_geq(session->fd, 0);
	name_client(session);
}

bool guard_rig_lives(const struct guard_session *session)
{
	char byte = 'l';

	return write(session->fd, &byte, 1) == 1 && read(session->fd, &byte, 1) == 1 && byte == 'l';
}

void guard_rig_end(struct guard_session *session)
{
	if (session->fd >= 0)
		close(session->fd);
	if (session->listener >= 0)
		close(session->listener);
	/* The kernel would delete it some time after the peer's end. */
	netns_run("ip link del near");
	close(pipes.to_peer[1]);
	close(pipes.from_peer[0]);
	kill(session->peer, SIGKILL);
	waitpid(session->peer, NULL, 0);
}

int guard_rig_take(const char *rules, uint64_t give_up, struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;
	int ret;

	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = rules;
	opts.give_up = give_up;
	opts.modes = ZCXSK_MODE_NATIVE_COPY | ZCXSK_MODE_GENERIC_COPY;
	ret = zcxsk_redirect_attach(&redirect, "near", &opts, error);
	return ret ? ret : zcxsk_redirect_detach(redirect);
}

uint64_t guard_rig_remedy(const struct zcxsk_error *error)
{
	const char *at = strstr(error->remedy, "--give-up ");
	struct zcxsk_error wrong;
	char words[80];
	uint64_t give_up = 0;

	cr_assert_not_null(at, "'%s'", error->remedy);
	cr_assert_eq(sscanf(at, "--give-up %79[^ ]", words), 1);
	words[strlen(words) - 1] = '\0'; /* the full stop */
	cr_assert_eq(zcxsk_give_up_parse(&give_up, words, &wrong), 0, "%s", wrong.cause);
	return give_up;
}

/* ---- a whole situation ----------------------------------------------------------------- */

static void expect_refused(const char *rules, const char *name)
{
	struct zcxsk_error error = {0};

	cr_expect_eq(guard_rig_take(rules, 0, &error), -EPERM, "'%s' is accepted: %s", rules,
		     error.cause);
	cr_expect_not_null(strstr(error.cause, name), "'%s': '%s' lacks '%s'", rules, error.cause,
			   name);
	cr_expect_eq(guard_rig_take(rules, guard_rig_remedy(&error), &error), 0,
		     "'%s' after giving up: %s", rules, error.cause);
}

static void expect_accepted(const struct guard_session *session, const char *rules)
{
	struct zcxsk_error error = {0};

	cr_expect_eq(guard_rig_take(rules, 0, &error), 0, "'%s': %s", rules, error.cause);
	cr_expect(guard_rig_lives(session), "the session is dead after '%s'", rules);
}

void guard_rig_play(const struct guard_rig *rig, const char *hit, const char *name)
{
	struct guard_session session;
	char to_port[64];

	if (!guard_rig_set_up(rig, &session)) {
		guard_rig_end(&session);
		cr_assert_fail("a command that prepares the situation fails");
	}
	guard_rig_connect(rig, &session);
	snprintf(to_port, sizeof(to_port), "take tcp dport %u", rig->port ? rig->port : PORT_SSH);
	name = name ? name : session.name;
	expect_refused("take any", name);
	expect_refused(hit ? hit : to_port, name);
	expect_accepted(&session, "take udp dport 7777");
	expect_accepted(&session, "take tcp dport 7777");
	expect_accepted(&session, "take vlan 4000");
	expect_accepted(&session, "take icmp type 8; take icmp6 type 128");
	guard_rig_end(&session);
}
