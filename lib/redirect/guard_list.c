/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_list.c - a growing array. */
#include "redirect/guard_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 16u

void *guard_list_add(struct guard_list *list, size_t item)
{
	void *added;

	list->item = item;
	if (list->count == list->room) {
		uint32_t room = list->room ? list->room * 2 : FIRST_ROOM;
		void *moved = reallocarray(list->items, room, item);

		if (!moved) {
			errno = ENOMEM;
			return NULL;
		}
		list->items = moved;
		list->room = room;
	}
	added = guard_list_at(list, list->count++);
	memset(added, 0, item);
	return added;
}

void guard_list_free(struct guard_list *list)
{
	free(list->items);
	*list = (struct guard_list){0};
}
