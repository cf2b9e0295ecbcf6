/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - a user's program, built against the installed library: calls into the
 * library, inline ring functions, and an error with its explanation.
 */
#include <stdio.h>
#include <zcxsk/zcxsk.h>

static int check_version(void)
{
	char expected[32];

	snprintf(expected, sizeof(expected), "%d.%d.%d", ZCXSK_VERSION_MAJOR, ZCXSK_VERSION_MINOR,
		 ZCXSK_VERSION_PATCH);
	printf("libzcxsk %s\n", zcxsk_version());
	return strcmp(zcxsk_version(), expected);
}

static int check_ring(void)
{
	uint32_t producer = 0, consumer = 0, index = 0;
	uint64_t entries[4] = {0};
	struct zcxsk_ring_prod fill = {.cached_cons = 4,
				       .mask = 3,
				       .size = 4,
				       .producer = &producer,
				       .consumer = &consumer,
				       .entries = entries};

	if (zcxsk_ring_prod_reserve(&fill, 1, &index) != 1)
		return 1;
	*zcxsk_ring_fill_slot(&fill, index) = 2048;
	zcxsk_ring_prod_submit(&fill);
	return producer != 1 || entries[0] != 2048;
}

static int check_explanation(void)
{
	struct zcxsk_error error = {0};
	struct zcxsk_socket *socket = NULL;
	char text[1200];
	int err = zcxsk_socket_open(&socket, "zcxsk-none0", 0, NULL, &error);

	if (!err || err != error.code)
		return 1;
	zcxsk_error_format(&error, text, sizeof(text));
	printf("%s\n", text);
	return text[0] == '\0';
}

int main(void)
{
	return check_version() || check_ring() || check_explanation();
}
