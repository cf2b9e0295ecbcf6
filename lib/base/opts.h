/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opts.h - the size rule of options structs, once for all of them: what the
 * caller's struct has and ours has not must be zero, what ours has and the
 * caller's has not is taken as zero. Answers follow the same rule.
 */
#ifndef ZCXSK_LIB_BASE_OPTS_H
#define ZCXSK_LIB_BASE_OPTS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * Copies the caller's options into ours. min_size is the size of the struct in
 * its first release. NULL gives all defaults. 0 or -EINVAL.
 */
static inline int opts_copy(void *ours, size_t our_size, const void *theirs, size_t min_size)
{
	size_t their_size;

	memset(ours, 0, our_size);
	if (!theirs)
		return 0;
	memcpy(&their_size, theirs, sizeof(their_size));
	if (their_size < min_size)
		return -EINVAL;
	for (size_t i = our_size; i < their_size; i++)
		if (((const unsigned char *)theirs)[i])
			return -EINVAL;
	memcpy(ours, theirs, their_size < our_size ? their_size : our_size);
	return 0;
}

/*
 * The same rule for structs that the library fills: the caller gets the part
 * that both know, and zero in what only the caller knows. 0 or -EINVAL.
 */
static inline int opts_answer(void *theirs, void *ours, size_t our_size)
{
	size_t their_size;

	memcpy(&their_size, theirs, sizeof(their_size));
	if (their_size < sizeof(their_size))
		return -EINVAL;
	memcpy(ours, &their_size, sizeof(their_size));
	if (their_size > our_size)
		memset((unsigned char *)theirs + our_size, 0, their_size - our_size);
	memcpy(theirs, ours, their_size < our_size ? their_size : our_size);
	return 0;
}

#endif
