/* SPDX-License-Identifier: BSD-2-Clause */
/* number.h - reads whole numbers of the command line. */
#ifndef EXAMPLES_NUMBER_H
#define EXAMPLES_NUMBER_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Reads a decimal number, or a hexadecimal one after 0x. False if it is not from min to max. */
static inline bool number_read(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	int base = !strncmp(text, "0x", 2) ? 16 : 10;
	char *end = NULL;

	errno = 0;
	/* strtoull() accepts "-1" and " 1". */
	if (*text >= '0' && *text <= '9')
		*value = strtoull(text, &end, base);
	return end && !*end && !errno && *value >= min && *value <= max;
}

#endif
