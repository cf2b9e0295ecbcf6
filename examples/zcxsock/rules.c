/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.c - compiles rules from a text or a file, and converts them back to text.
 */
#include "rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int rules_compile(struct zcxsk_rules **rules, const char *what, const char *text)
{
	struct zcxsk_error error;
	int ret = zcxsk_rules_parse(rules, text, &error);

	if (!ret)
		return 0;
	/* The remedy shows the place on separate lines. */
	fprintf(stderr, "zcxsock: %s: %s%s%s\n", what, error.cause, error.remedy[0] ? ". " : "",
		error.remedy);
	return ret == -ENOMEM ? 1 : 2;
}

static int cannot_read(const char *path, int code)
{
	fprintf(stderr, "zcxsock: --rules-file %s: %s\n", path, strerror(code));
	return 1;
}

/* Reads one byte more than the limit, so that the library refuses a longer file. */
static int read_text(const char *path, char *text, size_t *len)
{
	FILE *file = fopen(path, "re");
	int status = 0;

	if (!file)
		return cannot_read(path, errno);
	*len = fread(text, 1, ZCXSK_RULES_TEXT_MAX + 1, file);
	if (ferror(file))
		status = cannot_read(path, errno);
	fclose(file);
	text[*len] = '\0';
	return status;
}

int rules_read_file(struct zcxsk_rules **rules, const char *path)
{
	char *text = malloc(ZCXSK_RULES_TEXT_MAX + 2);
	size_t len;
	int status;

	if (!text)
		return cannot_read(path, ENOMEM);
	status = read_text(path, text, &len);
	if (!status && strlen(text) < len) {
		/* The rules after it would silently not apply. */
		fprintf(stderr, "zcxsock: %s: byte %zu is zero, so this is not a text file\n", path,
			strlen(text) + 1);
		status = 2;
	}
	if (!status)
		status = rules_compile(rules, path, text);
	free(text);
	return status;
}

char *rules_text(const struct zcxsk_rules *rules, uint32_t n)
{
	int len = zcxsk_rules_text(rules, n, NULL, 0);
	char *text = len < 0 ? NULL : malloc((size_t)len + 1);

	if (text)
		zcxsk_rules_text(rules, n, text, (size_t)len + 1);
	return text;
}

bool rules_mention_tags(const struct zcxsk_rules *rules)
{
	bool found = false;

	for (uint32_t n = 0; !found && n < zcxsk_rules_count(rules); n++) {
		char *text = rules_text(rules, n);

		/* The second tag has a word of its own: "inner". */
		found = text && (strstr(text, "vlan") || strstr(text, "inner"));
		free(text);
	}
	return found;
}

void rules_fill_in(struct zcxsk_redirect_opts *opts, const struct options *o,
		   const struct zcxsk_rules *rules)
{
	opts->rules = rules;
	opts->rules_text = rules ? NULL : "take any";
	opts->give_up = o->give_up;
	opts->confirm_ns = o->confirm_ns;
}
