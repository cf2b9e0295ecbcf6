/* SPDX-License-Identifier: BSD-2-Clause */
/* tokens.c - splits the text of rules into tokens, and shows places in it. */
#include "rules/tokens.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rules/rules.h"

/*
 * Characters of a line to show, and how many of them before the place: enough to
 * recognise it, and few enough for one line of a terminal.
 */
#define SHOWN 68
#define SHOWN_BEFORE 44

/* ---- tokens -------------------------------------------------------------- */

static bool is_word_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_.:/-", c));
}

/* Skips blanks, comments, and line ends inside parentheses or braces. */
static void skip_blanks(struct rule_reader *reader)
{
	const char *text = reader->text;

	for (;;) {
		char c = text[reader->next];

		if (c == '#')
			reader->next += (uint32_t)strcspn(text + reader->next, "\n");
		else if (c == ' ' || c == '\t' || c == '\r' || (c == '\n' && reader->nest))
			reader->next++;
		else
			return;
	}
}

static int sign_of(char c)
{
	if (c == '\n')
		return RULE_BREAK;
	return strchr(";(){},", c) ? c : RULE_STRANGE;
}

void reader_next(struct rule_reader *reader)
{
	skip_blanks(reader);
	reader->at = reader->next;
	reader->length = 0;
	reader->token = RULE_END;
	if (!*reader_word(reader))
		return;
	while (is_word_character(reader->text[reader->next]))
		reader->next++;
	reader->length = reader->next - reader->at;
	reader->token = RULE_WORD;
	if (!reader->length) {
		reader->length = 1;
		reader->token = sign_of(reader->text[reader->next++]);
	}
	if (reader->token == '(' || reader->token == '{')
		reader->nest++;
	else if ((reader->token == ')' || reader->token == '}') && reader->nest)
		reader->nest--;
}

bool reader_is(const struct rule_reader *reader, const char *word)
{
	return reader->token == RULE_WORD && reader->length == strlen(word) &&
	       !memcmp(reader_word(reader), word, reader->length);
}

bool reader_has(const struct rule_reader *reader, const char *characters)
{
	if (reader->token != RULE_WORD)
		return false;
	for (uint32_t i = 0; i < reader->length; i++)
		if (strchr(characters, reader_word(reader)[i]))
			return true;
	return false;
}

bool reader_accept(struct rule_reader *reader, const char *word)
{
	if (!reader_is(reader, word))
		return false;
	reader_next(reader);
	return true;
}

bool reader_accept_sign(struct rule_reader *reader, char sign)
{
	if (reader->token != sign)
		return false;
	reader_next(reader);
	return true;
}

/* ---- places and errors --------------------------------------------------- */

/* Copies the line around the column, with a mark below it. */
static void show(const char *line, uint32_t column, struct rules_place *place)
{
	uint32_t skipped = column > SHOWN_BEFORE ? column - SHOWN_BEFORE : 0;
	int length = (int)strcspn(line + skipped, "\n");
	char *shown = place->show + strlen("\n  ");

	if (length > SHOWN)
		length = SHOWN;
	snprintf(place->show, sizeof(place->show), "\n  %.*s\n  %*s^", length, line + skipped,
		 (int)(column - skipped), "");
	/* Replaces characters that a terminal would interpret or show with another width. */
	for (char *c = shown; c < shown + length; c++)
		if (*c < ' ' || *c > '~')
			*c = *c == '\t' ? ' ' : '?';
}

void reader_place(const struct rule_reader *reader, uint32_t at, struct rules_place *place)
{
	const char *text = reader->text, *line = text;
	const char *first_end = strchr(text, '\n');
	uint32_t number = 1, column;

	for (const char *c = text; c < text + at; c++) {
		if (*c == '\n') {
			line = c + 1;
			number++;
		}
	}
	column = at - (uint32_t)(line - text);
	if (first_end && first_end[1])
		snprintf(place->where, sizeof(place->where), "line %u, column %u", number,
			 column + 1);
	else
		snprintf(place->where, sizeof(place->where), "column %u", column + 1);
	show(line, column, place);
}

int reader_fail(struct rule_reader *reader, uint32_t at, int code, const char *remedy,
		const char *format, ...)
{
	char text[256]; /* the longest is half of it */
	struct rules_place place;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	reader_place(reader, at, &place);
	return rules_fail(reader->error, &place, code, remedy ? remedy : "Correct it here:", "%s",
			  text);
}

int reader_unexpected(struct rule_reader *reader, const char *wanted)
{
	unsigned char c = (unsigned char)*reader_word(reader);

	if (reader->token == RULE_END || reader->token == RULE_BREAK)
		return reader_fail(reader, reader->at, -EINVAL, NULL,
				   "expected %s, found the end of the %s", wanted,
				   reader->token == RULE_END ? "text" : "rule");
	if (c <= ' ' || c > '~')
		return reader_fail(reader, reader->at, -EINVAL, NULL,
				   "expected %s, found the character 0x%02x", wanted, c);
	return reader_fail(reader, reader->at, -EINVAL, NULL, "expected %s, found '%.*s'", wanted,
			   READER_PIECE(reader, reader->at, reader->length));
}
