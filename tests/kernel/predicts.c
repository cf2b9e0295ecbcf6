/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * predicts.c - what zcxsk_probe() says of opening a socket is what opening it comes to: in each
 * situation, for each request, a process predicts, and another one opens. Predicting changes
 * nothing. A prediction may be unknown only for a reason that the arguments name.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "netns.h"
#include "nobody.h"
#include "rig.h"

#define CARRIER_NS 20000000000ull
#define BUSY_NS 300000000ull /* longer than a prediction waits for a queue */

struct request {
	uint32_t modes;
	uint32_t flags;
	uint32_t queue;
	uint32_t frame_size; /* 0 = default */
};

/* The result of a prediction, and of an opening. */
struct outcome {
	uint32_t verdict;
	uint32_t mode;
	int32_t code;
	char text[600];
};

static struct {
	unsigned all, wrong, unknown;
	char **reasons; /* for which it may be unknown */
} tally;

/* ---- one process predicts, another one opens ---- */

static void (*give_up)(void); /* privileges */
static const struct request *asked;
static int report;

static void options(struct rig_opts *o)
{
	rig_opts(o, (enum zcxsk_mode)asked->modes);
	o->umem.frame_size = asked->frame_size;
	o->socket.flags = asked->flags;
	o->socket.busy_timeout_ns = BUSY_NS;
	if (asked->flags & ZCXSK_SOCKET_TX_ONLY)
		o->redirect.rules = NULL;
}

static void tell(struct outcome *out, const struct zcxsk_error *error)
{
	snprintf(out->text, sizeof(out->text), "%s", error->cause);
	CHECK("the outcome is told", write(report, out, sizeof(*out)) == sizeof(*out));
}

static void predict(void *unused)
{
	struct outcome out = {0};
	struct zcxsk_error error;
	struct zcxsk_probe_result p;
	struct rig_opts o;

	(void)unused;
	options(&o);
	if (give_up)
		give_up();
	zcxsk_probe_result_init(&p);
	CHECK_EQ("probe", zcxsk_probe(&p, rig_left(0), asked->queue, &o.socket, &error), 0);
	out.verdict = p.verdict;
	out.mode = p.verdict == ZCXSK_VERDICT_NO ? 0 : p.mode;
	out.code = p.error.code;
	tell(&out, &p.error);
}

static void open_it(void *unused)
{
	struct zcxsk_error error = {0};
	struct zcxsk_socket *s;
	struct outcome out = {0};
	struct rig_opts o;

	(void)unused;
	options(&o);
	if (give_up)
		give_up();
	out.code = zcxsk_socket_open(&s, rig_left(0), asked->queue, &o.socket, &error);
	out.verdict = out.code ? ZCXSK_VERDICT_NO : ZCXSK_VERDICT_YES;
	out.mode = out.code ? 0 : zcxsk_socket_mode(s);
	tell(&out, &error);
	zcxsk_socket_close(s);
}

static struct outcome outcome_of(const char *what, void (*run)(void *))
{
	struct outcome out;
	int pipes[2];

	CHECK("pipe", !pipe(pipes));
	report = pipes[1];
	child_run(what, run, NULL);
	CHECK("an outcome", read(pipes[0], &out, sizeof(out)) == sizeof(out));
	close(pipes[0]);
	close(pipes[1]);
	return out;
}

static bool may_be_unknown(const struct outcome *predicted)
{
	for (char **reason = tally.reasons; *reason; reason++)
		if (strstr(predicted->text, *reason))
			return true;
	return false;
}

static void compare(const char *situation, const struct request *r)
{
	uint32_t program = rig_program(rig_left(0));
	struct outcome predicted, opened;

	asked = r;
	predicted = outcome_of("predict", predict);
	CHECK_EQ("predicting attaches nothing", rig_program(rig_left(0)), program);
	opened = outcome_of("open", open_it);
	tally.all++;
	if (predicted.verdict == ZCXSK_VERDICT_UNKNOWN && may_be_unknown(&predicted)) {
		tally.unknown++;
		return;
	}
	if (predicted.verdict == opened.verdict && predicted.mode == opened.mode &&
	    predicted.code == opened.code)
		return;
	tally.wrong++;
	printf("%s, modes %u, flags %u, queue %u:\n  predicted %s, %s, %s (%s)\n  opened    %s, "
	       "%s, "
	       "%s (%s)\n",
	       situation, r->modes, r->flags, r->queue,
	       zcxsk_verdict_name((enum zcxsk_verdict)predicted.verdict),
	       zcxsk_mode_name((enum zcxsk_mode)predicted.mode), zcxsk_errno_name(predicted.code),
	       predicted.text, zcxsk_verdict_name((enum zcxsk_verdict)opened.verdict),
	       zcxsk_mode_name((enum zcxsk_mode)opened.mode), zcxsk_errno_name(opened.code),
	       opened.text);
}

static const uint32_t all_modes[] = {ZCXSK_MODES_ALL, ZCXSK_MODE_ZERO_COPY, ZCXSK_MODE_NATIVE_COPY,
				     ZCXSK_MODE_GENERIC_COPY};
