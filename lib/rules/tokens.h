/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tokens.h - reads the text of rules token by token, and explains an error at a
 * place in it.
 */
#ifndef ZCXSK_LIB_RULES_TOKENS_H
#define ZCXSK_LIB_RULES_TOKENS_H

#include <zcxsk/error.h>

#include <stdbool.h>
#include <stdint.h>

/* Kinds of tokens; parentheses, braces and the comma are their own kinds. */
enum rule_token {
	RULE_END = 0,
	RULE_BREAK = ';', /* a semicolon, or the end of a line outside of parentheses and braces */
	RULE_WORD = 'w',
	RULE_STRANGE = '?', /* an invalid character */
};

/* Initialize `text` (terminated) and `error`, and set the rest to zero. */
struct rule_reader {
	const char *text;
	struct zcxsk_error *error; /* may be NULL */
	uint32_t next;		   /* bytes from the start of the text */
	uint32_t nest;		   /* open parentheses and braces */
	/* The current token. */
	int token;	 /* enum rule_token */
	uint32_t at;	 /* bytes from the start of the text */
	uint32_t length; /* bytes */
};

/* Reads the next token. At the end of the text it keeps returning RULE_END. */
void reader_next(struct rule_reader *reader);

/* The first character of the current token. */
static inline const char *reader_word(const struct rule_reader *reader)
{
	return reader->text + reader->at;
}

/* Whether the current token is this word. */
bool reader_is(const struct rule_reader *reader, const char *word);

/* Whether the current token is a word with one of these characters. */
bool reader_has(const struct rule_reader *reader, const char *characters);

/* If the current token is this word, or this sign, read the next and return true. */
bool reader_accept(struct rule_reader *reader, const char *word);
bool reader_accept_sign(struct rule_reader *reader, char sign);

/*
 * Explains an error at a place by line and column, and shows the line below the
 * remedy. If remedy is NULL, that is "Correct it here:". Returns code.
 */
int reader_fail(struct rule_reader *reader, uint32_t at, int code, const char *remedy,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Explains that the current token is not the expected one. Returns -EINVAL. */
int reader_unexpected(struct rule_reader *reader, const char *wanted);

/* The arguments of "%.*s" to quote a piece of the text in a message. */
#define READER_PIECE(reader, from, length)                                                         \
	(int)((length) < READER_PIECE_MAX ? (length) : READER_PIECE_MAX), (reader)->text + (from)
#define READER_PIECE_MAX 40u /* characters: the longest address has 39 */

struct rules_place;

/* Fills *place with line and column, and with the line itself. */
void reader_place(const struct rule_reader *reader, uint32_t at, struct rules_place *place);

#endif
