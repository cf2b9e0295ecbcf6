/* SPDX-License-Identifier: BSD-2-Clause */
/* format.c - numbers in words for people. */
#include "format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Doubles hold whole numbers exactly up to here; none that is measured is larger. */
static const double whole_max = 1e15;

static void format_whole(char *text, double value)
{
	char digits[FORMAT_BYTES];
	size_t length = (size_t)snprintf(digits, sizeof(digits), "%.0f", value), at = 0;

	for (size_t i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = '\0';
}

void format_number(char text[FORMAT_BYTES], double value)
{
	if (value == 0)
		strcpy(text, "0");
	else if (value >= 1000 && value < whole_max)
		format_whole(text, value);
	else if (fabs(value) >= 0.01 && value < 1000)
		snprintf(text, FORMAT_BYTES, "%.2f", value);
	else
		snprintf(text, FORMAT_BYTES, "%.3g", value);
}

void format_short(char text[FORMAT_BYTES], double value)
{
	if (value >= 1000)
		format_number(text, value);
	else
		snprintf(text, FORMAT_BYTES, "%.3g", value);
}
