/* SPDX-License-Identifier: BSD-2-Clause */
/* machine.h - facts of the machine and of this process, which hold for every interface. */
#ifndef DOCTOR_MACHINE_H
#define DOCTOR_MACHINE_H

#include "facts.h"

void machine_read(struct facts *facts);

#endif
