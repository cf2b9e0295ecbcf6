/* SPDX-License-Identifier: BSD-2-Clause */
/* resources.h - counts resources of this process, to find leaks. */
#ifndef ZCXSK_TESTS_RESOURCES_H
#define ZCXSK_TESTS_RESOURCES_H

unsigned resources_files(void);
/* malloc also maps memory at times, so only several rounds show a leak. */
unsigned resources_mappings(void);
/* Bytes of address space, as RLIMIT_AS counts them. */
unsigned long resources_memory(void);

#endif
