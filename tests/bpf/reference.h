/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference.h - what the BPF program shall do, said a second time and in
 * another way: each field is a question put to the bytes of the packet.
 */
#ifndef ZCXSK_TESTS_REFERENCE_H
#define ZCXSK_TESTS_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redirect_abi.h"

/* True when one of the rules, or take_all, asks for the packet. */
bool reference_takes(const struct redirect_config *config, const uint8_t *packet, size_t length);

#endif
