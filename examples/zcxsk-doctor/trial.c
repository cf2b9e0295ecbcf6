/* SPDX-License-Identifier: BSD-2-Clause */
/* trial.c - decides whether a trial may be made, watches over it, and checks what remains. */
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "nic/faults.h"
#include "nic/netdev.h"

/* Until a killed process must be gone, and the kernel has undone what it left. */
#define UNDO_NS (5 * NS_PER_S)
/* Until the link must be back; the library itself waits as long. */
#define LINK_NS (10 * NS_PER_S)
#define PAUSE_MS 20 /* between two looks at the interface */

/* ---- whether ------------------------------------------------------------------- */

static void find_guarded(struct card *card)
{
	char kinds[128], remedy[320];

	zcxsk_give_up_text(card_needed(card), kinds, sizeof(kinds));
	snprintf(remedy, sizeof(remedy),
		 "Try another interface, or accept that these are interrupted: `zcxsk-doctor --try "
		 "--give-up %s %s`.",
		 kinds, card->nic.ifname);
	facts_find(&card->facts, SEVERITY_UNKNOWN, remedy,
		   "not tried, because the link may be gone for seconds, and packets that this "
		   "machine needs arrive here: %s",
		   kinds);
}

/* Whether something speaks against a trial; if so, adds it to the findings. */
static bool refuse(struct card *card, const struct options *o)
{
	int program = card_has_program(card);
	struct zcxsk_error error;

	if (nic_zero_copy_fault(&card->nic)) {
		facts_find(&card->facts, SEVERITY_UNKNOWN, "",
			   "not tried, because of the fault of this kernel");
		return true;
	}
	if (program < 0) {
		facts_find(
			&card->facts, SEVERITY_UNKNOWN, "",
			"not tried, because it is unknown whether an XDP program is attached: %s",
			zcxsk_errno_name(program));
		return true;
	}
	if (program) {
		facts_find(&card->facts, SEVERITY_UNKNOWN, "End its owner, then try again.",
			   "not tried, because an XDP program is attached already");
		return true;
	}
	if (card_check_guard(card, o->give_up, &error)) {
		find_guarded(card);
		return true;
	}
	return false;
}

/* If that is unknown, the library finds out. */
static bool has_socket(const struct card *card, uint32_t queue)
{
	return netdev_queue_has_pool(&card->nic, queue) == 1;
}

static uint32_t choose_queue(const struct card *card, const struct options *o)
{
	uint32_t queue = nic_usable_queues(&card->nic) - 1;

	if (o->try_queue != QUEUE_SPARE)
		return o->try_queue;
	while (queue && has_socket(card, queue))
		queue--;
	return queue;
}

/* ---- the child ----------------------------------------------------------------- */

/* The child has the other end of the pipe, and the kernel closes it with the child. */
static bool is_gone(int pipe_fd, uint64_t timeout_ns)
{
	struct pollfd in = {.fd = pipe_fd, .events = POLLIN};
	uint64_t end = clock_now_ns() + timeout_ns, now;
	int ret = 0;

	while (ret <= 0 && (now = clock_now_ns()) < end)
		ret = poll(&in, 1, (int)((end - now) / NS_PER_MS) + 1);
	return ret > 0;
}

