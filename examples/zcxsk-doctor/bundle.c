/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundle.c - the file for maintainers: all facts and findings, the system, and the counters
 * of each interface. Addresses are replaced wherever they are written.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "json_text.h"
#include "output.h"
#include "redirect/guard_proc.h"

#define FILE_SIZE 16384 /* bytes: the rest of a longer file is left out */
#define REPLACEMENT "(address)"

/* ---- addresses ----------------------------------------------------------------- */

static bool is_mac(const char *text)
{
	size_t i;

	for (i = 0; text[i]; i++)
		if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return false;
	return i == strlen("00:00:00:00:00:00");
}

static bool is_address(const char *text)
{
	uint8_t address[16];

	return is_mac(text) || inet_pton(AF_INET, text, address) == 1 ||
	       inet_pton(AF_INET6, text, address) == 1;
}

/* How many characters of a word are an address: all, or those before a port or a full stop. */
static size_t find_address(const char *word, size_t length)
{
	char text[INET6_ADDRSTRLEN + 8];

	if (length >= sizeof(text))
		return 0;
	memcpy(text, word, length);
	for (; length; length--) {
		text[length] = '\0';
		if ((!word[length] || strchr(":.", word[length]) ||
		     !isxdigit((unsigned char)word[length])) &&
		    is_address(text))
			return length;
	}
	return 0;
}

static bool is_part(char c)
{
	return isxdigit((unsigned char)c) || c == ':' || c == '.';
}

/* The text with its addresses replaced, which the caller frees. NULL if out of memory. */
static char *without_addresses(const char *text)
{
	/* The shortest address has two characters. */
	char *clean = malloc(strlen(text) * sizeof(REPLACEMENT) + 1);
	size_t length = 0;

	while (clean && *text) {
		size_t word = 0, address;

		while (is_part(text[word]))
			word++;
		address = find_address(text, word);
		if (address) {
			memcpy(clean + length, REPLACEMENT, strlen(REPLACEMENT));
			length += strlen(REPLACEMENT);
			text += address;
			continue;
		}
		word = word ? word : 1;
		memcpy(clean + length, text, word);
		length += word;
		text += word;
	}
	if (clean)
		clean[length] = '\0';
	return clean;
}

/* Versions look like addresses, and are none. */
static bool is_version(const char *key)
{
	return !strcmp(key, "firmware") || !strcmp(key, "kernel") || !strcmp(key, "version");
}

static json_t *clean_value(json_t *value);

static json_t *clean_object(json_t *object)
{
	json_t *copy = json_object(), *value;
	const char *key;

	json_object_foreach(object, key, value)
	{
		if (is_version(key))
			json_object_set(copy, key, value);
		else
			json_object_set_new(copy, key, clean_value(value));
	}
	return copy;
}

static json_t *clean_array(json_t *array)
{
	json_t *copy = json_array(), *value;
	size_t i;

	json_array_foreach(array, i, value)
	{
		json_array_append_new(copy, clean_value(value));
	}
	return copy;
}

/* A copy in which the addresses are replaced. */
static json_t *clean_value(json_t *value)
{
	json_t *copy;
	char *text;

	if (json_is_object(value))
		return clean_object(value);
	if (json_is_array(value))
		return clean_array(value);
	if (!json_is_string(value))
		return json_incref(value);
	text = without_addresses(json_string_value(value));
	copy = text ? json_string(text) : NULL;
	free(text);
	return copy;
}

/* ---- what else maintainers need -------------------------------------------------- */

/* The lines of /proc/modules end with where the kernel's memory is, which is its secret. */
static void cut_places(char *text)
{
	char *to = text, *at;

	for (at = text; *at; at++) {
		if (!strncmp(at, " 0x", strlen(" 0x")))
			at += strcspn(at, "\n");
		if (!*at)
			break;
		*to++ = *at;
	}
	*to = '\0';
}

static json_t *file_text(const char *path)
{
	char *text = malloc(FILE_SIZE);
	json_t *value = NULL;

	if (text && guard_proc_read(path, text, FILE_SIZE) >= 0) {
		cut_places(text);
		value = json_text(text);
	}
	free(text);
	return value ? value : json_null();
}

static json_t *counters(const char *ifname)
{
	char path[320], text[32];
	json_t *object = json_object();
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/sys/class/net/%.15s/statistics", ifname);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		snprintf(path, sizeof(path), "/sys/class/net/%.15s/statistics/%s", ifname,
			 entry->d_name);
		if (entry->d_name[0] != '.' && guard_proc_read(path, text, sizeof(text)) > 0)
			json_object_set_new(object, entry->d_name, json_integer(atoll(text)));
	}
	if (folder)
		closedir(folder);
	return object;
}

static json_t *all_counters(const json_t *object)
{
	json_t *all = json_object(), *interface;
	size_t i;

	json_array_foreach(json_object_get(object, "interfaces"), i, interface)
	{
		const char *name = json_string_value(json_object_get(interface, "interface"));

		json_object_set_new(all, name, counters(name));
	}
	return all;
}

json_t *bundle_make(const json_t *object, bool with_addresses)
{
	json_t *copy = json_copy((json_t *)object), *clean;

	if (!copy)
		return NULL;
	json_object_set_new(copy, "os_release", file_text("/etc/os-release"));
	json_object_set_new(copy, "command_line", file_text("/proc/cmdline"));
	json_object_set_new(copy, "modules", file_text("/proc/modules"));
	json_object_set_new(copy, "interrupts", file_text("/proc/interrupts"));
	json_object_set_new(copy, "counters", all_counters(object));
	if (with_addresses)
		return copy;
	clean = clean_value(copy);
	json_decref(copy);
	return clean;
}
