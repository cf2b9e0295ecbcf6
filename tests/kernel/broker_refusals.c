/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_refusals.c ZCXSKD - requests beyond the broker's policy are refused with a reason,
 * a queue and an interface belong to the client that got them, a socket is bound to its
 * interface, and malformed requests are refused. The broker keeps only the capabilities
 * that it needs.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "brokered.h"
#include "check.h"
#include "child.h"
#include "nobody.h"
#include "traffic.h"

#define STRANGER 65533u /* a user without a grant */
#define QUEUES 4u
#define LONGEST (ZCXSK_RULES_TEXT_MAX + 257u) /* one byte more than the longest message */
#define UMEM_BYTES (64u * 2048u)
#define RING 64

/* ---- refusals --------------------------------------------------------------------------- */

static void be_stranger(void *argument)
{
	struct zcxsk_broker *broker = NULL;
	struct zcxsk_error error = {0};

	(void)argument;
	nobody_become(STRANGER, -1);
	brokered_refused(zcxsk_broker_connect(&broker, BROKERED_PATH, 0, &error), -EACCES, &error,
			 "65533");
	CHECK("a refusal returns no broker", !broker);
}

static void asks_too_much(struct zcxsk_broker *broker, const char *ifname, const char *rules,
			  uint32_t flags, const char *word)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_error e;
	int ret = brokered_request(&redirect, broker, ifname, rules, flags, &e);

	brokered_refused(ret, -EACCES, &e, word);
	CHECK("a refusal returns no redirect", !redirect);
}

static void asks_to_give_up(struct zcxsk_broker *broker)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;
	struct zcxsk_error e;
	int ret;

	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = BROKERED_RULE;
	opts.give_up = ZCXSK_GIVE_UP_ARP;
	ret = zcxsk_redirect_from_broker(&redirect, broker, rig_left(0), &opts, &e);
	brokered_refused(ret, -EACCES, &e, "give_up is 0x2");
}

static void be_refused(void *argument)
{
	struct zcxsk_broker *broker;
	struct zcxsk_redirect *redirect;
	struct zcxsk_error e;
	struct rig_opts o;

	(void)argument;
	nobody_become(NOBODY, -1);
	broker = brokered_connect();
	asks_too_much(broker, rig_right(0), BROKERED_RULE, 0, rig_right(0));
	asks_too_much(broker, rig_left(0), "take ethertype 0x88b7", 0, "'take ethertype 0x88b7'");
	asks_too_much(broker, rig_left(0), "take any", 0, "'take any'");
	asks_to_give_up(broker);
	redirect = brokered_redirect(broker, 0);
	brokered_opts(&o, 0);
	o.socket.redirect = redirect;
	rig_open_refused("a queue that does not exist", rig_left(0), 1, &o.socket, -EINVAL, &e);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	CHECK_EQ("close", zcxsk_broker_close(broker), 0);
}

static void refusals(void)
{
	pid_t broker = brokered_start();

	child_run("a user without a grant", be_stranger, NULL);
	child_run("requests beyond the grant", be_refused, NULL);
	brokered_end(broker);
}

/* The interface is in the broker's namespace, where this process has no socket. */
static void promiscuous_refused(struct zcxsk_socket_opts o)
{
	struct zcxsk_error e;

	o.flags |= ZCXSK_SOCKET_PROMISCUOUS;
	rig_open_refused("promiscuous mode from another namespace", rig_left(0), 0, &o, -EOPNOTSUPP,
			 &e);
	CHECK_NAMES("the interface is named", e.cause, rig_left(0));
	CHECK_NAMES("the cause", e.cause, " is in another network namespace");
	CHECK_NAMES("the remedy", e.remedy, "Open the socket without ZCXSK_SOCKET_PROMISCUOUS");
}

/* Holds the queue and the interface until a packet arrives. */
static void be_first(void *argument)
{
	enum zcxsk_mode mode = *(const enum zcxsk_mode *)argument;
	struct zcxsk_redirect *redirect;
	struct zcxsk_broker *broker;
	struct zcxsk_socket *s;
	struct rig_opts o;
	bool elsewhere;

	nobody_become(NOBODY, -1);
	elsewhere = nobody_leave();
	broker = brokered_connect();
	redirect = brokered_redirect(broker, mode);
	brokered_opts(&o, mode);
	o.socket.redirect = redirect;
	if (elsewhere)
		promiscuous_refused(o.socket);
	s = rig_open(rig_left(0), 0, &o.socket);
	child_ready();
	traffic_receive_all(s, 0, 1);
	zcxsk_socket_close(s);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	CHECK_EQ("close", zcxsk_broker_close(broker), 0);
}

