/* SPDX-License-Identifier: BSD-2-Clause */
/* request.c - the verbs of broker_wire.h, on the broker's side. */
#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "redirect/broker_nic.h"
#include "base/compat.h"
#include "explain/explain.h"
#include "redirect/redirect.h"

#define QUEUE_MAX UINT16_MAX
/*
 * Send buffer of a socket in bytes, for the copy modes: 8192 of the largest packets.
 * Set here, because a client may not raise it.
 */
#define SEND_BUFFER (48 << 20)
#define POLICY_STEP "check the broker's policy"
#define CLIENT_FLAGS ZCXSK_REDIRECT_COEXIST
#define REFUSED_TEXT 256 /* bytes of a rule in a refusal; longer rules are cut */

static int done(struct request *r)
{
	broker_begin(r->message, "/done");
	return 0;
}

/* ---- what a client may have ---------------------------------------------------- */

static int check_interface(struct request *r, const char *ifname)
{
	if (policy_has_interface(r->policy, r->who, ifname))
		return 0;
	return explain_text(&r->error, POLICY_STEP, -EACCES,
			    "Ask the broker's administrator for a grant.",
			    "user %u may not use interface %.32s", r->who->uid, ifname);
}

static int read_queue(struct request *r, const char *word, uint32_t *queue)
{
	uint64_t number;

	if (!broker_number(word, QUEUE_MAX, &number))
		return explain_usage(&r->error, "read question", "",
				     "queue '%.32s' is not a number up to %u", word, QUEUE_MAX);
	*queue = (uint32_t)number;
	return 0;
}

static int check_queue(struct request *r, const char *ifname, const char *word, uint32_t *queue)
{
	int ret = read_queue(r, word, queue);

	if (!ret)
		ret = check_interface(r, ifname);
	if (ret || policy_has_queue(r->policy, r->who, ifname, *queue))
		return ret;
	return explain_text(&r->error, POLICY_STEP, -EACCES,
			    "Use a granted queue, or ask the administrator for a grant.",
			    "user %u may not use queue %u of %s", r->who->uid, *queue, ifname);
}

/* 0, or -EACCES, explained, if the client may not have this. */
static int check_wish(struct request *r, const struct wish *wish)
{
	char refused[REFUSED_TEXT];
	int beyond;

	if (wish->flags & ~CLIENT_FLAGS)
		return explain_text(&r->error, POLICY_STEP, -EACCES, "Leave them out.",
				    "flags 0x%x for %s are not allowed for clients of a broker",
				    wish->flags & ~CLIENT_FLAGS, wish->ifname);
	beyond = policy_beyond(r->policy, r->who, wish->ifname, wish->rules);
	if (beyond < 0)
		return 0;
	zcxsk_rules_text(wish->rules, (uint32_t)beyond, refused, sizeof(refused));
	return explain_text(&r->error, POLICY_STEP, -EACCES,
			    "Request granted packets only, or ask the administrator for a grant.",
			    "user %u may not take '%s' of %s", r->who->uid, refused, wish->ifname);
}

/* ---- the verbs ------------------------------------------------------------------- */

static int connected(struct request *r)
{
	if (!policy_has(r->policy, r->who))
		return explain_text(&r->error, POLICY_STEP, -EACCES,
				    "Ask the broker's administrator for a grant.",
				    "neither user %u nor its groups have a grant", r->who->uid);
	broker_begin(r->message, BROKER_HELLO);
	return 0;
}

static uint64_t own_netns(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		cookie = 0; /* before 5.14; clients then assume another namespace */
	close(fd);
	return cookie;
}

static int read_wish(struct request *r, struct wish *wish)
{
	const char *const *words = r->message->words;
	uint64_t flags, modes;

	if (!broker_number(words[2], UINT32_MAX, &flags) ||
	    !broker_number(words[3], UINT32_MAX, &modes))
		return explain_usage(&r->error, "read question", "",
				     "flags '%.32s' or modes '%.32s' are not numbers", words[2],
				     words[3]);
	wish->ifname = words[1];
	wish->flags = (uint32_t)flags;
	wish->modes = (uint32_t)modes;
	wish->rules = NULL;
	return 0;
}

/* Compiling may take a while, so only clients with a grant get that far. */
static int grant_wish(struct request *r, struct wish *wish, const struct zcxsk_redirect **redirect)
{
	struct zcxsk_rules *takes = NULL;
	int ret = check_interface(r, wish->ifname);

	if (!ret)
		ret = zcxsk_rules_parse(&takes, r->message->words[4], &r->error);
	wish->rules = takes;
	if (!ret)
		ret = check_wish(r, wish);
	if (!ret)
		ret = ports_attach(r->ports, r->who, wish, redirect, &r->error);
	zcxsk_rules_destroy(takes);
	return ret;
}

