/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opts.h - the size rule for all options structs. Fields that only the caller's
 * version of a struct has must be zero; fields that only ours has default to
 * zero. Structs that the library fills follow the same rule.
 */
#ifndef ZCXSK_LIB_BASE_OPTS_H
#define ZCXSK_LIB_BASE_OPTS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Bytes, more than any struct has: a larger size is a stray value. */
#define OPTS_SIZE_MAX 8192u

/*
 * Copies the caller's options into ours. min_size is the size of the struct in
 * its first release. NULL means all defaults. Returns 0 or -EINVAL.
 */
static inline int opts_copy(void *ours, size_t our_size, const void *theirs, size_t min_size)
{
	size_t their_size;

	memset(ours, 0, our_size);
	if (!theirs)
		return 0;
	memcpy(&their_size, theirs, sizeof(their_size));
	if (their_size < min_size || their_size > OPTS_SIZE_MAX)
		return -EINVAL;
	for (size_t i = our_size; i < their_size; i++)
		if (((const unsigned char *)theirs)[i])
			return -EINVAL;
	memcpy(ours, theirs, their_size < our_size ? their_size : our_size);
	return 0;
}

/*
 * Copies a struct that the library has filled to the caller. Fields that only
 * the caller's version has become zero. Returns 0 or -EINVAL.
 */
static inline int opts_answer(void *theirs, void *ours, size_t our_size)
{
	size_t their_size;

	memcpy(&their_size, theirs, sizeof(their_size));
	if (their_size < sizeof(their_size) || their_size > OPTS_SIZE_MAX)
		return -EINVAL;
	memcpy(ours, &their_size, sizeof(their_size));
	if (their_size > our_size)
		memset((unsigned char *)theirs + our_size, 0, their_size - our_size);
	memcpy(theirs, ours, their_size < our_size ? their_size : our_size);
	return 0;
}

#endif
