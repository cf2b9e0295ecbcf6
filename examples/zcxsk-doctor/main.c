/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - zcxsk-doctor: says whether AF_XDP works on an interface, how well, and what to
 * do about it. This file has the order of steps and the exit status.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"
#include "options.h"
#include "output.h"
#include "trial.h"

/* Exit statuses by the worst finding. */
static const int statuses[SEVERITIES] = {
	[SEVERITY_NOTE] = 0, [SEVERITY_SLOWER] = 3, [SEVERITY_UNKNOWN] = 4,
	[SEVERITY_RISK] = 5, [SEVERITY_FAILS] = 6,
};

struct doctor {
	struct options options;
	struct facts machine;
	json_t *interfaces; /* those examined */
	FILE *text;	    /* standard output, unless that has JSON */
	int status;
};

static int fail(const char *what, int code)
{
	fprintf(stderr, "zcxsk-doctor: %s: %s\n", what, strerror(-code));
	return STATUS_FAILURE;
}

/* Reads the facts, the cheapest and most telling ones first. */
static void examine(struct card *card, const struct options *o)
{
	card_read_forecast(card, o->queue);
	card_read_interface(card);
	card_read_queues(card);
	card_read_offloads(card);
	card_read_programs(card);
	card_read_sockets(card);
	card_read_virtio(card);
	card_read_napi(card);
	card_read_interrupts(card);
	card_read_guard(card);
	card_read_place(card);
	if (o->with_addresses)
		card_read_addresses(card);
	if (o->try)
		trial_run(card, o);
	facts_find_hidden(&card->facts);
	facts_sort(&card->facts);
}

static void print(struct doctor *doctor, const struct card *card)
{
	if (doctor->options.ifname)
		text_interface(card, doctor->options.verbose, doctor->text);
	else
		text_line(card, doctor->text);
}

/* Examines an interface and keeps the worst status. */
static int visit(struct doctor *doctor, const char *ifname)
{
	struct card card = {.outlook = "unknown"};
	int ret = nic_read(&card.nic, ifname);

	if (ret)
		return fail(ifname, ret);
	if (!facts_init(&card.facts))
		return fail(ifname, -ENOMEM);
	examine(&card, &doctor->options);
	print(doctor, &card);
	json_array_append_new(doctor->interfaces, json_interface(&card));
	if (statuses[facts_worst(&card.facts)] > doctor->status)
		doctor->status = statuses[facts_worst(&card.facts)];
	facts_free(&card.facts);
	return 0;
}

/* All interfaces but the loopback; one that disappears meanwhile is left out. */
static int visit_all(struct doctor *doctor)
{
	struct if_nameindex *all = if_nameindex();
	struct nic nic;

	if (!all)
		return fail("the list of interfaces", -errno);
	for (const struct if_nameindex *i = all; i->if_name; i++)
		if (!nic_read(&nic, i->if_name) && strcmp(nic.ifname, "lo") != 0)
			(void)visit(doctor, i->if_name);
	if_freenameindex(all);
	return 0;
}

static int write_files(struct doctor *doctor)
{
	const struct options *o = &doctor->options;
	json_t *object = json_all(&doctor->machine, json_incref(doctor->interfaces)), *bundle;
	int ret = object ? 0 : -ENOMEM;

	if (!ret && o->json && (ret = json_write(object, o->json)))
		fail(o->json, ret);
	if (!ret && o->report) {
		bundle = bundle_make(object, o->with_addresses);
		ret = bundle ? json_write(bundle, o->report) : -ENOMEM;
		json_decref(bundle);
		if (ret)
			fail(o->report, ret);
		else
			fprintf(stderr, "zcxsk-doctor: %s is ready to be sent\n", o->report);
	}
	json_decref(object);
	return ret ? STATUS_FAILURE : 0;
}

static int run(struct doctor *doctor)
{
	const struct options *o = &doctor->options;
	int failure;

	machine_read(&doctor->machine);
	failure = o->ifname ? visit(doctor, o->ifname) : visit_all(doctor);
	if (failure)
		return failure;
	if (o->verbose) {
		fputs("machine\n", doctor->text);
		text_facts(&doctor->machine, doctor->text);
	}
	failure = write_files(doctor);
	return failure ? failure : doctor->status;
}

int main(int argc, char **argv)
{
	struct doctor doctor = {.interfaces = json_array()};
	int status;

	options_read(&doctor.options, argc, argv);
	/* With --json -, standard output carries only the JSON object. */
	doctor.text = doctor.options.json && !strcmp(doctor.options.json, "-") ? stderr : stdout;
	if (!doctor.interfaces || !facts_init(&doctor.machine))
		return fail("start", -ENOMEM);
	status = run(&doctor);
	facts_free(&doctor.machine);
	json_decref(doctor.interfaces);
	return status;
}
