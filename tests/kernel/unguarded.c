/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unguarded.c - whether tests may take every packet of these interfaces: the library's guard
 * decides, as for any program. Prints the reason if not. Leaves nothing attached.
 *
 *   unguarded INTERFACE...
 */
#include "check.h"
#include "rig.h"

#define TEXT_MAX 1200u

static bool is_unguarded(const char *ifname)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_redirect_opts o;
	struct zcxsk_error error = {0};
	char text[TEXT_MAX];

	zcxsk_redirect_opts_init(&o);
	o.rules_text = "take any";
	o.modes = ZCXSK_MODE_GENERIC_COPY;
	if (!zcxsk_redirect_attach(&redirect, ifname, &o, &error)) {
		CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
		return true;
	}
	zcxsk_error_format(&error, text, sizeof(text));
	fprintf(stderr, "%s cannot be tested: %s\n", ifname, text);
	return false;
}

int main(int argc, char **argv)
{
	bool all = argc > 1;

	for (int i = 1; i < argc; i++)
		all &= is_unguarded(argv[i]);
	return !all;
}
