/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults.h - faults of kernels and drivers that hurt the machine, each seen by a run. A kernel
 * whose version lies between counts as faulty, since nothing else tells.
 */
#ifndef ZCXSK_LIB_NIC_FAULTS_H
#define ZCXSK_LIB_NIC_FAULTS_H

#include "nic/nic.h"

struct nic_fault {
	const char *driver;
	unsigned since[3]; /* version of the first kernel that has it */
	unsigned fixed[3]; /* of the first one that has not */
	const char *what;  /* happens, and when */
};

/*
 * The fault by which zero-copy with this kernel and driver can wedge the network stack of the
 * whole machine; NULL if none is known.
 */
const struct nic_fault *nic_zero_copy_fault(const struct nic *nic);

#endif
