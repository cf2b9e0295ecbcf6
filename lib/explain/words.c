/* SPDX-License-Identifier: BSD-2-Clause */
/* words.c - writes causes and remedies into an error, and reads the capabilities. */
#include "explain/words.h"

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(char *text, size_t size, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static void append(char *text, size_t size, const char *format, va_list args)
{
	size_t used = strlen(text);

	vsnprintf(text + used, size - used, format, args);
}

void say_cause_args(struct zcxsk_error *error, const char *format, va_list args)
{
	append(error->cause, sizeof(error->cause), format, args);
}

void say_cause(struct zcxsk_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(error->cause, sizeof(error->cause), format, args);
	va_end(args);
}

void say_remedy(struct zcxsk_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(error->remedy, sizeof(error->remedy), format, args);
	va_end(args);
}

bool say_fixed(struct zcxsk_error *error, int code, const struct fixed_text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (texts[i].code != code)
			continue;
		say_cause(error, "%s", texts[i].cause);
		say_remedy(error, "%s", texts[i].remedy);
		return true;
	}
	return false;
}

/* ---- capabilities -------------------------------------------------------- */

static const char *capability_name(unsigned capability)
{
	switch (capability) {
	case CAP_NET_RAW:
		return "CAP_NET_RAW";
	case CAP_NET_ADMIN:
		return "CAP_NET_ADMIN";
	case CAP_BPF:
		return "CAP_BPF";
	case CAP_PERFMON:
		return "CAP_PERFMON";
	default:
		return "a capability";
	}
}

/* The effective capabilities from /proc; all of them if it cannot be read. */
static uint64_t effective_capabilities(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	uint64_t set = UINT64_MAX;
	char line[256]; /* a longer line is read in parts, which do not match */

	if (!status)
		return set;
	while (fgets(line, sizeof(line), status)) {
		if (!strncmp(line, "CapEff:", 7)) {
			set = strtoull(line + 7, NULL, 16);
			break;
		}
	}
	fclose(status);
	return set;
}

bool has_capability(unsigned capability)
{
	return effective_capabilities() >> capability & 1;
}

void say_capability(struct zcxsk_error *error, unsigned first, unsigned second)
{
	unsigned missing = 0;

	if (!has_capability(first))
		missing = first;
	else if (second && !has_capability(second))
		missing = second;
	if (!missing) {
		say_cause(error, "the process has the capabilities, so most likely a container, "
				 "user namespace, seccomp filter or security module forbids it");
		say_remedy(error, "Run it in the initial user namespace, or relax the filter.");
		return;
	}
	say_cause(error, "the process lacks %s", capability_name(missing));
	if (missing == first && second && !has_capability(second))
		say_cause(error, " and %s", capability_name(second));
	say_remedy(error,
		   "Run it as root, or grant it: `setcap "
		   "cap_net_raw,cap_net_admin,cap_bpf,cap_perfmon+ep PROGRAM`. With a broker it "
		   "needs none of them.");
}