static int attached(struct request *r)
{
	const struct zcxsk_redirect *redirect;
	char facts[BROKER_TEXT_MAX / 2];
	struct wish wish;
	int ret = read_wish(r, &wish);

	if (!ret)
		ret = grant_wish(r, &wish, &redirect);
	if (ret)
		return ret;
	broker_facts_write(redirect_nic(redirect), facts, sizeof(facts));
	broker_begin(r->message, "/attached");
	broker_add(r->message, "%d", (int)zcxsk_redirect_attached(redirect));
	broker_add(r->message, "%llu", (unsigned long long)own_netns());
	broker_add(r->message, "%s", facts);
	return 0;
}

static int detached(struct request *r)
{
	int ret = ports_detach(r->ports, r->who, r->message->words[1], &r->error);

	return ret ? ret : done(r);
}

/*
 * Makes a socket that can bind to this interface only; undoing that needs CAP_NET_RAW.
 * The queue is whatever the client claims.
 */
static int make_socket(struct request *r, const char *ifname)
{
	struct explain_facts facts = {0};
	int buffer = SEND_BUFFER;

	r->give = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (r->give < 0)
		return explain(&r->error, STEP_SOCKET, -errno, &facts);
	if (setsockopt(r->give, SOL_SOCKET, SO_BINDTODEVICE, ifname, (socklen_t)strlen(ifname)))
		return explain_text(&r->error, "tie the socket to its interface", -errno, "",
				    "the broker could not tie a socket to %s", ifname);
	/* A smaller buffer only slows sending down. */
	setsockopt(r->give, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer));
	return done(r);
}

static int given_socket(struct request *r)
{
	const char *ifname = r->message->words[1];
	uint32_t queue = 0;
	int ret = check_queue(r, ifname, r->message->words[2], &queue);

	if (!ret)
		ret = ports_claim(r->ports, r->who, ifname, queue, &r->error);
	return ret ? ret : make_socket(r, ifname);
}

static int entered(struct request *r)
{
	const char *const *words = r->message->words;
	uint32_t queue = 0;
	int ret = read_queue(r, words[2], &queue);

	if (!ret)
		ret = ports_enter(r->ports, r->who, words[1], queue, r->message->fd, &r->error);
	return ret ? ret : done(r);
}

static int left(struct request *r)
{
	const char *const *words = r->message->words;
	uint32_t queue = 0;
	int ret = read_queue(r, words[2], &queue);

	if (!ret)
		ret = ports_leave(r->ports, r->who, words[1], queue, &r->error);
	return ret ? ret : done(r);
}

static int busy_polled(struct request *r)
{
	int fd = r->message->fd, on = 1, family = 0, times, packets;
	socklen_t size = sizeof(family);
	uint64_t usecs, budget;

	if (!broker_number(r->message->words[1], INT32_MAX, &usecs) ||
	    !broker_number(r->message->words[2], UINT16_MAX, &budget))
		return explain_usage(
			&r->error, "read question", "",
			"'%.32s' us or '%.32s' packets of busy polling are out of range",
			r->message->words[1], r->message->words[2]);
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) || family != AF_XDP)
		return explain_usage(&r->error, "set busy polling", "",
				     "the descriptor is not an AF_XDP socket");
	times = (int)usecs;
	packets = (int)budget;
	if (setsockopt(fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &times, sizeof(times)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, &packets, sizeof(packets)))
		return explain_text(&r->error, "set busy polling", -errno, "",
				    "the kernel refused %d us and %d packets", times, packets);
	return done(r);
}

static const struct verb {
	const char *name;
	uint32_t words; /* including the verb */
	bool brings_fd;
	int (*answer)(struct request *r);
} verbs[] = {
	{"/attach", 5, false, attached},     {"/detach", 2, false, detached},
	{"/socket", 3, false, given_socket}, {"/enter", 3, true, entered},
	{"/leave", 3, false, left},	     {"/busy_poll", 3, true, busy_polled},
};

static int dispatch(struct request *r)
{
	const struct broker_message *m = r->message;

	if (m->count == 1 && !strncmp(m->words[0], "/connect,", strlen("/connect,")))
		return connected(r);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(m->words[0], verbs[i].name) && m->count == verbs[i].words &&
		    verbs[i].brings_fd == (m->fd >= 0))
			return verbs[i].answer(r);
	return explain_usage(&r->error, "read question",
			     "Use a library of the same version as the broker.",
			     "'%.32s' with %u words and %s descriptor is not understood",
			     m->words[0], m->count, m->fd >= 0 ? "a" : "no");
}

int request_answer(struct request *r)
{
	int fd = r->message->fd, ret;

	memset(&r->error, 0, sizeof(r->error));
	r->give = -1;
	ret = dispatch(r);
	if (fd >= 0)
		close(fd);
	if (!ret)
		return 0;
	if (r->give >= 0)
		close(r->give);
	r->give = -1;
	broker_refuse(r->message, &r->error);
	return ret;
}
