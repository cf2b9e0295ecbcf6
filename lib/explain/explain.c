/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain.c - fills an error: names the step and calls the part that explains it.
 * An errno that no part knows gets a general text.
 */
#include "explain/explain.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if_arp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "explain/words.h"

/* Characters to quote of a text from libxdp or the verifier; its end is the most useful. */
#define DETAIL_MAX 160
/* Open files that are enough for a port with a socket on every queue. */
#define FILES_ENOUGH 4096u

static const char *const step_names[] = {
	[STEP_SOCKET] = "open the AF_XDP socket",
	[STEP_UMEM_REG] = "register the UMEM",
	[STEP_RING] = "create a ring",
	[STEP_MMAP] = "map a ring",
	[STEP_BPF_LOAD] = "load the BPF program",
	[STEP_ATTACH_NATIVE] = "attach native XDP",
	[STEP_ATTACH_GENERIC] = "attach generic XDP",
	[STEP_ATTACH_DISPATCHER] = "attach XDP in libxdp's dispatcher",
	[STEP_BIND] = "bind",
	[STEP_XSKMAP] = "put the socket into the XSKMAP",
	[STEP_SELF_TEST] = "send the self-test frame",
	[STEP_CARRIER] = "wait for the link",
};

#define STEP_COUNT (sizeof(step_names) / sizeof(step_names[0]))

static void start(struct zcxsk_error *error, const char *step, int code)
{
	memset(error, 0, sizeof(*error));
	error->code = code;
	snprintf(error->step, sizeof(error->step), "%s", step);
}

/* Errnos with the same cause at every step. */
static bool explain_anywhere(struct zcxsk_error *error, int code)
{
	static const struct fixed_text texts[] = {
		{-ENFILE, "the system has reached its limit of open files",
		 "Close files, or raise fs.file-max: `sysctl fs.file-nr` shows it last."},
	};
	struct rlimit limit;

	if (code != -EMFILE)
		return SAY_FIXED(error, code, texts);
	if (getrlimit(RLIMIT_NOFILE, &limit))
		limit.rlim_cur = 0;
	say_cause(error, "the process has reached its limit of open files, %" PRIu64,
		  (uint64_t)limit.rlim_cur);
	say_remedy(error,
		   "Raise the limit: `ulimit -n %" PRIu64 "`, or LimitNOFILE= of the service.",
		   max_u64(FILES_ENOUGH, 2 * (uint64_t)limit.rlim_cur));
	return true;
}

/* Adds the mode or the ring to the name of a step that has variants. */
static void name_variant(struct zcxsk_error *error, enum step step,
			 const struct explain_facts *facts)
{
	size_t used = strlen(error->step);

	if (step == STEP_BIND && facts->mode)
		snprintf(error->step + used, sizeof(error->step) - used, " %s",
			 zcxsk_mode_name(facts->mode));
	else if ((step == STEP_RING || step == STEP_MMAP) && facts->ring)
		snprintf(error->step, sizeof(error->step), "%s the %s ring",
			 step == STEP_RING ? "create" : "map", facts->ring);
}

static bool explain_step(struct zcxsk_error *error, enum step step, int code,
			 const struct explain_facts *facts)
{
	switch (step) {
	case STEP_BIND:
		return explain_bind(error, code, facts);
	case STEP_ATTACH_NATIVE:
	case STEP_ATTACH_GENERIC:
	case STEP_ATTACH_DISPATCHER:
		return explain_attach(error, step, code, facts);
	default:
		return explain_setup(error, step, code, facts);
	}
}

/* For an unknown errno: says where it happened. */
static void explain_unknown(struct zcxsk_error *error, int code, const struct nic *nic)
{
	say_cause(error,
		  "the kernel refused it with errno %d, whose cause is not known for this step",
		  code < 0 ? -code : code);
	if (nic->ifname[0])
		say_cause(error, "; interface %s, driver %s, kernel %s", nic->ifname,
			  nic->driver[0] ? nic->driver : "unknown",
			  nic->kernel_release[0] ? nic->kernel_release : "unknown");
	say_remedy(error, "Check the kernel log: `dmesg | tail`.");
}

