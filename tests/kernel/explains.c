/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explains.c - explains IFNAME MODES CODE WORD...
 *
 * Opens IFNAME in MODES ("zero-copy", "auto"...) and expects the errno named CODE and an
 * explanation that contains every WORD. With the CODE "OK" it expects success; then the
 * first WORD is the mode, and the others are in the explanation of why zero-copy was
 * refused. For the guest, whose cards can be given the faults to be explained.
 */
#include "check.h"
#include "rig.h"

#define TEXT_MAX 1200u /* bytes of an explanation with all its parts */

static void check_words(const struct zcxsk_error *error, char **words)
{
	char text[TEXT_MAX];

	zcxsk_error_format(error, text, sizeof(text));
	printf("%s\n", text);
	for (; *words; words++)
		CHECK_NAMES("the explanation names the cause", text, *words);
}

int main(int argc, char **argv)
{
	const struct zcxsk_error *refusal;
	struct zcxsk_error error = {0};
	struct zcxsk_socket *s;
	struct rig_opts o;
	int ret;

	CHECK("usage", argc >= 4);
	rig_link(argv[1], "up");
	rig_opts(&o, zcxsk_modes_parse(argv[2]));
	ret = zcxsk_socket_open(&s, argv[1], 0, &o.socket, &error);
	printf("%s %s: %s\n", argv[1], argv[2],
	       ret ? zcxsk_errno_name(ret) : zcxsk_mode_name(zcxsk_socket_mode(s)));
	CHECK_NAMES("the outcome", ret ? zcxsk_errno_name(ret) : "OK", argv[3]);
	if (ret) {
		check_words(&error, argv + 4);
		CHECK_EQ("a refusal leaves no program", rig_program(argv[1]), 0);
		return 0;
	}
	CHECK_NAMES("the mode", zcxsk_mode_name(zcxsk_socket_mode(s)), argv[4]);
	refusal = zcxsk_socket_refusal(s, ZCXSK_MODE_ZERO_COPY);
	if (refusal)
		check_words(refusal, argv + 5);
	else
		CHECK("the refusal is available", argc == 5);
	zcxsk_socket_close(s);
	return 0;
}
