/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tokens.h - reads a text of rules token by token, and explains what is
 * wrong at a place of it.
 */
#ifndef ZCXSK_LIB_RULES_TOKENS_H
#define ZCXSK_LIB_RULES_TOKENS_H

#include <zcxsk/error.h>

#include <stdbool.h>
#include <stdint.h>

/* What a token is; parentheses, braces and the comma stand for themselves. */
enum rule_token {
	RULE_END = 0,
	RULE_BREAK = ';', /* a semicolon, or a line's end outside of parentheses and braces */
	RULE_WORD = 'w',
	RULE_STRANGE = '?', /* a character without a meaning */
};

/* With the text, which is terminated, and the rest zero it stands before it. */
struct rule_reader {
	const char *text;
	struct zcxsk_error *error; /* may be NULL */
	uint32_t next;		   /* bytes from the start of the text */
	uint32_t nest;		   /* parentheses and braces that are open */
	/* The token at hand. */
	int token;	 /* enum rule_token */
	uint32_t at;	 /* bytes from the start of the text */
	uint32_t length; /* bytes */
};

/* Takes the next token to hand; at the end RULE_END again and again. */
void reader_next(struct rule_reader *reader);

/* First character of the token at hand. */
static inline const char *reader_word(const struct rule_reader *reader)
{
	return reader->text + reader->at;
}

/* Whether the token at hand is this word. */
bool reader_is(const struct rule_reader *reader, const char *word);

/* Whether it is a word with one of these characters. */
bool reader_has(const struct rule_reader *reader, const char *characters);

/* Goes on to the next token if the one at hand is this word, or this sign. */
bool reader_accept(struct rule_reader *reader, const char *word);
bool reader_accept_sign(struct rule_reader *reader, char sign);

/*
 * Explains what is wrong at a place, by line and column and with a look at the
 * line below the remedy; NULL for the remedy "Correct it here". Returns code.
 */
int reader_fail(struct rule_reader *reader, uint32_t at, int code, const char *remedy,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The token at hand is not what is wanted there. Returns -EINVAL. */
int reader_unexpected(struct rule_reader *reader, const char *wanted);

/* The arguments of "%.*s" for a piece of the text in a message. */
#define READER_PIECE(reader, from, length)                                                         \
	(int)((length) < READER_PIECE_MAX ? (length) : READER_PIECE_MAX), (reader)->text + (from)
#define READER_PIECE_MAX 40u /* characters: the longest address has 39 */

struct rules_place;

/* Fills *place with line and column, and the line itself. */
void reader_place(const struct rule_reader *reader, uint32_t at, struct rules_place *place);

#endif
