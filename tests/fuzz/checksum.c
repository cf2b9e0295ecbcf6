/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checksum.c - fuzzes the functions on checksums with frames. A frame changes by at most
 * one checksum, only if the call says so, and is valid and finished afterwards.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zcxsk/checksum.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void compare(const uint8_t *before, const uint8_t *after, size_t size)
{
	size_t changed = 0;

	for (size_t i = 0; i < size; i++)
		changed += before[i] != after[i];
	require(changed == 1 || changed == 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *frame = malloc(size ? size : 1);
	int valid, finished, after;

	require(frame != NULL);
	memcpy(frame, data, size);
	valid = zcxsk_checksum_verify(frame, (uint32_t)size);
	require(!memcmp(frame, data, size));
	finished = zcxsk_checksum_finish(frame, (uint32_t)size);
	after = zcxsk_checksum_verify(frame, (uint32_t)size);
	if (finished == 1) {
		compare(data, frame, size);
		/* The IPv4 header is another checksum. */
		require(valid == -EBADMSG && (after == 1 || after == -EBADMSG));
	} else {
		require(finished == 0 || finished == -EPROTO);
		require(!memcmp(frame, data, size) && after == valid);
		require(finished != -EPROTO || valid == -EPROTO || valid == -EBADMSG);
	}
	require(zcxsk_checksum_finish(frame, (uint32_t)size) != 1);
	if (size % 2 == 0)
		zcxsk_checksum_update((uint16_t)size, frame, frame + size / 2, (uint32_t)size / 2);
	free(frame);
	return 0;
}
