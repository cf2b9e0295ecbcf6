/* SPDX-License-Identifier: BSD-2-Clause */
/* broker_nic.c - converts struct nic to text and back, by a table of its fields. */
#include "redirect/broker_nic.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redirect/broker_message.h"

/* Bytes of the longest "name=value" to read; the longest one written has 80. */
#define FACT_MAX 128u

enum kind {
	KIND_TEXT,   /* without blanks */
	KIND_BOOL,   /* 0 or 1 */
	KIND_NUMBER, /* unsigned, of the field's size */
	KIND_NODE,   /* int, written as the value plus 1, since it may be -1 */
	KIND_BYTES,  /* as hexadecimal digits */
};

#define SIZE_OF(field) sizeof(((struct nic *)0)->field)
/* clang-format off */
#define FACT(field, kind) {#field, offsetof(struct nic, field), SIZE_OF(field), kind}
/* clang-format on */

static const struct fact {
	const char *name;
	size_t at, size;
	enum kind kind;
} facts[] = {
	FACT(ifname, KIND_TEXT),
	FACT(ifindex, KIND_NUMBER),
	FACT(link_type, KIND_NUMBER),
	FACT(mtu, KIND_NUMBER),
	FACT(max_mtu, KIND_NUMBER),
	FACT(up, KIND_BOOL),
	FACT(carrier, KIND_BOOL),
	FACT(mac, KIND_BYTES),
	FACT(numa_node, KIND_NODE),
	FACT(driver, KIND_TEXT),
	FACT(rx_queues, KIND_NUMBER),
	FACT(tx_queues, KIND_NUMBER),
	FACT(rx_ring, KIND_NUMBER),
	FACT(is_virtio, KIND_BOOL),
	FACT(virtio_known, KIND_BOOL),
	FACT(virtio_features, KIND_NUMBER),
	FACT(napi_tx_off, KIND_BOOL),
	FACT(xdp_features_known, KIND_BOOL),
	FACT(xdp_features, KIND_NUMBER),
	FACT(native_prog_id, KIND_NUMBER),
	FACT(generic_prog_id, KIND_NUMBER),
	FACT(kernel_major, KIND_NUMBER),
	FACT(kernel_minor, KIND_NUMBER),
	FACT(kernel_patch, KIND_NUMBER),
	FACT(fault_is_mended, KIND_BOOL),
	FACT(kernel_release, KIND_TEXT),
};

/* ---- writing --------------------------------------------------------------- */

static uint64_t number_of(const void *field, size_t size)
{
	uint64_t number = 0;
	uint32_t word;

	if (size == sizeof(number)) {
		memcpy(&number, field, sizeof(number));
		return number;
	}
	memcpy(&word, field, sizeof(word));
	return word;
}

static void write_value(char *buf, size_t size, const struct fact *f, const void *field)
{
	const unsigned char *bytes = field;

	switch (f->kind) {
	case KIND_TEXT:
		snprintf(buf, size, "%.*s", (int)f->size, (const char *)field);
		break;
	case KIND_BOOL:
		snprintf(buf, size, "%d", *(const bool *)field);
		break;
	case KIND_NUMBER:
		snprintf(buf, size, "%" PRIu64, number_of(field, f->size));
		break;
	case KIND_NODE:
		snprintf(buf, size, "%d", *(const int *)field + 1);
		break;
	case KIND_BYTES:
		for (size_t i = 0; i < f->size && 2 * i + 2 < size; i++)
			snprintf(buf + 2 * i, 3, "%02x", bytes[i]);
		break;
	}
}

size_t broker_facts_write(const struct nic *nic, char *buf, size_t size)
{
	char value[FACT_MAX];
	size_t length = 0;

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		const struct fact *f = &facts[i];

		write_value(value, sizeof(value), f, (const char *)nic + f->at);
		length += (size_t)snprintf(length < size ? buf + length : NULL,
					   length < size ? size - length : 0, "%s%s=%s",
					   length ? " " : "", f->name, value);
	}
	return length;
}

/* ---- reading --------------------------------------------------------------- */

static bool read_bytes(const char *value, unsigned char *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(value) != 2 * size)
		return false;
	for (size_t i = 0; i < 2 * size; i++) {
		const char *digit = strchr(digits, value[i]);

		if (!digit)
			return false;
		bytes[i / 2] = (unsigned char)(bytes[i / 2] << 4 | (unsigned char)(digit - digits));
	}
	return true;
}

static bool read_number(const char *value, const struct fact *f, void *field)
{
	uint64_t number;
	uint32_t word;

	if (!broker_number(value, f->size == sizeof(number) ? UINT64_MAX : UINT32_MAX, &number))
		return false;
	word = (uint32_t)number;
	if (f->size == sizeof(number))
		memcpy(field, &number, sizeof(number));
	else
		memcpy(field, &word, sizeof(word));
	return true;
}

static bool read_value(const char *value, const struct fact *f, void *field)
{
	uint64_t number;

	switch (f->kind) {
	case KIND_TEXT:
		if (strlen(value) >= f->size)
			return false;
		memcpy(field, value, strlen(value) + 1);
		return true;
	case KIND_BOOL:
		if (!broker_number(value, 1, &number))
			return false;
		*(bool *)field = number;
		return true;
	case KIND_NODE:
		if (!broker_number(value, INT32_MAX, &number))
			return false;
		*(int *)field = (int)number - 1;
		return true;
	case KIND_BYTES:
		return read_bytes(value, field, f->size);
	default:
		return read_number(value, f, field);
	}
}

static bool read_fact(struct nic *nic, char *text)
{
	char *value = strchr(text, '=');

	if (!value)
		return false;
	*value++ = '\0';
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (!strcmp(text, facts[i].name))
			return read_value(value, &facts[i], (char *)nic + facts[i].at);
	return true;
}

int broker_facts_read(struct nic *nic, const char *text)
{
	char one[FACT_MAX];

	memset(nic, 0, sizeof(*nic));
	nic->numa_node = -1;
	while (*text) {
		size_t length = strcspn(text, " ");

		if (length >= sizeof(one))
			return -EPROTO;
		memcpy(one, text, length);
		one[length] = '\0';
		if (!read_fact(nic, one))
			return -EPROTO;
		text += length;
		text += *text == ' ';
	}
	return nic->ifname[0] && nic->ifindex ? 0 : -EPROTO;
}
