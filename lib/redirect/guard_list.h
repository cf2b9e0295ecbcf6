/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_list.h - a growing array of items of one size, and a table that was read into one. */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_LIST_H
#define ZCXSK_LIB_REDIRECT_GUARD_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct guard_list {
	char *items;
	size_t item; /* bytes of one; set by the first that adds */
	uint32_t count, room;
};

struct guard_table {
	struct guard_list list;
	bool read; /* an attempt was made */
	int ret;   /* its result */
};

/* A new item, all zero, or NULL with errno ENOMEM. */
void *guard_list_add(struct guard_list *list, size_t item);

void guard_list_free(struct guard_list *list);

static inline void *guard_list_at(const struct guard_list *list, uint32_t i)
{
	return list->items ? list->items + (size_t)i * list->item : NULL;
}

#define GUARD_EACH(type, name, list_)                                                              \
	type *name = guard_list_at((list_), 0),                                                    \
	     *name##_end = guard_list_at((list_), (list_)->count);                                 \
	name != name##_end;                                                                        \
	name++

#endif
