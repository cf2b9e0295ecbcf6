/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.cc - the same as main.c from C++: the headers, the C linkage and the
 * inline functions.
 */
#include <cstdio>
#include <string>
#include <zcxsk/zcxsk.h>

static bool ring_works()
{
	uint32_t producer = 1, consumer = 0, index = 0;
	uint64_t entries[4] = {4096, 0, 0, 0};
	zcxsk_ring_cons completion = {};

	completion.mask = 3;
	completion.size = 4;
	completion.producer = &producer;
	completion.consumer = &consumer;
	completion.entries = entries;
	if (zcxsk_ring_cons_peek(&completion, 8, &index) != 1)
		return false;
	if (zcxsk_ring_comp_slot(&completion, index) != 4096)
		return false;
	zcxsk_ring_cons_release(&completion);
	return consumer == 1;
}

static std::string explanation()
{
	zcxsk_error error = {};
	zcxsk_socket_opts opts;
	zcxsk_socket *socket = nullptr;
	std::string text(1200, '\0');

	zcxsk_socket_opts_init(&opts);
	opts.modes = ZCXSK_MODE_ZERO_COPY | ZCXSK_MODE_NATIVE_COPY;
	if (zcxsk_socket_open(&socket, "zcxsk-none0", 0, &opts, &error) == 0)
		return {};
	text.resize(zcxsk_error_format(&error, &text[0], text.size()));
	return text;
}

int main()
{
	const std::string text = explanation();

	std::printf("libzcxsk %s: %s\n", zcxsk_version(), text.c_str());
	return ring_works() && !text.empty() ? 0 : 1;
}
