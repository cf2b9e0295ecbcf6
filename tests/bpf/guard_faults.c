/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_faults.c - each system call and allocation of the guard fails, alone, together with
 * all that follow, or every few: rules that take the session are never accepted, and rules
 * that do not touch it are accepted whatever single call fails.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zcxsk/zcxsk.h>

#include "guard_rig.h"
#include "netns.h"
#include "nic/nic.h"
#include "redirect/guard.h"

/* ---- calls that fail -------------------------------------------------------------------- */

/* Which calls fail: the first is 1. */
enum pattern {
	NEVER,
	ONE,	/* only the one of this number */
	FROM,	/* that one and all later ones */
	EVERY,	/* each whose number is a multiple */
	NETLINK /* sockets of netlink */
};

static struct {
	enum pattern pattern;
	unsigned number, calls, failed;
	int code;
} fault;

static bool fails(void)
{
	bool now;

	if (fault.pattern == NEVER)
		return false;
	fault.calls++;
	now = (fault.pattern == ONE && fault.calls == fault.number) ||
	      (fault.pattern == FROM && fault.calls >= fault.number) ||
	      (fault.pattern == EVERY && fault.calls % fault.number == 0);
	fault.failed += now;
	errno = now ? fault.code : errno;
	return now;
}

#define SEEN __attribute__((visibility("default")))

/* Defines a function that fails on demand, in place of the C library's. */
#define FAILING(type, wrong, name, parameters, arguments)                                          \
	SEEN type name parameters;                                                                 \
	SEEN type name parameters                                                                  \
	{                                                                                          \
		static type(*real) parameters;                                                     \
                                                                                                   \
		if (!real)                                                                         \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                 \
		return fails() ? (wrong) : real arguments;                                         \
	}

FAILING(int, -1, bind, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
FAILING(int, -1, setsockopt, (int fd, int level, int name, const void *value, socklen_t n),
	(fd, level, name, value, n))
FAILING(int, -1, getsockname, (int fd, struct sockaddr *a, socklen_t *n), (fd, a, n))
FAILING(ssize_t, -1, sendto,
	(int fd, const void *buf, size_t size, int flags, const struct sockaddr *to, socklen_t n),
	(fd, buf, size, flags, to, n))
FAILING(ssize_t, -1, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
FAILING(ssize_t, -1, read, (int fd, void *buf, size_t size), (fd, buf, size))
FAILING(ssize_t, -1, readlink, (const char *path, char *buf, size_t size), (path, buf, size))
FAILING(DIR *, NULL, opendir, (const char *path), (path))
FAILING(struct dirent *, NULL, readdir, (DIR * dir), (dir))

SEEN int socket(int family, int type, int protocol)
{
	static int (*real)(int, int, int);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "socket");
	if (fault.pattern == NETLINK && family == AF_NETLINK) {
		errno = fault.code;
		return -1;
	}
	return fails() ? -1 : real(family, type, protocol);
}

SEEN int open(const char *path, int flags, ...)
{
	static int (*real)(const char *, int, ...);
	va_list arguments;
	mode_t mode;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "open");
	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return fails() ? -1 : real(path, flags, mode);
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, count, size);
}

/* ---- situations ---------------------------------------------------------------------------- */

static void enter(void)
{
	int ret = netns_enter();

	if (ret == -EPERM)
		cr_skip_test("network namespaces and BPF need root");
	cr_assert_eq(ret, 0, "namespaces: %d", ret);
	unsetenv("SSH_CONNECTION");
}

TestSuite(guard_faults, .init = enter, .timeout = 300);

static const int codes[] = {EMFILE, EINTR, ENOMEM, EPERM, EACCES, ENOBUFS};

/* The guard's answer, with the calls that it made in fault.calls. */
static int ask(const char *text, enum pattern pattern, unsigned number, int code)
{
	struct zcxsk_rules *rules;
	struct zcxsk_error error;
	struct nic nic;
	int ret;

	cr_assert_eq(nic_read(&nic, "near"), 0);
	cr_assert_eq(zcxsk_rules_parse(&rules, text, &error), 0, "%s", error.cause);
	fault.number = number;
	fault.code = code;
	fault.calls = fault.failed = 0;
	fault.pattern = pattern;
	ret = guard_check(&nic, rules, 0, &error);
	fault.pattern = NEVER;
	zcxsk_rules_destroy(rules);
	return ret;
}

/* Before this number no call is one of hundreds of the same kind. */
#define LOOPS 60

/* The pattern with every number until no call fails. Returns the number of accepted ones. */
static unsigned count_accepted(const char *text, enum pattern pattern, unsigned *asked)
{
	unsigned accepted = 0;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		unsigned number = 1;

		do {
			accepted += !ask(text, pattern, number, codes[i]) && fault.failed;
			*asked += fault.failed != 0;
			/* The rest is a loop over the processes of this machine. */
			number += number < LOOPS ? 1 : 40 + (unsigned)i;
		} while (fault.failed);
	}
	return accepted;
}