/* Requests the queue of another client, and other rules on the same interface. */
static void be_rival(void *argument)
{
	struct zcxsk_broker *broker;
	struct zcxsk_redirect *redirect, *other;
	struct zcxsk_error e;
	struct rig_opts o;
	char first[32];

	nobody_become(NOBODY, -1);
	broker = brokered_connect();
	redirect = brokered_redirect(broker, *(enum zcxsk_mode *)argument);
	brokered_opts(&o, 0);
	o.socket.redirect = redirect;
	rig_open_refused("another client's queue", rig_left(0), 0, &o.socket, -EBUSY, &e);
	snprintf(first, sizeof(first), "user %u", NOBODY);
	CHECK_NAMES("its holder is named", e.cause, first);
	brokered_refused(brokered_request(&other, broker, rig_left(0), NULL, 0, &e), -EBUSY, &e,
			 BROKERED_RULE);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	CHECK_EQ("close", zcxsk_broker_close(broker), 0);
}

static void rivals(enum zcxsk_mode mode)
{
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	pid_t broker = brokered_start(), first = child_start(be_first, &mode);

	child_run("a rival", be_rival, &mode);
	CHECK("the first client keeps the program", rig_program(rig_left(0)));
	traffic_send_all(peer, 0, 1);
	child_join("the first client continues", first);
	zcxsk_socket_close(peer);
	brokered_end(broker);
}

/* ---- a member of a group, and queues ------------------------------------------------------ */

static void be_member(void *argument)
{
	struct zcxsk_broker *broker;
	struct zcxsk_redirect *redirect;
	struct zcxsk_error e = {0};
	struct rig_opts o;

	(void)argument;
	nobody_become(MEMBER, -1);
	broker = brokered_connect();
	rig_opts(&o, 0);
	o.redirect.rules = NULL;
	o.redirect.rules_text = "take any";
	CHECK_EQ("everything, through a group's grant",
		 zcxsk_redirect_from_broker(&redirect, broker, rig_left(0), &o.redirect, &e), 0);
	o.umem.frames = BROKERED_FRAMES;
	o.socket.redirect_opts = NULL;
	o.socket.redirect = redirect;
	rig_open_refused("a queue that is not granted", rig_left(0), 1, &o.socket, -EACCES, &e);
	CHECK_NAMES("the queue is named", e.cause, "queue 1");
	for (uint32_t queue = 0; queue < QUEUES; queue += queue ? 1 : 2)
		zcxsk_socket_close(rig_open(rig_left(0), queue, &o.socket));
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	CHECK_EQ("close", zcxsk_broker_close(broker), 0);
}

static void member(void)
{
	pid_t broker = brokered_start();

	child_run("a member of a group", be_member, NULL);
	brokered_end(broker);
}

/* ---- malformed requests ----------------------------------------------------------------- */