/* Appends the end of a text from libxdp or the verifier, on one line. */
static void add_detail(struct zcxsk_error *error, const char *detail)
{
	char text[DETAIL_MAX + 1];
	size_t length;

	if (!detail)
		return;
	length = strlen(detail);
	if (length > DETAIL_MAX)
		detail += length - DETAIL_MAX;
	snprintf(text, sizeof(text), "%s", detail);
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	for (length = strlen(text); length && text[length - 1] == ' '; length--)
		text[length - 1] = '\0';
	if (text[0])
		say_cause(error, "; details: %s", text);
}

int explain(struct zcxsk_error *error, enum step step, int code, const struct explain_facts *facts)
{
	static const struct nic unknown_nic = {.numa_node = -1};
	struct explain_facts all = {0};

	if (!error)
		return code;
	if (facts)
		all = *facts;
	if (!all.nic)
		all.nic = &unknown_nic;
	start(error, (size_t)step < STEP_COUNT ? step_names[step] : "set-up", code);
	name_variant(error, step, &all);
	if (!explain_anywhere(error, code) && !explain_step(error, step, code, &all))
		explain_unknown(error, code, all.nic);
	add_detail(error, all.detail);
	return code;
}

int explain_text(struct zcxsk_error *error, const char *step, int code, const char *remedy,
		 const char *cause_format, ...)
{
	va_list args;

	if (!error)
		return code;
	start(error, step, code);
	if (explain_anywhere(error, code))
		return code;
	va_start(args, cause_format);
	say_cause_args(error, cause_format, args);
	va_end(args);
	if (remedy)
		say_remedy(error, "%s", remedy);
	return code;
}

int explain_lookup(struct zcxsk_error *error, int code, const char *ifname)
{
	static const char step[] = "look up interface";

	switch (code) {
	case -ENODEV:
		return explain_text(error, step, code, "List the interfaces: `ip link show`.",
				    "there is no interface named '%.32s' in this network namespace",
				    ifname);
	case -EINVAL:
		return explain_text(error, step, code,
				    "Names have 1 to 127 characters, without '/', ':' and spaces.",
				    "'%.32s' is not the name of an interface", ifname);
	case -EPERM:
	case -EACCES:
	case -ENOSYS:
	case -EAFNOSUPPORT:
		return explain_text(error, step, code,
				    "Allow AF_UNIX and AF_NETLINK sockets (of a systemd unit: "
				    "RestrictAddressFamilies=).",
				    "the process may not open the sockets by which facts of %.32s "
				    "are read, most likely because of a seccomp filter",
				    ifname);
	default:
		return explain_text(error, step, code, "Check the kernel log: `dmesg | tail`.",
				    "the facts of interface %.32s cannot be read", ifname);
	}
}

int explain_link_type(struct zcxsk_error *error, const struct nic *nic)
{
	if (nic_has_ethernet(nic))
		return 0;
	return explain_text(error, "check link type", -EOPNOTSUPP,
			    "Use the card that its packets leave by, or a program of your own "
			    "with zcxsk_redirect_from_map().",
			    "the packets of %s have no Ethernet header (link type %" PRIu32
			    "; Ethernet is %u), and rules are for Ethernet packets",
			    nic->ifname, nic->link_type, (unsigned)ARPHRD_ETHER);
}

void explain_more(struct zcxsk_error *error, const char *text)
{
	if (error)
		say_cause(error, "%s", text);
}

void explain_left(struct zcxsk_error *error, int code, const char *ifname)
{
	if (!error || !code)
		return;
	if (code == -EDEADLK) {
		say_cause(error,
			  "; the XDP program stays attached to %s until this process ends: another "
			  "process still has a zero-copy socket on it, and the interface is down",
			  ifname);
		say_remedy(error, "%sSet it up first: `ip link set %s up`.",
			   error->remedy[0] ? " " : "", ifname);
		return;
	}
	say_cause(error,
		  "; the XDP program stays attached to %s: libxdp could not remove it (errno %d)",
		  ifname, -code);
	say_remedy(error,
		   "%sThe next attach removes the program; by hand: `xdp-loader unload %s --all`.",
		   error->remedy[0] ? " " : "", ifname);
}

void explain_clear(struct zcxsk_error *error)
{
	if (error)
		error->code = 0;
}
