/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_objects.c - the BPF programs and maps of the soak's workers, by their IDs. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "check.h"
#include "rig.h"
#include "soak.h"

#define MAPS_MOST 16u	       /* of one program */
#define GONE_NS 60000000000ull /* the kernel frees them asynchronously */
#define PAUSE_MS 5

static void note(uint32_t *list, uint32_t *count, uint32_t id)
{
	for (uint32_t i = *count; i-- > 0;)
		if (list[i] == id)
			return;
	CHECK("room for the objects' IDs", *count < SOAK_OBJECTS);
	list[(*count)++] = id;
}

/* A worker may be changing its program right now; then the next call notes it. */
void soak_note_objects(struct soak *s)
{
	uint32_t maps[MAPS_MOST], size = sizeof(struct bpf_prog_info), id = 0;
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MOST, .map_ids = (uintptr_t)maps};
	int fd;

	if (if_nametoindex(SOAK_NEAR))
		id = rig_program(SOAK_NEAR);
	fd = id ? bpf_prog_get_fd_by_id(id) : -1;
	if (fd < 0)
		return;
	note(s->programs, &s->program_count, id);
	if (!bpf_obj_get_info_by_fd(fd, &info, &size))
		for (uint32_t i = 0; i < info.nr_map_ids && i < MAPS_MOST; i++)
			note(s->maps, &s->map_count, maps[i]);
	close(fd);
}

static void check_gone(const char *behaviour, int (*open_by_id)(uint32_t), const uint32_t *list,
		       uint32_t count)
{
	uint64_t deadline = rig_now() + GONE_NS;

	for (uint32_t i = 0; i < count; i++) {
		int fd;

		while ((fd = open_by_id(list[i])) >= 0) {
			close(fd);
			CHECK(behaviour, rig_now() < deadline);
			poll(NULL, 0, PAUSE_MS);
		}
	}
}

void soak_check_objects(struct soak *s)
{
	CHECK("programs were noted", s->program_count && s->map_count);
	check_gone("every BPF program is freed", bpf_prog_get_fd_by_id, s->programs,
		   s->program_count);
	check_gone("every BPF map is freed", bpf_map_get_fd_by_id, s->maps, s->map_count);
}