static int raw_connect(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), room = LONGEST;

	CHECK_EQ("room", setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", BROKERED_PATH);
	CHECK_EQ("connect", connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* The broker has to answer with a refusal or to close the connection. */
static void check_malformed(const char *text, size_t length)
{
	int fd = raw_connect();
	char answer[1024];
	ssize_t got;

	CHECK_EQ("send", send(fd, text, length, MSG_NOSIGNAL), length);
	got = recv(fd, answer, sizeof(answer), 0);
	CHECK("a malformed request is refused", got <= 0 || !memcmp(answer, "/refused\n", 9));
	close(fd);
}

static void talk_nonsense(void *argument)
{
	static char longest[LONGEST];
	static const char *const texts[] = {
		"\n",
		"/attach",
		"/attach\n\n\n\n",
		"/attach\nleft0\n0\n-1\ntake any",
		"/socket\nleft0\n0",
		"/socket\nleft0\n99999999999999999999",
		"/enter\nleft0\n0",
		"/leave\nleft0\n0",
		"/detach\nleft0",
		"/busy_poll\n1\n1",
		"a\nb\nc\nd\ne\nf\ng\nh\ni\nj",
		"/fin",
		"/attach\nleft0\n0\n0\ntake ethertype",
		"/attach\nleft0\n0\n0\ntake udp; take dport 70000",
		"/xsk_map_fd,left0",
		"\x1b[2J",
	};

	(void)argument;
	nobody_become(NOBODY, -1);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_malformed(texts[i], strlen(texts[i]));
	check_malformed("/connect\0,x", 11);
	memset(longest, 'a', sizeof(longest));
	check_malformed(longest, sizeof(longest));
}

static void nonsense(void)
{
	pid_t broker = brokered_start();

	child_run("nonsense", talk_nonsense, NULL);
	CHECK_EQ("malformed requests attach nothing", rig_program(rig_left(0)), 0);
	brokered_end(broker);
}

/* ---- a socket handed to a client --------------------------------------------------------- */

static void ask_raw(int fd, const char *question, int *given)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int))];
	char answer[4096];
	struct iovec part = {.iov_base = answer, .iov_len = sizeof(answer)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = room,
				 .msg_controllen = sizeof(room)};
	const struct cmsghdr *c;

	CHECK_EQ("send", send(fd, question, strlen(question), MSG_NOSIGNAL), strlen(question));
	CHECK("answer", recvmsg(fd, &message, 0) > 0);
	c = CMSG_FIRSTHDR(&message);
	CHECK(question, !given == !c);
	if (given)
		memcpy(given, CMSG_DATA(c), sizeof(*given));
}

static int bind_to(int fd, const char *ifname)
{
	struct sockaddr_xdp address = {.sxdp_family = AF_XDP,
				       .sxdp_flags = XDP_COPY,
				       .sxdp_ifindex = if_nametoindex(ifname)};

	return bind(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
}

static void be_cheat(void *argument)
{
	struct xdp_umem_reg reg = {.len = UMEM_BYTES, .chunk_size = 2048};
	char question[64];
	int fd, given, ring = RING;

	(void)argument;
	nobody_become(NOBODY, -1);
	fd = raw_connect();
	snprintf(question, sizeof(question), "/attach\n%s\n0\n0\n" BROKERED_RULE, rig_left(0));
	ask_raw(fd, question, NULL);
	snprintf(question, sizeof(question), "/socket\n%s\n0", rig_left(0));
	ask_raw(fd, question, &given);
	reg.addr = (uintptr_t)mmap(NULL, UMEM_BYTES, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK("a socket with memory and rings",
	      !setsockopt(given, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)) &&
		      !setsockopt(given, SOL_XDP, XDP_UMEM_FILL_RING, &ring, sizeof(ring)) &&
		      !setsockopt(given, SOL_XDP, XDP_UMEM_COMPLETION_RING, &ring, sizeof(ring)) &&
		      !setsockopt(given, SOL_XDP, XDP_RX_RING, &ring, sizeof(ring)));
	CHECK("it cannot be unbound from its device",
	      setsockopt(given, SOL_SOCKET, SO_BINDTODEVICE, "", 0));
	CHECK_EQ("it cannot be bound to another interface", bind_to(given, rig_right(0)), -EINVAL);
	CHECK_EQ("it can be bound to its own interface", bind_to(given, rig_left(0)), 0);
}

static void tied(void)
{
	pid_t broker = brokered_start();

	child_run("a client that cheats", be_cheat, NULL);
	brokered_end(broker);
}

/* ---- the broker itself ---------------------------------------------------------------------- */

static uint64_t permitted(pid_t pid)
{
	unsigned long long set = 0;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	CHECK(path, f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "CapPrm: %llx", &set);
	fclose(f);
	return set;
}

static void reduced(void)
{
	uint64_t wanted =
		1ull << CAP_NET_RAW | 1ull << CAP_NET_ADMIN | 1ull << CAP_BPF | 1ull << CAP_PERFMON;
	pid_t broker = brokered_start();

	CHECK_EQ("a broker keeps only the capabilities it needs", permitted(broker), wanted);
	brokered_end(broker);
}

int main(int argc, char **argv)
{
	rig_setup(1);
	brokered_setup(argc, argv);
	refusals();
	rig_each_mode(rivals);
	nonsense();
	tied();
	reduced();
	/* Runs last because it creates another network. */
	rig_setup_queues(QUEUES);
	member();
	return 0;
}
