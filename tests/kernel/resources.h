/* SPDX-License-Identifier: BSD-2-Clause */
/* resources.h - what this process holds, for tests that nothing stays behind. */
#ifndef ZCXSK_TESTS_RESOURCES_H
#define ZCXSK_TESTS_RESOURCES_H

unsigned resources_files(void);
/* malloc has moods of its own: a leak shows over several rounds. */
unsigned resources_mappings(void);

#endif
