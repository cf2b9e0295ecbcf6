/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opts.h - the size rule of options structs, once for all of them: what the
 * caller's struct has and ours has not must be zero, what ours has and the
 * caller's has not is taken as zero.
 */
#ifndef ZCXSK_LIB_OPTS_H
#define ZCXSK_LIB_OPTS_H

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

#endif