#define MODES (sizeof(all_modes) / sizeof(all_modes[0]))

static void each_mode(const char *situation)
{
	for (size_t m = 0; m < MODES; m++)
		compare(situation, &(struct request){.modes = all_modes[m]});
}

static void each_direction(const char *situation)
{
	static const uint32_t flags[] = {0, ZCXSK_SOCKET_RX_ONLY, ZCXSK_SOCKET_TX_ONLY};

	for (size_t m = 0; m < MODES; m++)
		for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++)
			compare(situation,
				&(struct request){.modes = all_modes[m], .flags = flags[f]});
}

/* ---- situations ---- */

/* Some drivers reset the link when a program comes or goes, or the MTU changes. */
static void await_carrier(void)
{
	uint64_t deadline = rig_now() + CARRIER_NS;
	struct ifreq ifr = {0};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", rig_left(0));
	while (!ioctl(fd, SIOCGIFFLAGS, &ifr) && !(ifr.ifr_flags & IFF_RUNNING)) {
		CHECK("the link returns", rig_now() < deadline);
		poll(NULL, 0, 1);
	}
	close(fd);
}

static void drop_all(void)
{
	nobody_become(NOBODY, -1);
}

static void keep_net_raw(void)
{
	nobody_become(NOBODY, CAP_NET_RAW);
}

static void drop_net_admin(void)
{
	nobody_drop(CAP_NET_ADMIN);
	nobody_drop(CAP_SYS_ADMIN);
}

static void privileges(void)
{
	give_up = drop_all;
	each_mode("no capability");
	give_up = keep_net_raw;
	each_direction("CAP_NET_RAW alone");
	give_up = drop_net_admin;
	each_mode("no CAP_NET_ADMIN");
	give_up = NULL;
}

/* MTUs around the limits of frames and drivers; those that the driver refuses are left out. */
static void mtus(void)
{
	static const uint32_t mtus[] = {68, 1766, 1767, 3046, 3047, 3486, 3487, 3814, 3815, 9000};
	char setting[32], situation[32];

	for (size_t i = 0; i < sizeof(mtus) / sizeof(mtus[0]); i++) {
		snprintf(setting, sizeof(setting), "mtu %u", mtus[i]);
		snprintf(situation, sizeof(situation), "MTU %u", mtus[i]);
		if (netns_run("ip link set %s %s", rig_left(0), setting))
			continue;
		await_carrier();
		each_mode(situation);
		compare(situation, &(struct request){.modes = ZCXSK_MODES_ALL, .frame_size = 2048});
		compare(situation,
			&(struct request){.modes = ZCXSK_MODES_ALL, .flags = ZCXSK_SOCKET_TX_ONLY});
	}
	rig_link(rig_left(0), "mtu 1500");
	await_carrier();
	if (netns_run("ip link set %s mtu 9000", rig_right(0)))
		return;
	await_carrier();
	each_direction("the other end has an MTU of 9000");
	rig_link(rig_right(0), "mtu 1500");
	await_carrier();
}

/* A program that is not ours, and passes everything. */
static int foreign_program(void)
{
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "foreign", "GPL", pass, 2, NULL);

	CHECK("load", fd >= 0);
	return fd;
}

static void foreign(const char *situation, uint32_t flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);
	int program = foreign_program();
	int link = bpf_link_create(program, (int)if_nametoindex(rig_left(0)), BPF_XDP, &opts);

	close(program);
	if (link < 0)
		return;
	await_carrier();
	each_direction(situation);
	close(link);
	await_carrier();
}

static void hold_queue(void *unused)
{
	struct rig_opts o;

	(void)unused;
	rig_opts(&o, ZCXSK_MODE_GENERIC_COPY);
	o.redirect.rules = NULL;
	o.socket.flags = ZCXSK_SOCKET_TX_ONLY;
	rig_open(rig_left(0), 0, &o.socket);
	child_ready();
	pause();
}

static void used_queue(void)
{
	pid_t holder = child_start(hold_queue, NULL);

	each_direction("a socket on the queue");
	child_kill(holder);
}

static void no_queue(void)
{
	for (size_t m = 0; m < MODES; m++)
		compare("no such queue", &(struct request){.modes = all_modes[m], .queue = 40000});
}

static void down(void)
{
	rig_link(rig_left(0), "down");
	each_mode("down");
	rig_link(rig_left(0), "up");
	await_carrier();
}

int main(int argc, char **argv)
{
	(void)argc;
	tally.reasons = argv + 1;
	rig_setup(1);
	each_direction("as it is");
	mtus();
	privileges();
	foreign("a foreign native program", XDP_FLAGS_DRV_MODE);
	foreign("a foreign generic program", XDP_FLAGS_SKB_MODE);
	used_queue();
	no_queue();
	down();
	printf("%u predictions: %u right, %u unknown, %u wrong\n", tally.all,
	       tally.all - tally.unknown - tally.wrong, tally.unknown, tally.wrong);
	CHECK_EQ("predictions that were wrong", tally.wrong, 0);
	return 0;
}