static void never_accepted(const char *text)
{
	static const enum pattern patterns[] = {ONE, FROM, EVERY};
	unsigned asked = 0;

	cr_expect_eq(ask(text, NEVER, 0, 0), -EPERM, "'%s' without faults", text);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		cr_expect_eq(count_accepted(text, patterns[i], &asked), 0,
			     "'%s', pattern %d: accepted", text, patterns[i]);
	cr_expect_gt(asked, 20, "'%s': %u", text, asked);
	cr_expect_neq(ask(text, NETLINK, 0, EAFNOSUPPORT), 0, "'%s' without netlink", text);
}

static void always_accepted(const char *text)
{
	unsigned asked = 0, accepted;

	cr_expect_eq(ask(text, NEVER, 0, 0), 0, "'%s' without faults", text);
	accepted = count_accepted(text, ONE, &asked);
	cr_expect_eq(accepted, asked, "'%s': %u of %u", text, accepted, asked);
}

static void set_up(const struct guard_rig *rig, struct guard_session *session)
{
	cr_assert(guard_rig_set_up(rig, session));
	guard_rig_connect(rig, session);
}

static void no_harm(void)
{
	always_accepted("take udp dport 7777");
	always_accepted("take tcp dport 7777");
	always_accepted("take icmp type 8");
	cr_expect_eq(ask("take udp dport 7777", NETLINK, 0, EAFNOSUPPORT), 0, "without netlink");
	cr_expect_eq(ask("take icmp type 8", FROM, 1, EMFILE), 0, "without anything");
}

/* ---- tests --------------------------------------------------------------------------------- */

Test(guard_faults, a_session)
{
	const struct guard_rig rig = {
		.near = {"ip addr add 192.0.2.1/24 dev near"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up"},
		.server = "192.0.2.1",
	};
	struct guard_session session;

	set_up(&rig, &session);
	never_accepted("take any");
	never_accepted("take tcp dport 22");
	never_accepted("take arp");
	no_harm();
	guard_rig_end(&session);
}

/* Only the name of the process tells, of which this process has no copy. */
Test(guard_faults, a_session_on_another_port)
{
	const struct guard_rig rig = {
		.near = {"ip addr add 2001:db8::1/64 dev near nodad"},
		.far = {"ip addr add 2001:db8::2/64 dev far nodad", "ip link set far up"},
		.server = "2001:db8::1",
		.port = 2222,
	};
	struct guard_session session;
	int ready[2];
	char byte;
	pid_t server;

	set_up(&rig, &session);
	cr_assert_eq(pipe(ready), 0);
	server = fork();
	if (!server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "sshd-session");
		close(ready[0]);
		close(ready[1]);
		pause();
		_exit(0);
	}
	close(ready[1]);
	cr_assert_eq(read(ready[0], &byte, 1), 0, "the server has not its name yet");
	never_accepted("take tcp dport 2222");
	never_accepted("take any");
	no_harm();
	kill(server, SIGKILL);
	guard_rig_end(&session);
}

Test(guard_faults, a_session_by_a_nexthop_object_and_a_bridge)
{
	const struct guard_rig rig = {
		.near = {"sysctl -qw net.ipv4.nexthop_compat_mode=0", "ip link add br0 type bridge",
			 "ip link set near master br0", "ip link set br0 up",
			 "ip addr add 192.0.2.1/24 dev br0",
			 "ip nexthop add id 1 via 192.0.2.2 dev br0", "ip nexthop add id 9 group 1",
			 "ip route add default nhid 9", "ip addr add 198.51.100.1/32 dev lo"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up",
			"ip addr add 203.0.113.7/32 dev lo",
			"ip route add 198.51.100.1 via 192.0.2.1 src 203.0.113.7"},
		.server = "198.51.100.1",
	};
	struct guard_session session;

	set_up(&rig, &session);
	never_accepted("take tcp src 203.0.113.7");
	never_accepted("take arp");
	never_accepted("take icmp type 3");
	no_harm();
	guard_rig_end(&session);
}

Test(guard_faults, a_session_by_a_tunnel)
{
	const struct guard_rig rig = {
		.near = {"ip addr add 192.0.2.1/24 dev near",
			 "ip link add tunnel type vxlan id 5 local 192.0.2.1 remote 192.0.2.2 dev "
			 "near "
			 "dstport 4789",
			 "ip link set tunnel up", "ip addr add 198.51.100.1/24 dev tunnel"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up",
			"ip link add tunnel type vxlan id 5 local 192.0.2.2 remote 192.0.2.1 dev "
			"far "
			"dstport 4789",
			"ip link set tunnel up", "ip addr add 198.51.100.2/24 dev tunnel"},
		.server = "198.51.100.1",
	};
	struct guard_session session;

	set_up(&rig, &session);
	never_accepted("take udp dport 4789");
	never_accepted("take arp");
	no_harm();
	guard_rig_end(&session);
}
