/* SPDX-License-Identifier: BSD-2-Clause */
/* fd.h - closes the descriptor in a variable. */
#ifndef ZCXSK_LIB_BASE_FD_H
#define ZCXSK_LIB_BASE_FD_H

#include <unistd.h>

/*
 * Sets *fd to -1 and closes what it was, if anything. In this order: a child that another
 * thread forks meanwhile would close the number again, which may be in use by then.
 */
static inline void fd_close(int *fd)
{
	int was = *fd;

	*fd = -1;
	if (was >= 0)
		close(was);
}

#endif
