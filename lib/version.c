/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * version.c - the version of the library that is running, which need not be
 * the one of the headers a program was built with.
 */
#include <zcxsk/base.h>

#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number

const char *zcxsk_version(void)
{
	return TEXT(ZCXSK_VERSION_MAJOR) "." TEXT(ZCXSK_VERSION_MINOR) "." TEXT(
		ZCXSK_VERSION_PATCH);
}
