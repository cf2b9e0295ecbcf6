/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errors.c - errors as text, and the names of errnos, modes and the version.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <zcxsk/zcxsk.h>

static struct zcxsk_error sample(void)
{
	struct zcxsk_error error = {.code = -EBUSY};

	strcpy(error.step, "bind zero-copy");
	strcpy(error.cause, "the queue is taken");
	strcpy(error.remedy, "Use another.");
	return error;
}

Test(error_format, names_step_cause_errno_and_remedy)
{
	struct zcxsk_error error = sample();
	char text[200];
	const char *want = "bind zero-copy: the queue is taken (EBUSY). Use another.";

	cr_assert_eq(zcxsk_error_format(&error, text, sizeof(text)), strlen(want));
	cr_assert_str_eq(text, want);
}

Test(error_format, leaves_out_what_is_empty)
{
	struct zcxsk_error error = sample();
	char text[200];

	error.remedy[0] = '\0';
	zcxsk_error_format(&error, text, sizeof(text));
	cr_assert_str_eq(text, "bind zero-copy: the queue is taken (EBUSY)");
	error.cause[0] = '\0';
	zcxsk_error_format(&error, text, sizeof(text));
	cr_assert_str_eq(text, "bind zero-copy (EBUSY)");
}

Test(error_format, says_no_error_for_success_and_null)
{
	struct zcxsk_error error = sample();
	char text[32];

	error.code = 0;
	cr_assert_eq(zcxsk_error_format(&error, text, sizeof(text)), 8);
	cr_assert_str_eq(text, "no error");
	cr_assert_eq(zcxsk_error_format(NULL, text, sizeof(text)), 8);
	cr_assert_str_eq(text, "no error");
}

Test(error_format, cuts_to_the_buffer_and_returns_the_whole_length)
{
	struct zcxsk_error error = sample();
	char whole[200], text[200];
	size_t length = zcxsk_error_format(&error, whole, sizeof(whole));

	for (size_t size = 1; size <= length + 1; size++) {
		memset(text, 'x', sizeof(text));
		cr_assert_eq(zcxsk_error_format(&error, text, size), length);
		cr_assert_eq(strlen(text), size - 1);
		cr_assert_eq(strncmp(text, whole, size - 1), 0);
		cr_assert_eq(text[size], 'x', "wrote past a buffer of %zu", size);
	}
	cr_assert_eq(zcxsk_error_format(&error, NULL, 0), length);
}

Test(error_format, holds_the_longest_texts)
{
	struct zcxsk_error error = {.code = -EPERM};
	char text[sizeof(error) + 32];

	memset(error.step, 's', sizeof(error.step) - 1);
	memset(error.cause, 'c', sizeof(error.cause) - 1);
	memset(error.remedy, 'r', sizeof(error.remedy) - 1);
	cr_assert_eq(zcxsk_error_format(&error, text, sizeof(text)), strlen(text));
	cr_assert_eq(strlen(text), 47 + 2 + 511 + strlen(" (EPERM). ") + 511);
}

Test(errno_name, takes_both_signs)
{
	static const struct {
		int code;
		const char *name;
	} names[] = {
		{EPERM, "EPERM"},	{ENOENT, "ENOENT"},
		{EIO, "EIO"},		{ENXIO, "ENXIO"},
		{EBADF, "EBADF"},	{EAGAIN, "EAGAIN"},
		{ENOMEM, "ENOMEM"},	{EBUSY, "EBUSY"},
		{EEXIST, "EEXIST"},	{ENODEV, "ENODEV"},
		{EINVAL, "EINVAL"},	{ENOBUFS, "ENOBUFS"},
		{ENETDOWN, "ENETDOWN"}, {EOPNOTSUPP, "EOPNOTSUPP"},
		{EMSGSIZE, "EMSGSIZE"}, {ETIMEDOUT, "ETIMEDOUT"},
		{ENOTCONN, "ENOTCONN"}, {EAFNOSUPPORT, "EAFNOSUPPORT"},
		{524, "ENOTSUPP"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cr_expect_str_eq(zcxsk_errno_name(names[i].code), names[i].name);
		cr_expect_str_eq(zcxsk_errno_name(-names[i].code), names[i].name);
	}
}

Test(errno_name, is_never_null)
{
	static const int strange[] = {0, 4095, -4095, INT_MAX, INT_MIN};

	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		cr_expect_str_eq(zcxsk_errno_name(strange[i]), "E?");
}

Test(mode, name_and_word_are_the_same)
{
	static const enum zcxsk_mode modes[] = {ZCXSK_MODE_ZERO_COPY, ZCXSK_MODE_NATIVE_COPY,
						ZCXSK_MODE_GENERIC_COPY};
	uint32_t all = 0;

	for (size_t i = 0; i < 3; i++) {
		cr_expect_eq(zcxsk_modes_parse(zcxsk_mode_name(modes[i])), (uint32_t)modes[i]);
		all |= modes[i];
	}
	cr_expect_eq(all, ZCXSK_MODES_ALL);
	cr_expect_eq(zcxsk_modes_parse("auto"), ZCXSK_MODES_ALL);
}

Test(mode, unknown_words_and_values_are_refused)
{
	static const char *const words[] = {"", "zero", "zero-copy ", "Zero-Copy", "?", "7"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		cr_expect_eq(zcxsk_modes_parse(words[i]), 0, "'%s'", words[i]);
	cr_expect_eq(zcxsk_modes_parse(NULL), 0);
	cr_expect_str_eq(zcxsk_mode_name((enum zcxsk_mode)0), "?");
	cr_expect_str_eq(zcxsk_mode_name((enum zcxsk_mode)ZCXSK_MODES_ALL), "?");
}

Test(version, is_that_of_the_header)
{
	char text[32];

	snprintf(text, sizeof(text), "%d.%d.%d", ZCXSK_VERSION_MAJOR, ZCXSK_VERSION_MINOR,
		 ZCXSK_VERSION_PATCH);
	cr_assert_str_eq(zcxsk_version(), text);
}
