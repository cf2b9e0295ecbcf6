/* SPDX-License-Identifier: BSD-2-Clause */
/* values.c - reads numbers, ranges, fragment kinds, prefixes, and lists of them. */
#include "rules/values.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "rules/rules.h"

typedef int read_item(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf);

bool item_is_address(const struct rule_reader *reader)
{
	return reader_has(reader, ".:");
}

bool item_is_number(const struct rule_reader *reader)
{
	char c = *reader_word(reader);

	return reader->token == RULE_WORD && c >= '0' && c <= '9' && !item_is_address(reader);
}

static uint32_t token_end(const struct rule_reader *reader)
{
	return reader->at + reader->length;
}

/* ---- numbers ------------------------------------------------------------- */

/* The value of a digit, or base if the character is none. */
static uint32_t digit(char c, uint32_t base)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	if (base == 16 && c >= 'a' && c <= 'f')
		return (uint32_t)(c - 'a') + 10;
	if (base == 16 && c >= 'A' && c <= 'F')
		return (uint32_t)(c - 'A') + 10;
	return base;
}

/* Reads the number at *at in the current token, and moves *at past it. */
static int read_number(struct rule_reader *reader, uint32_t *at, uint32_t max, const char *noun,
		       uint32_t *number)
{
	const char *text = reader->text;
	uint32_t start = *at, i = start;
	uint32_t base = 10;

	if (text[i] == '0' && text[i + 1] == 'x') {
		base = 16;
		i += 2;
	}
	if (digit(text[i], base) == base)
		return reader_fail(reader, start, -EINVAL, NULL, "'%.*s' is not a number",
				   READER_PIECE(reader, start, token_end(reader) - start));
	for (*number = 0; digit(text[i], base) < base; i++)
		if (*number <= max)
			*number = *number * base + digit(text[i], base);
	if (*number > max)
		return reader_fail(reader, start, -EINVAL, NULL,
				   "%s %.*s is above the maximum of %u", noun,
				   READER_PIECE(reader, start, i - start), max);
	*at = i;
	return 0;
}

/* "53" or "8000-8100" */
static int read_range(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf)
{
	const struct rule_field *field = &rule_fields[expr->nodes[leaf].value];
	uint32_t at = reader->at;
	uint32_t first, last;
	int ret;

	if (reader->token != RULE_WORD)
		return reader_unexpected(reader, "a number");
	ret = read_number(reader, &at, field->max, field->noun, &first);
	if (ret)
		return ret;
	last = first;
	if (reader->text[at] == '-') {
		at++;
		ret = read_number(reader, &at, field->max, field->noun, &last);
		if (ret)
			return ret;
	}
	if (at < token_end(reader))
		return reader_fail(reader, reader->at, -EINVAL, NULL,
				   "'%.*s' is not a number or a range",
				   READER_PIECE(reader, reader->at, reader->length));
	if (last < first)
		return reader_fail(reader, reader->at, -EINVAL, NULL,
				   "the range %u-%u ends before it begins", first, last);
	reader_next(reader);
	return rule_expr_add_range(expr, leaf, first, last) ? rules_no_memory(reader->error) : 0;
}

static int read_fragment(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf)
{
	uint32_t first = 0, last;

	while (first < RULE_FRAGMENTS && !reader_is(reader, rule_fragments[first]))
		first++;
	last = first;
	if (reader_is(reader, "any")) {
		first = REDIRECT_FIRST;
		last = REDIRECT_LATER;
	} else if (first == RULE_FRAGMENTS) {
		return reader_unexpected(reader, "none, first, later or any");
	}
	reader_next(reader);
	return rule_expr_add_range(expr, leaf, first, last) ? rules_no_memory(reader->error) : 0;
}

/* ---- prefixes ------------------------------------------------------------ */

/* Reads the current word up to a slash as an address. */
static int read_address(struct rule_reader *reader, uint32_t length, int family, uint8_t *bytes)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (length < sizeof(text))
		memcpy(text, reader_word(reader), length);
	if (inet_pton(family, text, bytes) == 1)
		return 0;
	return reader_fail(reader, reader->at, -EINVAL, NULL, "'%.*s' is not an address",
			   READER_PIECE(reader, reader->at, length));
}

/* Reads the current word as a prefix. */
static int read_prefix(struct rule_reader *reader, struct rule_prefix *prefix)
{
	const char *slash = memchr(reader_word(reader), '/', reader->length);
	uint32_t at = slash ? (uint32_t)(slash - reader->text) : token_end(reader);
	unsigned family = reader_has(reader, ":") ? 6 : 4;
	uint32_t length = rule_prefix_bits(family);
	uint8_t bytes[16];
	char why[128];
	int ret;

	ret = read_address(reader, at - reader->at, family == 6 ? AF_INET6 : AF_INET, bytes);
	if (!ret && slash) {
		at++;
		ret = read_number(reader, &at, length, "prefix length", &length);
	}
	if (ret)
		return ret;
	if (at < token_end(reader))
		return reader_fail(reader, at, -EINVAL, NULL, "unexpected '%.*s' after a prefix",
				   READER_PIECE(reader, at, token_end(reader) - at));
	rule_prefix_set(prefix, family, bytes, length);
	if (rule_prefix_check(prefix, why, sizeof(why)))
		return reader_fail(reader, reader->at, -EINVAL, NULL, "%s", why);
	return 0;
}

static int add_prefix(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf,
		      bool except)
{
	struct rule_prefix prefix;
	int ret;

	if (reader->token != RULE_WORD)
		return reader_unexpected(reader, "an address");
	ret = read_prefix(reader, &prefix);
	if (ret)
		return ret;
	prefix.except = except;
	prefix.at = reader->at;
	reader_next(reader);
	return rule_expr_add_prefix(expr, leaf, &prefix) ? rules_no_memory(reader->error) : 0;
}

static int read_listed_prefix(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf)
{
	bool except = reader_accept(reader, "not");

	return add_prefix(reader, expr, leaf, except);
}

int item_read_prefix(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf)
{
	return add_prefix(reader, expr, leaf, false);
}

/* ---- lists --------------------------------------------------------------- */

/* After the opening brace. */
static int read_items(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf,
		      read_item *read)
{
	int ret;

	if (reader->token == '}')
		return reader_fail(reader, reader->at, -EINVAL, NULL, "the list is empty");
	do {
		ret = read(reader, expr, leaf);
	} while (!ret && reader_accept_sign(reader, ','));
	if (!ret && !reader_accept_sign(reader, '}'))
		ret = reader_unexpected(reader, "',' or '}'");
	return ret;
}

int item_read_values(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf)
{
	bool fragments = expr->nodes[leaf].value == REDIRECT_V_FRAGMENT;
	read_item *read = fragments ? read_fragment : read_range;
	int ret = reader_accept_sign(reader, '{') ? read_items(reader, expr, leaf, read)
						  : read(reader, expr, leaf);

	if (!ret)
		rule_expr_sort_ranges(expr, leaf);
	return ret;
}

int item_read_prefixes(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf)
{
	uint32_t wrong;
	int ret;

	if (!reader_accept_sign(reader, '{'))
		return reader_unexpected(reader, "'{'");
	ret = read_items(reader, expr, leaf, read_listed_prefix);
	if (ret)
		return ret;
	wrong = rule_expr_sort_prefixes(expr, leaf);
	if (wrong == RULE_NONE)
		return 0;
	return reader_fail(reader, expr->prefixes[wrong].at, -EINVAL, NULL,
			   "the list has this prefix both with and without 'not'");
}
