/* SPDX-License-Identifier: BSD-2-Clause */
/* poison.c - fills free frames, finds writes to them, and tells AddressSanitizer whose they are. */
#include "frames/poison.h"

#include <string.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define WITH_ASAN 1
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#endif

static unsigned char *memory_of(const struct zcxsk_umem *umem, uint64_t frame)
{
	return umem->base + frame * umem->frame_size;
}

void poison_follow(const struct zcxsk_umem *umem, uint64_t frame, enum place place)
{
	unsigned char *memory = memory_of(umem, frame);

	ASAN_UNPOISON_MEMORY_REGION(memory, umem->frame_size);
	if (place == PLACE_POOL)
		memset(memory, POISON_BYTE, umem->frame_size);
	/* The packets in a handoff may be read before they are popped. */
	if (place != PLACE_APPLICATION && place != PLACE_HANDOFF)
		ASAN_POISON_MEMORY_REGION(memory, umem->frame_size);
}

bool poison_find_write(const struct zcxsk_umem *umem, uint64_t frame, uint64_t *offset)
{
	const unsigned char *memory = memory_of(umem, frame);

	ASAN_UNPOISON_MEMORY_REGION(memory, umem->frame_size);
	/* Each byte is the same as the next one, and the first is right. */
	if (memory[0] == POISON_BYTE && !memcmp(memory, memory + 1, umem->frame_size - 1))
		return false;
	for (*offset = 0; memory[*offset] == POISON_BYTE; ++*offset)
		;
	return true;
}

void poison_start(const struct zcxsk_umem *umem)
{
	for (uint64_t i = 0; i < umem->frames; i++)
		poison_follow(umem, i, PLACE_POOL);
}

void poison_end(const struct zcxsk_umem *umem)
{
	ASAN_UNPOISON_MEMORY_REGION(umem->base, umem->size);
}