static pid_t start_child(struct trial *trial, const char *ifname, int *pipe_fd)
{
	pid_t parent = getpid(), child;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	child = fork();
	if (!child) {
		/* If this process is killed, the trial ends too. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
			_exit(1);
		trial_child(trial, ifname);
		_exit(0);
	}
	close(ends[1]);
	*pipe_fd = ends[0];
	return child;
}

enum ending { ENDED, ENDED_BY_FORCE, NOT_ENDED, NOT_STARTED };

static enum ending watch_child(struct trial *trial, const struct card *card, uint64_t deadline_ns)
{
	enum ending ending = ENDED;
	int pipe_fd;
	pid_t child = start_child(trial, card->nic.ifname, &pipe_fd);

	if (child < 0)
		return NOT_STARTED;
	if (!is_gone(pipe_fd, deadline_ns)) {
		kill(child, SIGKILL);
		ending = is_gone(pipe_fd, UNDO_NS) ? ENDED_BY_FORCE : NOT_ENDED;
	}
	close(pipe_fd);
	if (ending != NOT_ENDED)
		waitpid(child, NULL, 0);
	return ending;
}

/* ---- afterwards ---------------------------------------------------------------- */

/* Traces that the trial has left. */
struct remains {
	bool program;
	bool taken; /* the queue has an AF_XDP pool, and had none before */
	bool no_link;
	bool changed; /* by another process: state, MTU or queues */
};

static int look(const struct card *card, const struct trial *trial, struct remains *remains)
{
	bool held = trial->forecast.queue_used == ZCXSK_VERDICT_YES;
	const struct nic *before = &card->nic;
	struct nic now;
	int ret = nic_read_index(&now, before->ifindex), program = card_has_program(card);

	if (ret || program < 0)
		return ret ? ret : program;
	remains->program = program;
	remains->taken = !held && netdev_queue_has_pool(&now, trial->queue) == 1;
	remains->no_link = before->carrier && !now.carrier;
	remains->changed = now.up != before->up || now.mtu != before->mtu ||
			   nic_usable_queues(&now) != nic_usable_queues(before);
	return 0;
}

/* Looks until nothing is left, or the time is over. Returns 0 or -errno. */
static int await_undone(const struct card *card, const struct trial *trial, struct remains *remains)
{
	uint64_t start = clock_now_ns(), passed;
	int ret;

	do {
		poll(NULL, 0, PAUSE_MS);
		ret = look(card, trial, remains);
		passed = clock_now_ns() - start;
	} while (!ret && (((remains->program || remains->taken) && passed < UNDO_NS) ||
			  (remains->no_link && passed < LINK_NS)));
	return ret;
}

static void check_undone(struct card *card, const struct trial *trial)
{
	struct facts *facts = &card->facts;
	struct remains remains = {0};
	int ret = await_undone(card, trial, &remains);

	if (ret) {
		facts_unknown(facts, "trial", "undone", ret);
		facts_find(facts, SEVERITY_RISK, "",
			   "after the trial the interface cannot be read any more: %s",
			   zcxsk_errno_name(ret));
		return;
	}
	facts_set_yes(facts, "trial", "undone",
		      !remains.program && !remains.taken && !remains.no_link && !remains.changed);
	if (remains.program)
		facts_find(facts, SEVERITY_RISK, "Find its owner: `bpftool net`.",
			   "a program is attached after the trial that was not there before");
	if (remains.taken)
		facts_find(facts, SEVERITY_RISK, "",
			   "queue %u is still taken after the trial, until the device returns the "
			   "frames that it was given",
			   trial->queue);
	if (remains.no_link)
		facts_find(facts, SEVERITY_RISK, "Check the cable or the other end.",
			   "the link has not come back %d s after the trial",
			   (int)(LINK_NS / NS_PER_S));
	if (remains.changed)
		facts_find(facts, SEVERITY_RISK, "",
			   "another process changed the interface during the trial: its state, "
			   "MTU or queues are not those from before");
}

static void find_outcome(struct card *card, const struct trial *trial)
{
	struct facts *facts = &card->facts;

	if (trial->code)
		facts_find(facts, SEVERITY_FAILS, trial->error.remedy,
			   "the trial on queue %u failed: %s: %s (%s)", trial->queue,
			   trial->error.step, trial->error.cause, zcxsk_errno_name(trial->code));
	else if (trial->untested || !card->nic.carrier)
		facts_find(facts, SEVERITY_UNKNOWN, "Try again with a link.",
			   "the trial on queue %u got %s, but without a link it is unknown "
			   "whether the queue sends",
			   trial->queue, zcxsk_mode_name((enum zcxsk_mode)trial->mode));
	else if (trial->completed < TRIAL_FRAMES)
		facts_find(facts, SEVERITY_FAILS,
			   "Try another queue or mode, and send the output of --report to the "
			   "maintainers.",
			   "the trial on queue %u got %s, but only %u of %u frames were sent",
			   trial->queue, zcxsk_mode_name((enum zcxsk_mode)trial->mode),
			   trial->completed, TRIAL_FRAMES);
	else
		facts_find(facts, SEVERITY_NOTE, "",
			   "the trial on queue %u got %s and sent %u frames; the link was gone "
			   "for %llu ms",
			   trial->queue, zcxsk_mode_name((enum zcxsk_mode)trial->mode),
			   trial->completed,
			   (unsigned long long)(trial->carrier_wait_ns / NS_PER_MS));
	for (int t = ZCXSK_TRAIT_UNFINISHED; t <= TRIAL_TRAIT_MAX; t++)
		if (trial->differs[t])
			facts_find(facts, SEVERITY_NOTE, trial->traits[t].remedy, "%s",
				   trial->traits[t].cause);
}

/* The library foresees with the code that opens, so a difference is a fault of it. */
static void compare(struct card *card, const struct trial *trial)
{
	const struct zcxsk_probe_result *forecast = &trial->forecast;
	bool opened = !trial->code;
	const char *came = opened ? zcxsk_mode_name((enum zcxsk_mode)trial->mode)
				  : zcxsk_errno_name(trial->code);

	if (forecast->verdict == ZCXSK_VERDICT_YES && (!opened || trial->mode != forecast->mode))
		facts_find(&card->facts, SEVERITY_RISK, "Send --report to the maintainers.",
			   "the forecast for queue %u was wrong: %s, and the trial got %s",
			   trial->queue, zcxsk_mode_name((enum zcxsk_mode)forecast->mode), came);
	else if (forecast->verdict == ZCXSK_VERDICT_NO && opened &&
		 forecast->error.code != -EBUSY) /* who held it may have left */
		facts_find(&card->facts, SEVERITY_RISK, "Send --report to the maintainers.",
			   "the forecast for queue %u was wrong: %s, and the trial got %s",
			   trial->queue, zcxsk_errno_name(forecast->error.code), came);
}

static void set_facts(struct card *card, const struct trial *trial, enum ending ending)
{
	struct facts *facts = &card->facts;

	facts_set_number(facts, "trial", "queue", trial->queue);
	facts_set_yes(facts, "trial", "ended_in_time", ending == ENDED);
	if (ending != ENDED || trial->step != TRIAL_DONE)
		return;
	facts_set_text(facts, "trial", "outcome",
		       trial->code ? zcxsk_errno_name(trial->code)
				   : zcxsk_mode_name((enum zcxsk_mode)trial->mode));
	facts_set_number(facts, "trial", "sent", trial->completed);
	facts_set_number(facts, "trial", "link_gone_ms",
			 (long long)(trial->carrier_wait_ns / NS_PER_MS));
}

static void report(struct card *card, const struct trial *trial, enum ending ending,
		   uint64_t deadline_ns)
{
	struct facts *facts = &card->facts;

	set_facts(card, trial, ending);
	if (ending == NOT_STARTED)
		facts_find(facts, SEVERITY_UNKNOWN, "", "not tried: no process could be started");
	else if (ending == NOT_ENDED)
		facts_find(facts, SEVERITY_RISK, "Read the kernel log: `dmesg | tail`.",
			   "the trial hangs inside the kernel, at %s",
			   trial_step_name(trial->step));
	else if (ending == ENDED_BY_FORCE)
		facts_find(facts, SEVERITY_FAILS, "Try with a longer --deadline.",
			   "the trial was ended by force after %d s, at %s",
			   (int)(deadline_ns / NS_PER_S), trial_step_name(trial->step));
	else if (trial->step != TRIAL_DONE)
		facts_find(facts, SEVERITY_FAILS, "",
			   "the trial was killed from outside, or crashed, at %s",
			   trial_step_name(trial->step));
	else {
		find_outcome(card, trial);
		compare(card, trial);
	}
	if (ending != NOT_STARTED)
		check_undone(card, trial);
}

void trial_run(struct card *card, const struct options *o)
{
	struct trial *trial;
	enum ending ending;

	if (refuse(card, o))
		return;
	trial = mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (trial == MAP_FAILED) {
		facts_find(&card->facts, SEVERITY_UNKNOWN, "", "not tried: out of memory");
		return;
	}
	trial->queue = choose_queue(card, o);
	trial->verbose = o->verbose;
	memcpy(trial->mac, card->nic.mac, sizeof(trial->mac));
	if (card_foresee(card, trial->queue, &trial->forecast, NULL))
		trial->forecast.verdict = ZCXSK_VERDICT_NOT_ASKED;
	ending = watch_child(trial, card, o->deadline_ns);
	report(card, trial, ending, o->deadline_ns);
	munmap(trial, sizeof(*trial));
}
